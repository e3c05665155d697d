"""A person: a child, or an adult who matters to one. The index every team refers to."""

from typing import TypeAlias, assert_never

from services.people.streams.person.duplicates import (
    DismissDuplicate,
    FlagPossibleDuplicate,
    dismiss_duplicate,
    flag_possible_duplicate,
)
from services.people.streams.person.erasing import (
    ErasePerson,
    LiftHold,
    PlaceHold,
    ProposeErasure,
    WithdrawErasure,
    erase_person,
    lift_hold,
    may_erase_person,
    may_propose_erasure,
    not_erased,
    place_hold,
    propose_erasure,
    withdraw_erasure,
)
from services.people.streams.person.identifying import (
    RecordDisability,
    RecordEthnicity,
    RecordNhsNumber,
    RecordUpn,
    may_record_nhs_number,
    record_disability,
    record_ethnicity,
    record_nhs_number,
    record_upn,
)
from services.people.streams.person.life import (
    MarkUnborn,
    RecordBirth,
    RecordDeath,
    mark_unborn,
    may_mark_unborn,
    may_record_birth,
    record_birth,
    record_death,
)
from services.people.streams.person.living import (
    EndLookedAfter,
    RecordAddress,
    RecordInvolvement,
    RecordLookedAfter,
    RecordSchool,
    end_looked_after,
    record_address,
    record_involvement,
    record_looked_after,
    record_school,
)
from services.people.streams.person.merging import MergePeople, UnmergePeople, merge_people, unmerge_people
from services.people.streams.person.registering import (
    CorrectPerson,
    RegisterPerson,
    RestrictRecord,
    correct_person,
    register_person,
    restrict_record,
)
from services.people.streams.person.relating import (
    EndRelationship,
    RelatePeople,
    end_relationship,
    relate_people,
)
from services.people.streams.person.state import Person, PersonEvent, evolve, only_of_a_child
from shared.domain.command import refuse_all
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "CorrectPerson",
    "DismissDuplicate",
    "EndLookedAfter",
    "EndRelationship",
    "ErasePerson",
    "FlagPossibleDuplicate",
    "LiftHold",
    "MarkUnborn",
    "MergePeople",
    "Person",
    "PersonCommand",
    "PersonEvent",
    "PlaceHold",
    "ProposeErasure",
    "RecordAddress",
    "RecordBirth",
    "RecordDeath",
    "RecordDisability",
    "RecordEthnicity",
    "RecordInvolvement",
    "RecordLookedAfter",
    "RecordNhsNumber",
    "RecordSchool",
    "RecordUpn",
    "RegisterPerson",
    "RelatePeople",
    "RestrictRecord",
    "UnmergePeople",
    "WithdrawErasure",
    "decide",
    "evolve",
    "person",
]

PersonCommand: TypeAlias = (
    RegisterPerson
    | CorrectPerson
    | RestrictRecord
    | RecordNhsNumber
    | RecordUpn
    | RecordEthnicity
    | RecordDisability
    | RecordAddress
    | RecordSchool
    | RecordInvolvement
    | RecordLookedAfter
    | EndLookedAfter
    | MarkUnborn
    | RecordBirth
    | RecordDeath
    | RelatePeople
    | EndRelationship
    | FlagPossibleDuplicate
    | DismissDuplicate
    | MergePeople
    | UnmergePeople
    | PlaceHold
    | LiftHold
    | ProposeErasure
    | WithdrawErasure
    | ErasePerson
)


def decide(command: PersonCommand, state: Person, context: Context) -> list[PersonEvent]:
    """What follows from a command about a person.

    Raises:
        Refused: E2 for a birth, a death or a day to come; `people` for what cannot be said of this person, or of whom was
            erased anything.
    """
    if state.erased and isinstance(command, ErasePerson):
        return []
    refuse_all(not_erased(state))
    match command:
        case RegisterPerson():
            return register_person(command, state, context)
        case CorrectPerson():
            return correct_person(command, state, context)
        case RestrictRecord():
            return restrict_record(command)
        case RecordNhsNumber():
            return record_nhs_number(command, state)
        case RecordUpn():
            return record_upn(command, state)
        case RecordEthnicity():
            return record_ethnicity(command)
        case RecordDisability():
            return record_disability(command)
        case RecordAddress():
            return record_address(command)
        case RecordSchool():
            return record_school(command, state)
        case RecordInvolvement():
            return record_involvement(command)
        case RecordLookedAfter():
            return record_looked_after(command, state, context)
        case EndLookedAfter():
            return end_looked_after(command, state, context)
        case MarkUnborn():
            return mark_unborn(command, state, context)
        case RecordBirth():
            return record_birth(command, state, context)
        case RecordDeath():
            return record_death(command, state, context)
        case RelatePeople():
            return relate_people(command, state, context)
        case EndRelationship():
            return end_relationship(command, state, context)
        case FlagPossibleDuplicate():
            return flag_possible_duplicate(command, state, context)
        case DismissDuplicate():
            return dismiss_duplicate(command, state, context)
        case MergePeople():
            return merge_people(command, state, context)
        case UnmergePeople():
            return unmerge_people(command, state, context)
        case PlaceHold():
            return place_hold(command, state, context)
        case LiftHold():
            return lift_hold(command, state, context)
        case ProposeErasure():
            return propose_erasure(command, state, context)
        case WithdrawErasure():
            return withdraw_erasure(command, state, context)
        case ErasePerson():
            return erase_person(state, context)
        case _:
            assert_never(command)


person = Stream(
    name="person",
    state=Person(),
    evolve=evolve,
    decide=decide,
    commands=PersonCommand,
    events=PersonEvent,
    per=Per.ITSELF,
    preconditions={
        RecordNhsNumber: lambda state, _context: may_record_nhs_number(state),
        RecordUpn: lambda state, _context: (only_of_a_child(state),),
        RecordSchool: lambda state, _context: (only_of_a_child(state),),
        MarkUnborn: lambda state, _context: may_mark_unborn(state),
        RecordBirth: lambda state, _context: may_record_birth(state),
        ProposeErasure: may_propose_erasure,
        ErasePerson: may_erase_person,
    },
)
