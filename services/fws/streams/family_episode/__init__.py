"""A family's early help, for each of its children: from the request to its end. Assessment and plan stand on it."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from services.fws.events import RequestReceived, StepDownAgreed
from services.fws.streams.family_episode.ending import (
    CloseEpisode,
    EscalateImmediately,
    HoldEndingMeeting,
    close_episode,
    escalate_immediately,
    hold_ending_meeting,
)
from services.fws.streams.family_episode.planning import (
    ExtendHelp,
    HoldFormalReview,
    HoldSupportMeeting,
    PlanItem,
    ReviewPlan,
    StartPlan,
    extend_help,
    hold_formal_review,
    hold_support_meeting,
    review_plan,
    start_plan,
)
from services.fws.streams.family_episode.requesting import (
    AcceptRequest,
    AllocateKeyworker,
    DeclineRequest,
    RecordConsent,
    TakeRequest,
    TakeWithdrawal,
    WithdrawConsent,
    accept_request,
    allocate_keyworker,
    decline_request,
    record_consent,
    take_request,
    take_withdrawal,
    withdraw_consent,
)
from services.fws.streams.family_episode.state import EpisodeEvent, EpisodeOfChild, FamilyEpisode, evolve
from services.fws.streams.family_episode.transferring import (
    ProposeStepUp,
    ReceiveStepDown,
    may_propose,
    propose_step_up,
    receive_step_down,
)
from services.fws.streams.family_episode.visiting import (
    CompleteDraftAssessment,
    Member,
    RecordFamilyVisit,
    ShareAssessment,
    complete_draft_assessment,
    record_family_visit,
    share_assessment,
)
from services.fws.streams.proposal_state import ProposalEvent
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "AcceptRequest",
    "AllocateKeyworker",
    "CloseEpisode",
    "CompleteDraftAssessment",
    "DeclineRequest",
    "EscalateImmediately",
    "ExtendHelp",
    "FamilyEpisode",
    "HoldEndingMeeting",
    "HoldFormalReview",
    "HoldSupportMeeting",
    "Member",
    "PlanItem",
    "ProposeStepUp",
    "ReceiveStepDown",
    "RecordConsent",
    "RecordFamilyVisit",
    "ReviewPlan",
    "ShareAssessment",
    "StartPlan",
    "TakeRequest",
    "TakeWithdrawal",
    "WithdrawConsent",
    "decide",
    "evolve",
    "family_episode",
]

_Requesting: TypeAlias = (
    TakeRequest
    | TakeWithdrawal
    | AcceptRequest
    | DeclineRequest
    | AllocateKeyworker
    | RecordConsent
    | WithdrawConsent
    | ReceiveStepDown
)
_Working: TypeAlias = (
    RecordFamilyVisit
    | CompleteDraftAssessment
    | ShareAssessment
    | HoldSupportMeeting
    | StartPlan
    | ReviewPlan
    | HoldFormalReview
    | ExtendHelp
)
_Ending: TypeAlias = EscalateImmediately | HoldEndingMeeting | CloseEpisode | ProposeStepUp
EpisodeCommand: TypeAlias = _Requesting | _Working | _Ending
Decided: TypeAlias = EpisodeEvent | ProposalEvent


def decide(command: EpisodeCommand, record: EpisodeOfChild, context: Context) -> Sequence[Decided]:
    """What follows from a command on a child's part in a family's early help.

    Raises:
        Refused: F1 where nothing is open or nobody was allocated, F3 for a part of the children, F14 and M16 without a
            criterion or consent, F4 before the assessment is shared, F7 to F9 of plan and reviews, F10, F11 of what the
            transfer panel decides, F12, F13.
    """
    match command:
        case EscalateImmediately():
            return escalate_immediately(command, record, context)
        case ProposeStepUp():
            return propose_step_up(command, record, context)
        case CloseEpisode():
            return close_episode(command, record, context)
        case HoldEndingMeeting():
            return hold_ending_meeting(command, record.family_episode, context)
        case _:
            return _of_the_work(command, record.family_episode, context)


def _of_the_work(
    command: _Requesting | _Working, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    match command:
        case RecordFamilyVisit():
            return record_family_visit(command, state, context)
        case CompleteDraftAssessment():
            return complete_draft_assessment(command, state, context)
        case ShareAssessment():
            return share_assessment(command, state, context)
        case HoldSupportMeeting():
            return hold_support_meeting(command, state, context)
        case StartPlan():
            return start_plan(command, state, context)
        case ReviewPlan():
            return review_plan(command, state, context)
        case HoldFormalReview():
            return hold_formal_review(command, state, context)
        case ExtendHelp():
            return extend_help(command, state, context)
        case _:
            return _of_the_request(command, state, context)


def _of_the_request(command: _Requesting, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    match command:
        case TakeRequest():
            return take_request(command, state, context)
        case TakeWithdrawal():
            return take_withdrawal(command, state)
        case AcceptRequest():
            return accept_request(command, state, context)
        case DeclineRequest():
            return decline_request(command, state)
        case AllocateKeyworker():
            return allocate_keyworker(command, state, context)
        case RecordConsent():
            return record_consent(command, state, context)
        case WithdrawConsent():
            return withdraw_consent(command, state)
        case ReceiveStepDown():
            return receive_step_down(command, state, context)
        case _:
            assert_never(command)


family_episode = Stream(
    name="family_episode",
    state=FamilyEpisode(),
    evolve=evolve,
    decide=decide,
    commands=EpisodeCommand,
    events=EpisodeEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.is_open,
    opened_by=(RequestReceived, StepDownAgreed),
    together=lambda state: state.family,
    record=EpisodeOfChild,
    preconditions={ProposeStepUp: may_propose},
    clocks=("F1", "F2", "F3", "F4", "F5", "F5b", "F6", "F7", "F8", "F9"),
)
