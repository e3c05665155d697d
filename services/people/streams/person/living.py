"""How a person lives, over time: address, school, who works with them, and looked after by whom."""

from datetime import date

from pydantic import Field, model_validator

from services.people.codes import AddressKind, LegalStatus, LookedAfterEnd
from services.people.events import (
    AddressRecorded,
    AddressText,
    InvolvementRecorded,
    InvolvementText,
    LookedAfterEnded,
    LookedAfterStarted,
    PlacementText,
    SchoolRecorded,
    SchoolText,
)
from services.people.streams.person.state import Person, PersonEvent, only_of_a_child
from shared.domain.code_lists import PrimaryNeed
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Organisation, ShortText
from shared.domain.instants import Day, local_date


class _Spell(Command):
    """What is so from a day, until before another; a day that is left out is open on that side."""

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "_Spell":
        backwards = self.since is not None and self.until is not None and self.until < self.since
        refuse_fields(("to", backwards, "the last day lies before the first; correct the days"))
        return self


class RecordAddress(_Spell, name="people.RecordAddress"):
    """Record where a person lives or is to be reached, from when to when."""

    kind: AddressKind
    lines: tuple[ShortText, ...] = Field(min_length=1, max_length=8)
    postcode: ShortText | None = None
    uprn: ShortText | None = None


class RecordSchool(_Spell, name="people.RecordSchool"):
    """Record a child's school from when to when, or why there is none. That school is then involved with the child."""

    school: Organisation | None = None
    urn: ShortText | None = None
    none_because: ShortText | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "RecordSchool":
        one = "name the school, or say why there is none, and not both"
        refuse_fields(
            ("school", self.school is None and self.none_because is None, one, "missing"),
            ("none_because", self.school is not None and self.none_because is not None, one),
        )
        return self


class RecordInvolvement(_Spell, name="people.RecordInvolvement"):
    """Record that an organisation works with a person: what goes to its agency goes to it."""

    agency: Agency
    organisation: Organisation
    role: ShortText | None = None


class RecordLookedAfter(Command, name="people.RecordLookedAfter"):
    """Record that a child is looked after by a local authority, from a day, and under which legal status."""

    since: Day = Field(alias="from")
    legal_status: LegalStatus
    placing_authority: ShortText | None = None
    need: PrimaryNeed | None = None
    placement: ShortText | None = None


class EndLookedAfter(Command, name="people.EndLookedAfter"):
    """Record from which day a child is looked after no longer, and why."""

    until: Day = Field(alias="to")
    reason: LookedAfterEnd


def record_address(command: RecordAddress) -> list[PersonEvent]:
    """An address; the ones before it stay with their days."""
    return [
        AddressRecorded(
            kind=command.kind,
            since=command.since,
            until=command.until,
            sealed=AddressText(lines=command.lines, postcode=command.postcode, uprn=command.uprn),
        )
    ]


def record_school(command: RecordSchool, state: Person) -> list[PersonEvent]:
    """A school, or none."""
    refuse_all(only_of_a_child(state))
    return [
        SchoolRecorded(
            organisation=command.school.id if command.school else None,
            since=command.since,
            until=command.until,
            sealed=SchoolText(
                school=command.school.name if command.school else None,
                urn=command.urn,
                none_because=command.none_because,
            ),
        )
    ]


def record_involvement(command: RecordInvolvement) -> list[PersonEvent]:
    """An organisation that works with the person."""
    return [
        InvolvementRecorded(
            agency=command.agency,
            organisation=command.organisation.id,
            since=command.since,
            until=command.until,
            sealed=InvolvementText(organisation_name=command.organisation.name, role=command.role),
        )
    ]


def record_looked_after(command: RecordLookedAfter, state: Person, context: Context) -> list[PersonEvent]:
    """Looked after; under another legal status the same again."""
    refuse_all(
        only_of_a_child(state),
        _to_come(command.since, context),
        (
            "people",
            state.looked_after_since is not None and state.legal_status is command.legal_status,
            "this child is looked after under that legal status already; nothing is left to record",
        ),
    )
    return [
        LookedAfterStarted(
            since=command.since,
            legal_status=command.legal_status,
            need=command.need,
            sealed=PlacementText(placing_authority=command.placing_authority, placement=command.placement),
        )
    ]


def end_looked_after(command: EndLookedAfter, state: Person, context: Context) -> list[PersonEvent]:
    """Looked after no longer."""
    began = state.looked_after_since
    refuse_all(
        ("people", began is None, "this child is not looked after: there is nothing to end"),
        _to_come(command.until, context),
        (
            "people",
            began is not None and command.until < began,
            "that is before the child was looked after; correct the day",
        ),
    )
    return [LookedAfterEnded(until=command.until, reason=command.reason)]


def _to_come(day: date, context: Context) -> Check:
    return "E2", day > local_date(context.now), "that day is to come; record it when it has happened"
