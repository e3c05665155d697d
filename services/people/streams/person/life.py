"""Birth and death: an unborn child becomes a child under the same id; of a death every team is told."""

from pydantic import Field

from services.people.events import (
    BirthText,
    ChildBorn,
    CorrectedText,
    DeathRecorded,
    DeathText,
    PersonCorrected,
)
from services.people.identifiers import NhsNumber
from services.people.streams.person.registering import not_born_later_than_today, not_due_too_late
from services.people.streams.person.state import Person, PersonEvent, only_of_a_child
from shared.domain.code_lists import Sex
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import ShortText, Text
from shared.domain.instants import Day, local_date


class MarkUnborn(Command, name="people.MarkUnborn"):
    """Record the day on which an unborn child is due, or another one."""

    due: Day


class RecordBirth(Command, name="people.RecordBirth"):
    """Record that an unborn child was born: the record goes on under the same id."""

    born: Day
    name: ShortText | None = None
    sex: Sex | None = None
    nhs_number: NhsNumber | None = None


class RecordDeath(Command, name="people.RecordDeath"):
    """Record that a person died. Nothing closes by itself: every team with something open gets a task."""

    died: Day
    verified: bool | None = None
    reason: Text = Field(default="", description="what is known of it")


def may_mark_unborn(state: Person) -> tuple[Check, ...]:
    """Only a child that is not born yet."""
    return (
        only_of_a_child(state),
        ("people", state.born is not None, "this child is born already; correct the day of birth instead"),
    )


def mark_unborn(command: MarkUnborn, state: Person, context: Context) -> list[PersonEvent]:
    """Due on a day."""
    refuse_all(
        *may_mark_unborn(state),
        not_due_too_late(command.due, context),
    )
    if state.due == command.due:
        return []
    return [PersonCorrected(due=command.due, sealed=CorrectedText(due=command.due))]


def may_record_birth(state: Person) -> tuple[Check, ...]:
    """Of a child that was unborn."""
    return (
        (
            "people",
            not state.unborn,
            "this is no unborn child: correct the day of birth instead (people.CorrectPerson)",
        ),
    )


def record_birth(command: RecordBirth, state: Person, context: Context) -> list[PersonEvent]:
    """Born."""
    refuse_all(
        *may_record_birth(state),
        not_born_later_than_today(command.born, context),
    )
    return [
        ChildBorn(
            born=command.born,
            has_nhs_number=command.nhs_number is not None,
            sealed=BirthText(name=command.name, sex=command.sex, nhs_number=command.nhs_number),
        )
    ]


def record_death(command: RecordDeath, state: Person, context: Context) -> list[PersonEvent]:
    """Died; another day puts the first right."""
    refuse_all(
        ("E2", command.died > local_date(context.now), "nobody died later than today; correct the day"),
        (
            "people",
            state.born is not None and command.died < state.born,
            "nobody died before they were born; correct the day",
        ),
    )
    if state.died == command.died:
        return []
    return [
        DeathRecorded(died=command.died, verified=command.verified, sealed=DeathText(reason=command.reason))
    ]
