"""A family's support meetings, their plan and its reviews, and help that is extended."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.fws.codes import FormalReview, PlanOwner
from services.fws.events import (
    ExtendedText,
    FormalReviewHeld,
    FormalReviewText,
    HelpExtended,
    MeetingText,
    PlanItemText,
    PlanLive,
    PlanReviewed,
    PlanText,
    ReviewText,
    SupportMeetingHeld,
)
from services.fws.rules import MOST_MONTHS
from services.fws.streams.family_episode.state import EpisodeEvent, FamilyEpisode, working
from services.fws.streams.family_episode.visiting import Scale
from shared.domain.code_lists import Progress
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import MOST_ITEMS, Agency, Distinct, PersonId, RequiredText, Text
from shared.domain.instants import Day, local_date
from shared.team.meetings import Attendees, attendee_texts, parties_at


class PlanItem(BaseModel):
    """What is done for the family: by an agency or the family itself, by which day."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    owner: PlanOwner
    by: Day


PlanItems = Annotated[tuple[PlanItem, ...], Field(max_length=MOST_ITEMS)]


class HoldSupportMeeting(Command, name="fws.HoldSupportMeeting"):
    """Record a family support meeting: who was there, and the plan that was made (F5). With a plan, it is live."""

    present: Distinct[Agency]
    attended: Attendees = ()
    family: Distinct[PersonId]
    plan: PlanItems
    review: Day | None = None


class StartPlan(Command, name="fws.StartPlan"):
    """Make the family's plan live, where the meeting carried none (F7, F8, F9)."""

    plan: PlanItems = Field(min_length=1)


class ReviewPlan(Command, name="fws.ReviewPlan"):
    """Review the family's plan (F7)."""

    progress: Progress
    scale: Scale | None = None
    present: Distinct[Agency] = ()
    notes: Text = ""
    plan: PlanItems = ()


class HoldFormalReview(Command, name="fws.HoldFormalReview"):
    """Hold the formal review of the help, and decide how it goes on (F8)."""

    progress: Progress
    decision: FormalReview
    present: Distinct[Agency] = ()
    family: Distinct[PersonId] = ()
    scale: Scale | None = None
    notes: Text = ""


class ExtendHelp(Command, name="fws.ExtendHelp"):
    """Extend help, once, in exceptional circumstances, after the formal review and never past six months (F9)."""

    reason: RequiredText
    exceptional: bool
    until: Day | None = None
    agreed_with: Distinct[PersonId] = ()


def hold_support_meeting(
    command: HoldSupportMeeting, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Held; a plan that was made there is live from then on, unless one is."""
    refuse_all(
        *working(state, context),
        (
            "F4",
            not state.shared,
            "the assessment is shared with the family before the meeting: record that first",
        ),
    )
    held = SupportMeetingHeld(
        present=parties_at(command.present, command.attended),
        family=command.family,
        review_on=command.review,
        sealed=MeetingText(attended=attendee_texts(command.attended)) if command.attended else None,
    )
    starts = command.plan and state.plan_live_at is None
    return [held, _live(command.plan, context)] if starts else [held]


def start_plan(command: StartPlan, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Live, once."""
    refuse_all(
        *working(state, context),
        ("F7", state.plan_live_at is not None, "the family's plan is live already: review it instead"),
    )
    return [_live(command.plan, context)]


def _live(items: tuple[PlanItem, ...], context: Context) -> PlanLive:
    at = context.happened_at
    return PlanLive(
        owners=tuple(dict.fromkeys(each.owner for each in items)),
        review_by=context.deadline("F7", at),
        formal_review_by=context.deadline("F8", at),
        end_by=context.deadline("F9", at),
        sealed=PlanText(items=_texts(items)),
    )


def review_plan(command: ReviewPlan, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Reviewed."""
    refuse_all(*working(state, context), _no_plan(state, "F7"))
    return [
        PlanReviewed(
            progress=command.progress,
            scale=command.scale,
            present=parties_at(command.present, ()),
            sealed=ReviewText(notes=command.notes, items=_texts(command.plan)),
        )
    ]


def hold_formal_review(
    command: HoldFormalReview, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Held, with its decision."""
    refuse_all(*working(state, context), _no_plan(state, "F8"))
    return [
        FormalReviewHeld(
            progress=command.progress,
            decision=command.decision,
            present=parties_at(command.present, ()),
            family=command.family,
            scale=command.scale,
            sealed=FormalReviewText(notes=command.notes),
        )
    ]


def extend_help(command: ExtendHelp, state: FamilyEpisode, context: Context) -> list[EpisodeEvent]:
    """Extended, once. The end of the six months stays where it is."""
    too_long = (
        command.until is not None and state.end_by is not None and command.until >= local_date(state.end_by)
    )
    refuse_all(
        *working(state, context),
        _no_plan(state, "F9"),
        ("F9", not state.reviewed_formally, "help is extended after the formal review: hold that first"),
        ("F9", state.extended, "help was extended once already; it is not extended again"),
        ("F9", not command.exceptional, "help is extended in exceptional circumstances alone"),
        ("F9", too_long, f"help lasts {MOST_MONTHS} months in all: name an earlier day"),
    )
    return [
        HelpExtended(
            until=command.until,
            agreed_with=command.agreed_with,
            review_by=context.deadline("F7", context.happened_at),
            sealed=ExtendedText(reason=command.reason),
        )
    ]


def _no_plan(state: FamilyEpisode, rule: str) -> Check:
    return (rule, state.plan_live_at is None, "the family has no plan yet: hold the support meeting first")


def _texts(items: tuple[PlanItem, ...]) -> tuple[PlanItemText, ...]:
    return tuple(
        PlanItemText(what=each.what, owner=each.owner.value, by=each.by.isoformat()) for each in items
    )
