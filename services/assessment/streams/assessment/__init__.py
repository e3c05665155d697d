"""A child's assessment: started, completed, authorised by another than its author, and its outcome shared."""

from typing import TypeAlias, assert_never

from services.assessment.events import AssessmentStarted
from services.assessment.streams.assessment.assessing import (
    AnswerSignsOfSafety,
    CompleteAssessment,
    HoldFamilyNetworkMeeting,
    RecordFactors,
    ScaleSafety,
    answer_signs_of_safety,
    complete_assessment,
    hold_network_meeting,
    record_factors,
    scale_safety,
)
from services.assessment.streams.assessment.authorising import (
    AuthoriseAssessment,
    ShareOutcome,
    authorise_assessment,
    share_outcome,
)
from services.assessment.streams.assessment.state import (
    Assessment,
    AssessmentEvent,
    AssessmentRecord,
    evolve,
)
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "AnswerSignsOfSafety",
    "Assessment",
    "AssessmentCommand",
    "AssessmentEvent",
    "AssessmentRecord",
    "AuthoriseAssessment",
    "CompleteAssessment",
    "HoldFamilyNetworkMeeting",
    "RecordFactors",
    "ScaleSafety",
    "ShareOutcome",
    "assessment",
    "decide",
    "evolve",
]

AssessmentCommand: TypeAlias = (
    RecordFactors
    | AnswerSignsOfSafety
    | ScaleSafety
    | HoldFamilyNetworkMeeting
    | CompleteAssessment
    | AuthoriseAssessment
    | ShareOutcome
)


def decide(command: AssessmentCommand, state: AssessmentRecord, context: Context) -> list[AssessmentEvent]:
    """What follows from a command on a child's assessment.

    Raises:
        Refused: A10 where none is open, where nothing identified stands beside something, or nothing was; A3 for its author,
            and where there is nothing to authorise; A6 where nothing is authorised yet.
    """
    match command:
        case RecordFactors():
            return record_factors(command, state.assessment)
        case AnswerSignsOfSafety():
            return answer_signs_of_safety(command, state.assessment)
        case ScaleSafety():
            return scale_safety(command, state.assessment)
        case HoldFamilyNetworkMeeting():
            return hold_network_meeting(command, state.assessment)
        case CompleteAssessment():
            return complete_assessment(command, state.assessment, context)
        case AuthoriseAssessment():
            return authorise_assessment(command, state, context)
        case ShareOutcome():
            return share_outcome(command, state.assessment)
        case _:
            assert_never(command)


assessment = Stream(
    name="assessment",
    state=Assessment(),
    evolve=evolve,
    decide=decide,
    commands=AssessmentCommand,
    events=AssessmentEvent,
    per=Per.EPISODE,
    opened_by=(AssessmentStarted,),
    is_open=lambda state: state.is_open,
    record=AssessmentRecord,
)
