"""What decisions on a person need to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never
from uuid import UUID

from services.people.codes import ErasureBasis, HoldKind, LegalStatus, MergeReason, Relation
from services.people.events import (
    AddressRecorded,
    ChildBorn,
    DeathRecorded,
    DuplicateDismissed,
    ErasureProposed,
    ErasureWithdrawn,
    HoldLifted,
    HoldPlaced,
    InvolvementRecorded,
    LookedAfterEnded,
    LookedAfterStarted,
    NhsNumberRecorded,
    PeopleMerged,
    PeopleUnmerged,
    PersonCorrected,
    PersonRegistered,
    PossibleDuplicateFlagged,
    RecordRestricted,
    RelationshipEnded,
    RelationshipRecorded,
    SchoolRecorded,
    SubjectErased,
    UpnRecorded,
)
from shared.domain.command import Check
from shared.domain.people import PersonKind, SamePerson

PersonEvent: TypeAlias = (
    PersonRegistered
    | PersonCorrected
    | NhsNumberRecorded
    | UpnRecorded
    | RecordRestricted
    | RelationshipRecorded
    | RelationshipEnded
    | AddressRecorded
    | SchoolRecorded
    | InvolvementRecorded
    | LookedAfterStarted
    | LookedAfterEnded
    | ChildBorn
    | DeathRecorded
    | PossibleDuplicateFlagged
    | DuplicateDismissed
    | PeopleMerged
    | PeopleUnmerged
    | HoldPlaced
    | HoldLifted
    | ErasureProposed
    | ErasureWithdrawn
    | SubjectErased
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason to keep a record, until the end of a day where it says one."""

    kind: HoldKind
    until: date | None = None


@dataclass(frozen=True)
class Person:
    """What decisions on a person need to know; also what a command about somebody else may need of them."""

    kind: PersonKind | None = None
    born: date | None = None
    due: date | None = None
    died: date | None = None
    has_nhs_number: bool = False
    looked_after_since: date | None = None
    legal_status: LegalStatus | None = None
    relations: frozenset[tuple[UUID, Relation, bool]] = field(default_factory=frozenset)
    flagged: Mapping[UUID, frozenset[MergeReason]] = field(default_factory=dict)
    """Records that may be of the same person, and why."""
    dismissed: frozenset[UUID] = field(default_factory=frozenset)
    """Records that a manager found to be of somebody else."""
    merge: UUID | None = None
    """The command that merged it with others, as long as that stands."""
    same: SamePerson | None = None
    holds: Mapping[UUID, Hold] = field(default_factory=dict)
    """What keeps the record, by the command that placed it; also what has ended by itself."""
    proposed: tuple[ErasureBasis, UUID] | None = None
    """On which basis it was proposed to erase the person, and by whom."""
    erased: bool = False

    def holding(self, today: date) -> dict[UUID, Hold]:
        """What keeps the record on a day."""
        return {
            placed: hold for placed, hold in self.holds.items() if hold.until is None or today <= hold.until
        }

    @property
    def unborn(self) -> bool:
        """Whether it is a child who is not born yet, as far as anybody has said."""
        return self.kind == "child" and self.born is None


def evolve(state: Person, event: PersonEvent) -> Person:
    """The person after one more fact."""
    match event:
        case PersonRegistered():
            return replace(
                state, kind=event.kind, born=event.born, due=event.due, has_nhs_number=event.has_nhs_number
            )
        case PersonCorrected(born=born, due=due):
            return replace(state, born=born or state.born, due=due or state.due)
        case NhsNumberRecorded():
            return replace(state, has_nhs_number=True)
        case ChildBorn(born=born, has_nhs_number=has_number):
            return replace(state, born=born, due=None, has_nhs_number=state.has_nhs_number or has_number)
        case DeathRecorded(died=died):
            return replace(state, died=died)
        case LookedAfterStarted(since=since, legal_status=status):
            return replace(state, looked_after_since=state.looked_after_since or since, legal_status=status)
        case LookedAfterEnded():
            return replace(state, looked_after_since=None, legal_status=None)
        case RelationshipRecorded(person=person, relation=relation, parental_responsibility=responsible):
            others = {known for known in state.relations if known[:2] != (person, relation)}
            return replace(state, relations=frozenset({*others, (person, relation, responsible)}))
        case RelationshipEnded(person=person, relation=relation):
            left = {known for known in state.relations if known[:2] != (person, relation)}
            return replace(state, relations=frozenset(left))
        case PossibleDuplicateFlagged(other=other, reasons=reasons):
            flagged = {**state.flagged, other: frozenset(reasons)}
            return replace(state, flagged=flagged, dismissed=state.dismissed - {other})
        case DuplicateDismissed(other=other):
            flagged = {each: why for each, why in state.flagged.items() if each != other}
            return replace(state, flagged=flagged, dismissed=state.dismissed | {other})
        case PeopleMerged(kept=kept, people=people):
            same = SamePerson(kept, tuple(each for each in people if each != kept))
            flagged = {each: why for each, why in state.flagged.items() if each not in people}
            return replace(state, same=same, merge=event.merge, flagged=flagged)
        case PeopleUnmerged(people=people):
            # A manager found them to be different people: nothing but a person says otherwise again.
            return replace(state, same=None, merge=None, dismissed=state.dismissed.union(people))
        case HoldPlaced(hold=hold, kind=kind, until=until):
            return replace(state, holds={**state.holds, hold: Hold(kind, until)})
        case HoldLifted(hold=hold):
            return replace(
                state, holds={placed: each for placed, each in state.holds.items() if placed != hold}
            )
        case ErasureProposed(basis=basis, by=by):
            return replace(state, proposed=(basis, by))
        case ErasureWithdrawn():
            return replace(state, proposed=None)
        case SubjectErased():
            return replace(state, erased=True)
        case (
            UpnRecorded() | RecordRestricted() | AddressRecorded() | SchoolRecorded() | InvolvementRecorded()
        ):
            return state
        case _:
            assert_never(event)


def only_of_a_child(state: Person) -> Check:
    """Forbids what can be said of a child alone."""
    return (
        "people",
        state.kind == "adult",
        "this can be recorded of a child alone; send it about the child",
    )
