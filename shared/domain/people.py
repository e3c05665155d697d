"""What decisions may know of a person: child or adult, age, looked after or not, who holds parental responsibility."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

PersonKind = Literal["child", "adult"]


class Span(BaseModel):
    """The days from `since` on, until before `until`; a day that is left out is open on that side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day is one of them."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Responsibility(Span):
    """Somebody's parental responsibility for a child, as what they have it, and when."""

    person: UUID
    relation: str


@dataclass(frozen=True)
class KnownPerson:
    """What a team knows of a person. Dates are days in England; all of it may be incomplete.

    Attributes:
        kind: child or adult; None: nobody has said so yet.
        born: the day of birth.
        due: the day an unborn child is due.
        disabled: whether a disability is recorded.
        looked_after: when the child was looked after by a local authority.
        responsible: when somebody held parental responsibility for the child, by the person and as what (`mother`).
    """

    kind: PersonKind | None = None
    born: date | None = None
    due: date | None = None
    disabled: bool = False
    looked_after: tuple[Span, ...] = ()
    responsible: Mapping[tuple[UUID, str], tuple[Span, ...]] = field(default_factory=dict)

    @property
    def unborn(self) -> bool:
        """Whether the child is not born yet, as far as anybody has said."""
        return self.born is None and self.due is not None

    def age_on(self, day: date) -> int | None:
        """Full years on a day; None where the day of birth is not known, or is later.

        Somebody born on 29 February is a year older on 1 March of other years.
        """
        if self.born is None or day < self.born:
            return None
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def looked_after_on(self, day: date) -> bool:
        """Whether the child was looked after on a day."""
        return any(span.covers(day) for span in self.looked_after)

    def responsible_on(self, day: date) -> frozenset[UUID]:
        """Who held parental responsibility for the child on a day."""
        return frozenset(
            person
            for (person, _), spans in self.responsible.items()
            if any(span.covers(day) for span in spans)
        )
