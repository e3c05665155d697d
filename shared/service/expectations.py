"""Where a team answers what a case file expects, so that the program that plays cases needs to know no team.

A case file can expect more than deadlines and entries: a repeat pattern, a plan that is open, counts over interviews,
words that an agency never gets to see. Only a team knows where it shows these, and it says so in its `service(...)`:

    service("missing", ..., router=router, answers=[
        Answers("pattern", "/children/{child}/patterns", role="missing_coordinator"),
        Answers("intelligence", "/intelligence", role="missing_coordinator"),
    ])

Each address is one of the team's ordinary readings, authorised and recorded like any other; nothing is made for playing.
What it must answer, beside whatever else the team shows there:

| expectation | the answer | |
|---|---|---|
| `looked_after`, `child_protection`, `child_in_need`, `early_help` | `{"open": true}` | whether that plan is open for the child now; 404: it is not. Of a team that is not there, none is |
| `pattern` | a page of `{"rule": "R5", "command": id}` | the child's repeat patterns, the first completed first; `command`: the person's command that completed it |
| `intelligence` | a page of `{"kind": "places", "name": text, "count": 2}` | over all return interviews; `kind` is places, people or groups |
| `chronology` | a page of entries as the chronology shows them | what a team that says nothing in the chronology shows of a child in its own service, to its own agency |
| `unseen` | anything | what an agency is shown of the child: read as that agency, and searched as it stands |

A page is `{"items": [...], "next": cursor or null}`, as everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared.domain.actors import ROLES, SERVICE

Plan = Literal["looked_after", "child_protection", "child_in_need", "early_help"]
"""What can be open for a child, the weightiest first."""

Expectation = Literal[Plan, "pattern", "intelligence", "chronology", "unseen"]
"""What a case file can expect that a team answers under an address of its own."""

PLANS: Final[tuple[Plan, ...]] = get_args(Plan)

KEPT_BY: Final[Mapping[Plan, str]] = {
    "looked_after": "people",
    "child_protection": "conference",
    "child_in_need": "assessment",
    "early_help": "fws",
}
"""The team that keeps each of them: where that team is not there, none can be open."""

_CHILD: Final = "{child}"


@dataclass(frozen=True, slots=True)
class Answers:
    """One address where a team answers one expectation.

    Attributes:
        expectation: which one.
        path: of a GET of the team's router. It holds `{child}` wherever the expectation is of one child.
        role: who reads it there; empty for `unseen`, which is read as the agency that must not see it.

    Raises:
        ValueError: the address has no `{child}` and needs it, or the role is none.
    """

    expectation: Expectation
    path: str
    role: str = ""

    def __post_init__(self) -> None:
        if (_CHILD in self.path) is (self.expectation == "intelligence"):
            wanted = "no `{child}`" if self.expectation == "intelligence" else "`{child}`"
            raise ValueError(f"{self.path}: the address of {self.expectation} holds {wanted}")
        if self.expectation == "unseen":
            if self.role:
                raise ValueError(
                    f"{self.path}: `unseen` is read as the agency of the case file; name no role"
                )
        elif self.role not in ROLES - {SERVICE}:
            raise ValueError(f"{self.path}: say in which role {self.expectation} is read there")

    def of(self, child: object) -> str:
        """The address for a child, by its id."""
        return self.path.replace(_CHILD, str(child))


def check_answers(name: str, answers: Sequence[Answers], router: APIRouter) -> None:
    """Refuses an address that the team's router does not have. Raises ValueError."""
    there = {
        route.path
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    for one in answers:
        if one.path not in there:
            raise ValueError(
                f"{name} answers `{one.expectation}` at GET {one.path}, and its router has no such address; "
                f"it has {', '.join(sorted(there)) or 'none'}"
            )
