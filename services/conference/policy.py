"""What the conference team does when other teams' facts arrive."""

from uuid import UUID

from services.assessment import events as assessment
from services.conference.codes import LineManagement
from services.conference.streams.conference_due import (
    ExpectConference,
    NoConferenceNeeded,
    NoteBirth,
    NoteDueDate,
    TakeRequest,
)
from services.conference.streams.line_management import NoteLineManagement
from services.people import events as people
from services.teams import events as teams
from shared.domain.command import Command
from shared.domain.event import Event, Record
from shared.domain.policy import AlreadySo, Policy
from shared.team.elsewhere import NoteAct

policy = Policy("conference", manager="conference_chair")


@policy.on(assessment.StrategyMeetingHeld)
def expect_conference(event: assessment.StrategyMeetingHeld, record: Record) -> list[Command]:
    """A section 47 enquiry began: a conference is held within A5, unless the enquiry concludes that none is needed. Who held
    the discussion does not chair it.
    """
    held = _decided(event, UUID(record.envelope.actor), LineManagement.HELD_STRATEGY_DISCUSSION)
    if not event.begins_section_47:
        return [held]
    discussion = record.envelope.thing_id
    assert discussion is not None
    return [held, ExpectConference(about=_about(event), section_47=discussion)]


@policy.on(assessment.Section47Concluded)
def conclude(event: assessment.Section47Concluded, record: Record) -> list[Command]:
    """The enquiry is concluded: without a conference, A5 ends with it. Who agreed it does not chair one."""
    agreed = _decided(event, event.agreed_by, LineManagement.AGREED_ENQUIRY)
    if event.conference_required:
        return [agreed]
    return [agreed, NoConferenceNeeded(about=_about(event), section_47=event.discussion)]


@policy.on(assessment.ConferenceRequested)
def take_request(event: assessment.ConferenceRequested, record: Record) -> TakeRequest:
    """Assessment asks for a conference: it waits to be scheduled."""
    return TakeRequest(
        about=_about(event),
        request=record.envelope.event_id,
        kind=event.kind,
        origin=event.origin,
        section_47=event.section_47,
    )


@policy.on(assessment.WorkerAllocated, corrected=AlreadySo)
def note_who_allocated(event: assessment.WorkerAllocated, record: Record) -> NoteLineManagement:
    """Who allocated the worker manages the case, and does not chair its conference (C7)."""
    return _decided(event, UUID(record.envelope.actor), LineManagement.ALLOCATED)


@policy.on(assessment.AssessmentAuthorised, corrected=AlreadySo)
def note_who_authorised(event: assessment.AssessmentAuthorised, record: Record) -> NoteLineManagement:
    """Who authorised the assessment does not chair the conference (C7)."""
    return _decided(event, UUID(record.envelope.actor), LineManagement.AUTHORISED)


@policy.on(assessment.ChildSeen, teams.ChildSeen)
def note_visit(event: assessment.ChildSeen | teams.ChildSeen, record: Record) -> NoteAct:
    """A visit by another team counts for the plan too (C6)."""
    return NoteAct(about=_about(event), rule="C6", act=record.envelope.event_id, repeats=True)


@policy.on(people.ChildBorn)
def note_birth(event: people.ChildBorn, record: Record) -> NoteBirth:
    """The child was born: a plan is reviewed within a month, and nothing is due before the birth any more (C16)."""
    return NoteBirth(about=_about(event), born=event.born)


@policy.on(people.PersonCorrected, corrected=AlreadySo)
def note_due_date(event: people.PersonCorrected, record: Record) -> NoteDueDate | None:
    """The day on which a child is due was put right: the conference before the birth is due anew (C16)."""
    return NoteDueDate(about=_about(event), due=event.due) if event.due else None


def _decided(event: Event, who: UUID, did: LineManagement) -> NoteLineManagement:
    return NoteLineManagement(about=_about(event), who=who, did=did)


def _about(event: Event) -> tuple[UUID, ...]:
    return (event.child,) if event.child else ()
