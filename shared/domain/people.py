"""What decisions may know of a person: child or adult, age, looked after or not, who holds parental responsibility."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A person under all ids they go by: the one that a merge kept, and those it was merged with."""

    kept: UUID
    others: tuple[UUID, ...] = ()

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All ids, the kept one first."""
        return (self.kept, *self.others)


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
        same: the ids they go by, where several were merged; None: they go by one.
        told_at: where in the index's log the merge stands, or its end, that was last heard of.
        erased: whether the person was erased under this id: nothing in words is recorded of them any more.
    """

    kind: PersonKind | None = None
    born: date | None = None
    due: date | None = None
    disabled: bool = False
    looked_after: tuple[Span, ...] = ()
    responsible: Mapping[tuple[UUID, str], tuple[Span, ...]] = field(default_factory=dict)
    same: SamePerson | None = None
    told_at: int = 0
    erased: bool = False

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


def joined(own: KnownPerson, others: Sequence[KnownPerson]) -> KnownPerson:
    """What is known of somebody under several ids, read as one: what the first leaves out, another may tell."""
    every = (own, *others)
    responsible: dict[tuple[UUID, str], tuple[Span, ...]] = {}
    for one in every:
        for holder, spans in one.responsible.items():
            responsible[holder] = (*responsible.get(holder, ()), *spans)
    born = next((one.born for one in every if one.born), None)
    return replace(
        own,
        kind=next((one.kind for one in every if one.kind), None),
        born=born,
        due=None if born else next((one.due for one in every if one.due), None),
        disabled=any(one.disabled for one in every),
        looked_after=tuple(span for one in every for span in one.looked_after),
        responsible=responsible,
    )


def also_called(known: KnownPerson, named: Iterable[SamePerson]) -> KnownPerson:
    """The same, where who holds parental responsibility is found under each id of these people, whichever was recorded."""
    held = dict(known.responsible)
    for same in named:
        for (person, relation), spans in known.responsible.items():
            if person in same.ids:
                for each in same.ids:
                    held[each, relation] = (*held.get((each, relation), ()), *spans)
    return replace(known, responsible=held)
