"""What decisions on a missing episode need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from services.missing.codes import ToBeTold
from services.missing.events import (
    BecameLookedAfter,
    ChildFound,
    ChildReportedMissing,
    EpisodeClosed,
    EpisodeReviewedAtPanel,
    InterviewOffered,
    PlacingAuthorityTold,
    PreventionInterviewRecorded,
    ReferralMechanismConsidered,
    ReturnInterviewDeclined,
    ReturnInterviewRecorded,
    ReturnInterviewRequested,
    RiskUpdated,
    SightingRecorded,
)
from services.missing.panels import panel_of
from services.missing.streams.known_to import KnownTo
from services.missing.streams.pattern import Pattern, PatternEvent
from shared.domain.command import Check
from shared.domain.decider import Context

EpisodeEvent: TypeAlias = (
    ChildReportedMissing
    | BecameLookedAfter
    | RiskUpdated
    | SightingRecorded
    | ChildFound
    | PlacingAuthorityTold
    | ReferralMechanismConsidered
    | ReturnInterviewRequested
    | PreventionInterviewRecorded
    | InterviewOffered
    | ReturnInterviewDeclined
    | ReturnInterviewRecorded
    | EpisodeReviewedAtPanel
    | EpisodeClosed
)
Decided: TypeAlias = EpisodeEvent | PatternEvent
"""What a decision on an episode may say: of itself, and of the child's pattern."""

PLACEMENT: Final = "placement"
"""The agency of carers: whoever is of it is not independent (R1)."""
THREE: Final = frozenset(ToBeTold)


@dataclass(frozen=True)
class MissingEpisode:
    """What decisions on one child's missing episode need."""

    missing_since: datetime | None = None
    panel: date | None = None
    """The panel that it is for (R3)."""
    reporter: tuple[str | None, str | None] = (None, None)
    """Agency and organisation of who reported it."""
    looked_after: bool = False
    indicated: bool = False
    """Whether anything told with it points to exploitation."""
    returned_at: datetime | None = None
    interviewer: UUID | None = None
    interviewed: bool = False
    answered: frozenset[ToBeTold] = frozenset()
    """Who was told that the child is missing, or of whom it was said why not (R10)."""
    closed: bool = False


@dataclass(frozen=True)
class EpisodeOfChild:
    """What a decision on an episode takes: it, the child's pattern, and who works with the child."""

    missing_episode: MissingEpisode
    pattern: Pattern
    known_to: KnownTo


def evolve(state: MissingEpisode, event: EpisodeEvent) -> MissingEpisode:
    """The episode after one more fact."""
    match event:
        case ChildReportedMissing():
            return replace(
                state,
                missing_since=event.happened_at,
                panel=panel_of(event.review_by.due_at),
                reporter=(event.reporter_agency, event.reporter_organisation),
                looked_after=event.looked_after,
                indicated=bool(event.exploitation_indicators),
            )
        case RiskUpdated() | SightingRecorded():
            return replace(state, indicated=state.indicated or bool(event.exploitation_indicators))
        case BecameLookedAfter():
            return replace(state, looked_after=True)
        case ChildFound(happened_at=at):
            return replace(state, returned_at=at)
        case PlacingAuthorityTold(told=told, not_told=not_told):
            return replace(state, answered=state.answered | {*told, *not_told})
        case ReturnInterviewRequested(interviewer=interviewer):
            return replace(state, interviewer=interviewer)
        case ReturnInterviewRecorded():
            return replace(
                state, interviewed=True, indicated=state.indicated or bool(event.exploitation_indicators)
            )
        case EpisodeClosed():
            return replace(state, closed=True)
        case (
            ReferralMechanismConsidered()
            | PreventionInterviewRecorded()
            | InterviewOffered()
            | ReturnInterviewDeclined()
            | EpisodeReviewedAtPanel()
        ):
            return state
        case _:
            assert_never(event)


def not_closed(state: MissingEpisode) -> Check:
    """Forbids what is done with a report that was found to be wrong."""
    return "", state.closed, "this report was closed as none of a missing child; report the child anew"


def not_before(state: MissingEpisode, context: Context) -> Check:
    """Forbids (E2) what is said to have happened before the child was missed."""
    since = state.missing_since
    early = since is not None and context.happened_at < since
    return "E2", early, "this happened before the child was missed, as it was reported; correct the time"


def still_missing(state: MissingEpisode) -> Check:
    """Forbids (R8) what is done only while the child is missing."""
    return (
        "R8",
        state.returned_at is not None,
        "the child is back: report them anew if they are missing again",
    )


def back(state: MissingEpisode) -> Check:
    """Forbids (R1) what is done only after the return."""
    return "R1", state.returned_at is None, "record the return first (missing.RecordReturn)"


def independent(agency: str) -> Check:
    """Forbids (R1) that somebody of the placement offers, declines or holds the interview."""
    return (
        "R1",
        agency == PLACEMENT,
        "a return interview is by somebody independent, never the carer or the placement: name somebody else",
    )
