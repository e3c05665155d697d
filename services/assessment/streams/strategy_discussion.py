"""A strategy discussion: social care, police and health decide together how a child is protected (A8, A11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from pydantic import Field

from services.assessment.codes import SECTION_47, StrategyDecision
from services.assessment.events import (
    ConvenedText,
    ExpectedDiscussionHeld,
    ReferralOpened,
    Section47Decided,
    StrategyDiscussionConvened,
    StrategyDiscussionExpected,
    StrategyMeetingHeld,
    StrategyText,
)
from services.assessment.streams.referral import Referral
from services.assessment.streams.referral.opening import opened_by_discussion
from services.assessment.streams.section47_enquiry import Section47Enquiry
from services.assessment.streams.strategy_due import StrategyDue
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Distinct, RequiredText, ShortText, Text
from shared.domain.instants import Day, Moment
from shared.team.meetings import Actions, Attendees, action_texts, attendee_texts, parties_at

QUORUM: Final = frozenset({"childrens_social_care", "police", "health"})
"""Without one of them a discussion is not quorate (A8). Source: Working Together to Safeguard Children."""

DiscussionEvent: TypeAlias = StrategyDiscussionConvened | StrategyMeetingHeld
DecidedHere: TypeAlias = (
    DiscussionEvent | StrategyDiscussionExpected | ExpectedDiscussionHeld | Section47Decided | ReferralOpened
)
"""What a discussion leads to, on its own stream and on those beside it."""


@dataclass(frozen=True)
class StrategyDiscussion:
    """No decision looks at what a discussion decided before: what follows from it stands with the child."""


@dataclass(frozen=True)
class DiscussionAndCase:
    """What a decision takes: the discussion, what is due on the child, and what is open."""

    strategy_discussion: StrategyDiscussion
    strategy_due: StrategyDue
    referral: Referral
    section47_enquiry: Section47Enquiry


class ConveneStrategyDiscussion(Command, name="assessment.ConveneStrategyDiscussion", opens=True):
    """Call a strategy discussion: when it is to be held, and which agencies are invited."""

    when: Moment
    invited: Distinct[Agency] = Field(min_length=1)
    why: RequiredText
    place: ShortText | None = None


class HoldStrategyMeeting(
    Command,
    name="assessment.HoldStrategyMeeting",
    opens=True,
    refers_to="strategy_discussion",
    recorded_within="significant",
):
    """Record a strategy discussion that was held: who was there, what was decided and agreed. Meets A11, F10 and R8.

    It decides on section 47 with social care, police and health alone (A8). `re` may name the discussion that was called;
    left out, it is the one that was called last on the child.
    """

    present: Distinct[Agency]
    attended: Attendees = ()
    decision: StrategyDecision
    actions: Actions
    why_not_quorate: Text = ""
    restricted: bool = False
    medical: bool | None = None
    children_interviewed: bool | None = None
    reason: Text = ""
    next: Day | None = None


DiscussionCommand: TypeAlias = ConveneStrategyDiscussion | HoldStrategyMeeting


def decide(command: DiscussionCommand, state: DiscussionAndCase, context: Context) -> Sequence[DecidedHere]:
    """What follows from a command on a strategy discussion.

    Raises:
        Refused: A8 where it was not quorate, and decided on section 47 or does not say why.
    """
    match command:
        case ConveneStrategyDiscussion():
            return convene(command, context)
        case HoldStrategyMeeting():
            return hold_strategy_meeting(command, state, context)
        case _:
            assert_never(command)


def convene(command: ConveneStrategyDiscussion, context: Context) -> list[DecidedHere]:
    """Call it; until it is held, it is expected on the child."""
    return [
        StrategyDiscussionConvened(
            planned_for=command.when,
            invited=command.invited,
            sealed=ConvenedText(why=command.why, place=command.place or ""),
        ),
        StrategyDiscussionExpected(discussion=context.thing),
    ]


def hold_strategy_meeting(
    command: HoldStrategyMeeting, state: DiscussionAndCase, context: Context
) -> list[DecidedHere]:
    """It was held: with the enquiry that it begins, and the referral that it opens where none is open."""
    present = parties_at(command.present, command.attended)
    quorate = {one.agency for one in present} >= QUORUM
    section_47 = command.decision in SECTION_47
    refuse_all(
        (
            "A8",
            section_47 and not quorate,
            (
                "social care, police and health decide on section 47 together: hold the discussion with all three, or "
                "record another decision"
            ),
        ),
        (
            "A8",
            not quorate and not command.why_not_quorate.strip(),
            "say why social care, police and health were not all there",
        ),
    )
    expected = state.strategy_due.of(command.re)
    begins = section_47 and not state.section47_enquiry.runs
    held = StrategyMeetingHeld(
        decision=command.decision,
        begins_section_47=begins,
        quorate=quorate,
        present=present,
        contact=state.referral.contact if state.referral.is_open else None,
        convened=expected.discussion if expected else None,
        restricted=command.restricted,
        medical=command.medical,
        children_interviewed=command.children_interviewed,
        next=command.next,
        sealed=StrategyText(
            actions=action_texts(command.actions),
            attended=attendee_texts(command.attended),
            reason=command.reason,
            why_not_quorate=command.why_not_quorate,
        ),
    )
    follows: list[DecidedHere] = [held]
    if expected is not None:
        follows.append(ExpectedDiscussionHeld(discussion=expected.discussion))
    if not state.referral.is_open:
        received_at = expected.convened_at if expected else context.happened_at
        follows.append(opened_by_discussion(received_at, context))
    if begins:
        follows.append(Section47Decided(discussion=context.thing))
    return follows


strategy_discussion = Stream(
    name="strategy_discussion",
    state=StrategyDiscussion(),
    evolve=lambda state, _event: state,
    decide=decide,
    commands=DiscussionCommand,
    events=DiscussionEvent,
    per=Per.THING,
    record=DiscussionAndCase,
)
