"""A section 47 enquiry: open from the strategy discussion that decided on it until it is concluded (A4, A10, A13)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.assessment.codes import Section47Kind, Section47Outcome
from services.assessment.events import (
    ConferenceRequested,
    ConferenceText,
    Section47Concluded,
    Section47Decided,
    Section47Initiated,
    Section47Text,
)
from services.assessment.streams.referral.state import Referral, none_open
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Professional, Text, ThingId

EnquiryEvent: TypeAlias = Section47Decided | Section47Initiated | Section47Concluded


@dataclass(frozen=True)
class Section47Enquiry:
    """What decisions on an enquiry need to know."""

    discussion: UUID | None = None
    decided_at: datetime | None = None
    begun: bool = False
    concluded: bool = False
    conference_required: bool = False

    @property
    def runs(self) -> bool:
        """Whether it was decided on, and not concluded since."""
        return self.discussion is not None and not self.concluded


@dataclass(frozen=True)
class EnquiryAndReferral:
    """What a decision takes: the enquiry, and the referral on which a conference is asked for."""

    section47_enquiry: Section47Enquiry
    referral: Referral


def evolve(state: Section47Enquiry, event: EnquiryEvent) -> Section47Enquiry:
    """The enquiry after one more fact."""
    match event:
        case Section47Decided(discussion=discussion, happened_at=decided_at):
            return replace(state, discussion=discussion, decided_at=decided_at)
        case Section47Initiated():
            return replace(state, begun=True)
        case Section47Concluded(conference_required=conference_required):
            return replace(state, concluded=True, conference_required=conference_required)
        case _:
            assert_never(event)


class InitiateSection47(Command, name="assessment.InitiateSection47"):
    """Say that work on the section 47 enquiry began. It is open already, from the discussion that decided on it (A4)."""

    kind: Section47Kind | None = None


class ConcludeSection47(Command, name="assessment.ConcludeSection47"):
    """Conclude the section 47 enquiry: what it found, whether a conference is needed, and which manager agreed (A13)."""

    outcome: Section47Outcome
    conference_required: bool
    agreed_by: Professional
    reason: Text = ""
    threshold_not_met_because: Text = ""


class RequestConference(Command, name="assessment.RequestConference"):
    """Ask for a child protection conference: an initial one only where an enquiry concluded that it is needed (A4)."""

    kind: ConferenceKind = ConferenceKind.INITIAL
    origin: ConferenceOrigin | None = None
    section_47: ThingId | None = None
    reason: Text = ""


EnquiryCommand: TypeAlias = InitiateSection47 | ConcludeSection47 | RequestConference


def decide(
    command: EnquiryCommand, state: EnquiryAndReferral, context: Context
) -> Sequence[EnquiryEvent | ConferenceRequested]:
    """What follows from a command on a section 47 enquiry.

    Raises:
        Refused: A4 where no strategy discussion decided on an enquiry, or none concluded that a conference is needed; A10
            where work began already, or no referral is open; A13 where its outcome is not agreed, or not explained.
    """
    match command:
        case InitiateSection47():
            return initiate(command, state.section47_enquiry, context)
        case ConcludeSection47():
            return conclude(command, state, context)
        case RequestConference():
            return request_conference(command, state)
        case _:
            assert_never(command)


def initiate(
    command: InitiateSection47, state: Section47Enquiry, context: Context
) -> list[EnquiryEvent | ConferenceRequested]:
    """Work began, once."""
    refuse_all(
        *_not_decided(state, context),
        ("A10", state.runs and state.begun, "work on this enquiry began already: go on with it"),
    )
    assert state.discussion is not None
    return [Section47Initiated(discussion=state.discussion, kind=command.kind)]


def conclude(
    command: ConcludeSection47, state: EnquiryAndReferral, context: Context
) -> list[EnquiryEvent | ConferenceRequested]:
    """It is concluded; where a conference is needed, that is asked for at once."""
    enquiry, agreed_by = state.section47_enquiry, command.agreed_by
    at_risk = command.outcome is Section47Outcome.SUBSTANTIATED_CONTINUING_RISK
    explained = (command.reason + command.threshold_not_met_because).strip()
    refuse_all(
        (
            "A13",
            context.actor.may_be(agreed_by.id),
            "a manager other than yourself agrees the outcome: name who did",
        ),
        (
            "A13",
            at_risk and not command.conference_required and not explained,
            "a child at continuing risk goes to a conference: say why this one does not",
        ),
        *_not_decided(enquiry, context),
        *((none_open(state.referral),) if command.conference_required else ()),
    )
    assert enquiry.discussion is not None
    concluded = Section47Concluded(
        discussion=enquiry.discussion,
        outcome=command.outcome,
        conference_required=command.conference_required,
        agreed_by=agreed_by.id,
        agreed_by_agency=agreed_by.agency,
        sealed=Section47Text(
            agreed_by_name=agreed_by.name,
            reason=command.reason,
            threshold_not_met_because=command.threshold_not_met_because,
        ),
    )
    if not command.conference_required:
        return [concluded]
    return [
        concluded,
        ConferenceRequested(
            kind=_first_kind(context),
            origin=ConferenceOrigin.SECTION_47,
            section_47=context.thing,
            sealed=ConferenceText(reason=command.reason),
        ),
    ]


def request_conference(
    command: RequestConference, state: EnquiryAndReferral
) -> list[EnquiryEvent | ConferenceRequested]:
    """It is asked for, on the open referral."""
    enquiry = state.section47_enquiry
    concluded_so = enquiry.concluded and enquiry.conference_required
    refuse_all(
        (
            "A4",
            command.kind is ConferenceKind.INITIAL and not concluded_so,
            "an initial conference follows a section 47 enquiry: conclude one with a conference required first",
        ),
        none_open(state.referral),
    )
    return [
        ConferenceRequested(
            kind=command.kind,
            origin=command.origin or _origin(command.kind, after_enquiry=concluded_so),
            section_47=command.section_47,
            sealed=ConferenceText(reason=command.reason),
        )
    ]


def _not_decided(state: Section47Enquiry, context: Context) -> tuple[Check, ...]:
    """Forbids (A4) an enquiry without the strategy discussion that it follows."""
    before = state.decided_at is not None and context.happened_at < state.decided_at
    return (
        (
            "A4",
            not state.runs,
            "no strategy discussion has decided on a section 47 enquiry: hold one first",
            "no_enquiry",
        ),
        (
            "A4",
            state.runs and before,
            "an enquiry follows the strategy discussion that decided on it: correct when this happened",
        ),
    )


def _first_kind(context: Context) -> ConferenceKind:
    """Of an unborn child it is the conference before birth."""
    assert context.child is not None
    return ConferenceKind.PRE_BIRTH if context.person(context.child).unborn else ConferenceKind.INITIAL


def _origin(kind: ConferenceKind, *, after_enquiry: bool) -> ConferenceOrigin:
    """What led to it, where nobody said: the plan elsewhere, the enquiry, or something else."""
    if kind is ConferenceKind.TRANSFER_IN:
        return ConferenceOrigin.TRANSFER_IN
    return ConferenceOrigin.SECTION_47 if after_enquiry else ConferenceOrigin.OTHER


section47_enquiry = Stream(
    name="section47_enquiry",
    state=Section47Enquiry(),
    evolve=evolve,
    decide=decide,
    commands=EnquiryCommand,
    events=EnquiryEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.runs,
    opened_by=(Section47Decided,),
    record=EnquiryAndReferral,
)
