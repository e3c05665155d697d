"""Replays a child's chronology for the command line: asks the chronology as an auditor, page by page, of one moment."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from deploy.play.answers import refusal_of
from deploy.play.calling import AUDITOR, Services
from deploy.play.errors import CannotGoOn

Item = Mapping[str, Any]

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Eyes:
    """Through whose eyes: an agency, an organisation of it by name or id, a role."""

    agency: str
    organisation: str | None
    role: str

    @classmethod
    def of(cls, said: str, role: str) -> "Eyes":
        """From `education` or `education/Elm School`."""
        agency, slash, organisation = said.partition("/")
        return cls(agency, organisation if slash else None, role)

    @property
    def body(self) -> dict[str, Any]:
        """As it is asked."""
        return {"agency": self.agency, "organisation": self.organisation, "role": self.role}


async def replayed(
    services: Services, child: UUID, eyes: Eyes | None, moments: Mapping[str, str | None]
) -> AsyncIterator[Item]:
    """The child's entries as they were, in order; `moments` by `as_known`, `as_at`, `knew`. All pages are of the moment that
    the first was asked for. Raises CannotGoOn, ServiceAway.
    """
    asked: dict[str, Any] = {**moments, "lens": eyes.body if eyes else None, "limit": _AT_ONCE}
    while True:
        found = await _ask(services, child, "replay", asked)
        for item in found["items"]:
            yield item
        if found["next"] is None:
            return
        asked |= {"cursor": found["next"]}
        if moments.get("as_known") is None:
            asked |= {"as_known": str(found["position"])}


async def differing(
    services: Services, child: UUID, eyes: Eyes | None, earlier: str, later: str | None
) -> AsyncIterator[Item]:
    """What the child's chronology showed otherwise at the later moment, in order. Raises CannotGoOn, ServiceAway."""
    asked: dict[str, Any] = {
        "earlier": earlier,
        "later": later,
        "lens": eyes.body if eyes else None,
        "limit": _AT_ONCE,
    }
    while True:
        found = await _ask(services, child, "differences", asked)
        for item in found["items"]:
            yield item
        if found["next"] is None:
            return
        asked |= {"cursor": found["next"]}
        if later is None:
            asked |= {"later": str(found["later"]["position"])}


async def compared(services: Services, child: UUID) -> Item:
    """Whether what is shown of the child live is what the log gives. Raises CannotGoOn, ServiceAway."""
    return await _ask(services, child, "compared", None)


async def _ask(services: Services, child: UUID, what: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    answer = await services.ask(
        "chronology", "POST", f"/audit/children/{child}/{what}", by=AUDITOR, body=body or {}
    )
    if not answer.is_success:
        refusal = refusal_of(answer)
        errors = answer.json().get("errors", [])
        said = " ".join(f"{each['field']}: {each['message']}" for each in errors)
        raise CannotGoOn(f"the chronology answers nothing: {said or refusal}")
    found: dict[str, Any] = answer.json()
    return found
