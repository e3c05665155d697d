"""A look as the review of access sees it: a row of the record of who looked of one service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self
from uuid import UUID

from shared.domain.instants import local_date

_LISTS: Final = ("read:worklist", "read:deadlines", "read:access", "read:daily_meeting", "read:audit")
"""Readings that show what waits, or who looked, and open nobody's record."""
_SEARCHED: Final = ": search/"
"""In the purpose of a look that found people by what was known of them: it opens nobody's record yet."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look, or refused attempt. `at` is UTC, by the clock of the service."""

    service: str
    position: int
    at: datetime
    person: UUID
    role: str
    agency: str
    organisation: str | None
    action: str
    purpose: str
    children: tuple[UUID, ...]
    outcome: str

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """From a row as the services show it."""
        return cls(
            service=shown["service"],
            position=shown["position"],
            at=datetime.fromisoformat(shown["at"]),
            person=UUID(shown["person"]),
            role=shown["role"],
            agency=shown["agency"],
            organisation=shown["organisation"],
            action=shown["action"],
            purpose=shown["purpose"],
            children=tuple(map(UUID, shown["children"])),
            outcome=shown["outcome"],
        )

    @property
    def day(self) -> date:
        """The day in London."""
        return local_date(self.at)

    @property
    def opened(self) -> UUID | None:
        """The child whose record it opened; None: it was refused, showed nothing, or was a list or a search.

        Of a child with several ids the first is the one that was kept.
        """
        if self.outcome != "shown" or not self.children or self.action.startswith(_LISTS):
            return None
        one = len(self.children) == 1 or self.action == "read:chronology"
        return self.children[0] if one and _SEARCHED not in self.purpose else None


@dataclass(frozen=True, slots=True)
class Known:
    """How who looked stood to the child, as all services say together.

    Attributes:
        named: a fact about the child names them, or they recorded one.
        teams: the services that recorded something of the child in the year before, or by the next day.
        agency: somebody did so in the name of their agency and organisation.
        recorded: when anybody last recorded something of the child before; None: nobody ever did.
        same_surname: whether they have a surname of the child.
    """

    named: bool = False
    teams: frozenset[str] = frozenset()
    agency: bool = False
    recorded: datetime | None = None
    same_surname: bool = False
