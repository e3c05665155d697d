"""Preparing a conference: the day and the chair, who is invited, what is reported to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from services.conference.events import (
    AgencyInvited,
    ConferenceScheduled,
    InvitationText,
    ReportReceived,
    ReportText,
    ScheduleText,
)
from services.conference.streams.conference_due.expecting import awaited
from services.conference.streams.conference_due.state import ConferenceDue, DueEvent
from services.conference.streams.line_management import LineManagement, chair_in_line
from services.conference.streams.plan_state import ChildProtectionPlan
from services.conference.streams.working_day import not_a_working_day
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import (
    MOST_ITEMS,
    Agency,
    Distinct,
    Organisation,
    PersonId,
    Professional,
    RequiredText,
    ShortText,
    Text,
    ThingId,
)
from shared.domain.instants import Day, local_date, start_of_day
from shared.domain.receipt import SOCIAL_CARE
from shared.team.audience import Party, party


class ScheduleConference(Command, name="conference.ScheduleConference", opens=True):
    """Say on which working day the conference is held, and who chairs it: somebody independent of the case (C7, C8)."""

    date: Day
    time: ShortText | None = None
    chair: Professional
    kind: ConferenceKind | None = None
    origin: ConferenceOrigin | None = None
    section_47: ThingId | None = None
    place: ShortText | None = None
    reason_for_new_date: Text = ""


class InvitedOrganisation(BaseModel):
    """This school, that ward, invited by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: Agency
    organisation: Organisation


class NotInvited(BaseModel):
    """Somebody of the family who is not invited, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    who: PersonId
    reason: RequiredText


class InviteAgency(Command, name="conference.InviteAgency"):
    """Invite agencies, and organisations of them by name, and members of the family; or say why somebody is not."""

    agencies: Distinct[Agency]
    organisations: tuple[InvitedOrganisation, ...] = Field(default=(), max_length=MOST_ITEMS)
    family: Distinct[PersonId] = ()
    not_invited: tuple[NotInvited, ...] = Field(default=(), max_length=MOST_ITEMS)


class ReceiveReport(Command, name="conference.ReceiveReport", recorded_within="outside"):
    """Take in an agency's report to the conference, and when the parents were shown it, or why not (C25)."""

    from_: Agency = Field(alias="from")
    organisation: Organisation | None = None
    shown_to_parents_on: Day | None = None
    why_not_shown: Text = ""
    summary: Text = ""
    scale: int | None = Field(default=None, ge=0, le=10, strict=True)


def schedule(
    command: ScheduleConference,
    state: ConferenceDue,
    plan: ChildProtectionPlan,
    line: LineManagement,
    context: Context,
) -> Sequence[DueEvent]:
    """On that day, by that chair; a new day takes the old one's place."""
    refuse_all(
        not_a_working_day(command.date, context),
        chair_in_line(command.chair.id, line, context),
        (
            "A4",
            not (state.waits or plan.is_open),
            (
                "nobody asked for a conference on this child: it follows a section 47 enquiry, a plan that is open, or a "
                "transfer in; record that first"
            ),
        ),
    )
    if state.waits and (state.day, state.chair) == (command.date, command.chair.id):
        return []
    kind = command.kind or (state.kind if state.waits else None) or ConferenceKind.REVIEW
    origin = command.origin or (state.origin if state.waits else None) or ConferenceOrigin.OTHER
    section_47 = command.section_47 or (state.section_47 if state.waits else None)
    return [
        *awaited(state, kind, origin, section_47),
        scheduled(command.date, command.chair, context, kind=kind, origin=origin, said=command).model_copy(
            update={"section_47": section_47}
        ),
    ]


def scheduled(
    day: Day,
    chair: Professional,
    context: Context,
    *,
    kind: ConferenceKind,
    origin: ConferenceOrigin,
    said: ScheduleConference | None = None,
) -> ConferenceScheduled:
    """A conference on a day; the parents see the report some working days before, where so many remain (C25)."""
    return ConferenceScheduled(
        date=day,
        kind=kind,
        origin=origin,
        chair=chair.id,
        chair_agency=chair.agency,
        show_report_by=context.deadline_before("C25", day, context.happened_at),
        sealed=ScheduleText(
            chair_name=chair.name,
            time=said.time or "" if said else "",
            place=said.place or "" if said else "",
            reason_for_new_date=said.reason_for_new_date if said else "",
        ),
    )


def invite(command: InviteAgency, state: ConferenceDue, context: Context) -> Sequence[DueEvent]:
    """They are invited."""
    refuse_all(_none_waits(state, context))
    named = tuple(party(each.agency, each.organisation.id) for each in command.organisations)
    by_name = {each.agency for each in named}
    return [
        AgencyInvited(
            invited=(*(party(each) for each in command.agencies if each not in by_name), *named),
            family=command.family,
            not_invited=tuple(each.who for each in command.not_invited),
            sealed=InvitationText(
                organisations=tuple(each.organisation.name for each in command.organisations),
                why_not_invited=tuple(each.reason for each in command.not_invited),
            ),
        )
    ]


def receive_report(command: ReceiveReport, state: ConferenceDue, context: Context) -> Sequence[DueEvent]:
    """It came; a partner's own, where they are invited."""
    shown = command.shown_to_parents_on
    refuse_all(
        (
            "E9",
            not _may_report(command, state, context),
            "your own agency's report is yours to send, once it is invited to the conference; ask the chair to invite it",
        ),
        (
            "E2",
            shown is not None and shown > local_date(context.now),
            "the parents cannot have seen it later than today; correct the day",
        ),
        _none_waits(state, context),
    )
    organisation = command.organisation
    return [
        ReportReceived(
            conference=context.thing,
            from_agency=command.from_,
            from_organisation=organisation.id if organisation else context.actor.organisation,
            shown_on=shown,
            not_shown=shown is None and bool(command.why_not_shown.strip()),
            shown_at=_shown_at(command, state, context),
            scale=command.scale,
            sealed=ReportText(
                summary=command.summary,
                why_not_shown=command.why_not_shown,
                organisation_name=organisation.name if organisation else "",
            ),
        )
    ]


def _shown_at(command: ReceiveReport, state: ConferenceDue, context: Context) -> datetime | None:
    """From when C25 is answered: no sooner than its clock runs, as what was shown before the day was set was shown too."""
    shown = command.shown_to_parents_on
    if shown is None:
        return context.happened_at if command.why_not_shown.strip() else None
    end_of_day = start_of_day(shown + timedelta(days=1)) - timedelta(microseconds=1)
    seen = min(end_of_day, context.happened_at)
    return max(seen, state.scheduled_at) if state.scheduled_at is not None else seen


def _may_report(command: ReceiveReport, state: ConferenceDue, context: Context) -> bool:
    """Whether the actor may: social care for anybody; anybody else for their own agency, or organisation, where invited."""
    actor = context.actor
    if actor.agency == SOCIAL_CARE:
        return True
    if command.from_ != actor.agency:
        return False
    own = {Party(agency=actor.agency), Party(agency=actor.agency, organisation=actor.organisation)}
    return any(each in own for each in state.invited)


def _none_waits(state: ConferenceDue, context: Context) -> Check:
    """Forbids (A4) what prepares a conference that nobody waits for, or waited for by then."""
    return (
        "A4",
        not state.awaited or state.took_place_before(context.happened_at),
        "no conference on this child waits: schedule one first",
        "none_waits",
    )
