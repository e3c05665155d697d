"""Goes through who looked, for the command line: asks every service, applies the rules, and has the chronology ask.

A team behind a wall answers its own people alone: it goes through its own looks, and the chronology hears nothing of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import httpx

from deploy.play.answers import Refusal, refusal_of
from deploy.play.calling import Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn
from deploy.review.looks import Known, Look
from deploy.review.rules import Finding, ReviewRules, findings
from shared.domain.instants import london

_AT_ONCE: Final = 500
_ALREADY_ASKED: Final = httpx.codes.CONFLICT
_QUESTIONS: Final = UUID("5d1f8c5e-5c0e-5e0b-8f0c-2b7f6d0a9c31")
"""Names the question about a look, so that going through the same looks again asks nothing twice."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review came to: how many looks it went through, what it found, which services withheld theirs, and why."""

    looks: int
    found: Sequence[Finding]
    withheld: dict[str, str]


async def review(services: Services, by: By, rules: ReviewRules, since: date, until: date) -> Reviewed:
    """Go through the looks of these days (London, both included).

    Raises:
        CannotGoOn: who asks may not see who looked.
        ServiceAway: a service does not answer.
    """
    usual = max((row.days for row in rules.volume), default=0)
    begin = _start(since - timedelta(days=usual))
    end = _start(until + timedelta(days=1))
    looks: list[Look] = []
    withheld: dict[str, str] = {}
    for name in services.names:
        query = {"since": begin.isoformat(), "until": end.isoformat()}
        refused = await services.ask(name, "GET", "/access/looks", by=by, query={**query, "limit": "1"})
        if refused.status_code == httpx.codes.FORBIDDEN:
            withheld[name] = ", ".join(refusal_of(refused).rules)
            continue
        looks += [Look.of(one) async for one in services.pages(name, "/access/looks", by, query)]
    if len(withheld) == len(services.names):
        raise CannotGoOn("no service shows you who looked: that is for managers and auditors")
    to_judge = [look for look in looks if look.opened is not None and look.day >= since]
    known = await _known(services, by, [name for name in services.names if name not in withheld], to_judge)
    found = findings(looks, lambda look: known[look], rules, since=since)
    return Reviewed(sum(look.day >= since for look in looks), found, withheld)


async def ask_about(
    services: Services, by: By, rules: ReviewRules, found: Iterable[Finding]
) -> tuple[int, int]:
    """Have the chronology ask about what was found; how many are asked anew, and how many were asked before.

    Raises:
        CannotGoOn: who asks may not.
        ServiceAway: the chronology does not answer.
    """
    new, before = 0, 0
    for one in found:
        key = str(uuid5(_QUESTIONS, f"{one.look.service}/{one.look.position}/{one.rule}"))
        answer = await services.send("chronology.QuestionAccess", by, key, body_of(one, rules))
        if isinstance(answer, Refusal):
            if answer.status == _ALREADY_ASKED:  # by other rules, or as somebody else
                before += 1
                continue
            raise CannotGoOn(f"the chronology did not ask: {answer}")
        new += not answer.again
        before += answer.again
    return new, before


def body_of(one: Finding, rules: ReviewRules) -> dict[str, Any]:
    """The command that asks about a finding."""
    look = one.look
    return {
        "about": [str(one.child)] if one.child else [],
        "with": {
            "person": str(look.person),
            "rule": one.rule.value,
            "service": look.service,
            "position": look.position,
            "looked_at": look.at.isoformat(),
            "role": look.role,
            "agency": look.agency,
            "times": one.times,
            "edition": rules.edition,
        },
    }


async def who_looked(services: Services, by: By, child: UUID) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Who looked at a child, in all services, the latest first; and the services that withheld it, each with the rule.

    Raises:
        CannotGoOn: who asks may see it nowhere.
        ServiceAway: a service does not answer.
    """
    found: list[dict[str, Any]] = []
    withheld: dict[str, str] = {}
    for name in services.names:
        path = f"/children/{child}/looks"
        refused = await services.ask(name, "GET", path, by=by, query={"limit": "1"})
        if refused.status_code == httpx.codes.FORBIDDEN:
            withheld[name] = ", ".join(refusal_of(refused).rules)
            continue
        found += [one async for one in services.pages(name, path, by, {})]
    if len(withheld) == len(services.names):
        raise CannotGoOn("no service shows you who looked: that is for managers and auditors")
    return sorted(found, key=lambda one: (one["at"], one["service"], one["position"]), reverse=True), withheld


async def _known(
    services: Services, by: By, names: Sequence[str], looks: Sequence[Look]
) -> dict[Look, Known]:
    """What all services say of how who looked stood to the child."""
    found = dict.fromkeys(looks, Known())
    for first in range(0, len(looks), _AT_ONCE):
        some = looks[first : first + _AT_ONCE]
        for name in names:
            asked = [
                {
                    "person": str(look.person),
                    "agency": look.agency,
                    "organisation": look.organisation,
                    "child": str(look.opened),
                    "at": look.at.isoformat(),
                }
                for look in some
            ]
            items = await _items(services, by, name, "/access/standing", {"looks": asked})
            for look, said in zip(some, items, strict=True):
                found[look] = _with(found[look], name, said)
        pairs = [{"person": str(look.person), "child": str(look.opened)} for look in some]
        same = await _items(services, by, "people", "/access/same-surname", {"looks": pairs})
        for look, one in zip(some, same, strict=True):
            found[look] = replace(found[look], same_surname=bool(one))
    return found


def _with(known: Known, name: str, said: dict[str, Any]) -> Known:
    """What is known with what one service says. The chronology holds every team's facts, so it is no team of anybody."""
    recorded = datetime.fromisoformat(said["recorded_at"]) if said["recorded_at"] else None
    latest = max(filter(None, (known.recorded, recorded)), default=None)
    teams = known.teams | ({name} if said["team"] else set())
    return replace(
        known,
        named=known.named or said["named"],
        teams=teams,
        agency=known.agency or said["agency"],
        recorded=latest,
    )


async def _items(services: Services, by: By, name: str, path: str, body: dict[str, Any]) -> list[Any]:
    answer = await services.ask(name, "POST", path, by=by, body=body)
    if not answer.is_success:
        raise CannotGoOn(f"{name} refused {path}: {refusal_of(answer)}")
    items: list[Any] = answer.json()["items"]
    return items


def _start(day: date) -> datetime:
    return london(day.year, day.month, day.day)
