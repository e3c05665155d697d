"""A missing episode: one child, from the report to the return, the interview and the panel's review."""

from typing import TypeAlias, assert_never

from services.missing.streams.missing_episode.interviewing import (
    DeclineInterview,
    OfferInterview,
    RecordInterview,
    decline_interview,
    offer_interview,
    record_interview,
)
from services.missing.streams.missing_episode.reporting import (
    CloseEpisode,
    ConsiderReferralMechanism,
    RecordSighting,
    ReportMissing,
    TakeInMissingNotice,
    TakeLookedAfter,
    TellPlacingAuthority,
    UpdateRisk,
    close_episode,
    consider_mechanism,
    record_sighting,
    report_missing,
    take_in_notice,
    take_looked_after,
    tell_placing_authority,
    update_risk,
)
from services.missing.streams.missing_episode.returning import (
    AssignInterviewer,
    RecordPreventionInterview,
    RecordReturn,
    assign_interviewer,
    record_prevention,
    record_return,
)
from services.missing.streams.missing_episode.reviewing import ReviewEpisode, review_episode
from services.missing.streams.missing_episode.state import (
    Decided,
    EpisodeEvent,
    EpisodeOfChild,
    MissingEpisode,
    evolve,
)
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "AssignInterviewer",
    "CloseEpisode",
    "ConsiderReferralMechanism",
    "DeclineInterview",
    "EpisodeCommand",
    "MissingEpisode",
    "OfferInterview",
    "RecordInterview",
    "RecordPreventionInterview",
    "RecordReturn",
    "RecordSighting",
    "ReportMissing",
    "ReviewEpisode",
    "TakeInMissingNotice",
    "TakeLookedAfter",
    "TellPlacingAuthority",
    "UpdateRisk",
    "decide",
    "evolve",
    "missing_episode",
]

EpisodeCommand: TypeAlias = (
    ReportMissing
    | TakeInMissingNotice
    | TakeLookedAfter
    | UpdateRisk
    | RecordSighting
    | TellPlacingAuthority
    | ConsiderReferralMechanism
    | CloseEpisode
    | RecordReturn
    | RecordPreventionInterview
    | AssignInterviewer
    | OfferInterview
    | DeclineInterview
    | RecordInterview
    | ReviewEpisode
)


def decide(command: EpisodeCommand, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """What follows from a command on one child's missing episode.

    Raises:
        Refused: R1 for an interview before the return, a second one, or by somebody of the placement; R2 for the service of
            another age; R8 for a second report, and for a risk after the return; R9 without indicator or reason; R10 for
            a child who is not looked after; E2 for what is said out of its order; E9 for who is not assigned the
            interview.
    """
    episode = state.missing_episode
    match command:
        case ReportMissing():
            return report_missing(command, state, context)
        case TakeInMissingNotice():
            return take_in_notice(command, state, context)
        case TakeLookedAfter():
            return take_looked_after(episode, context)
        case UpdateRisk():
            return update_risk(command, state, context)
        case RecordSighting():
            return record_sighting(command, state, context)
        case TellPlacingAuthority():
            return tell_placing_authority(command, episode, context)
        case ConsiderReferralMechanism():
            return consider_mechanism(command, episode, context)
        case CloseEpisode():
            return close_episode(command, episode, context)
        case RecordReturn():
            return record_return(command, state, context)
        case RecordPreventionInterview():
            return record_prevention(command, episode, context)
        case AssignInterviewer():
            return assign_interviewer(command, episode, context)
        case OfferInterview():
            return offer_interview(command, episode, context)
        case DeclineInterview():
            return decline_interview(command, episode, context)
        case RecordInterview():
            return record_interview(command, state, context)
        case ReviewEpisode():
            return review_episode(command, state, context)
        case _:
            assert_never(command)


missing_episode = Stream(
    name="missing_episode",
    state=MissingEpisode(),
    evolve=evolve,
    decide=decide,
    commands=EpisodeCommand,
    events=EpisodeEvent,
    per=Per.THING,
    record=EpisodeOfChild,
    clocks=("R1", "R3", "R10"),
)
