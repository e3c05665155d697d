"""The weekly panel looks at an incident (R3): what is to be done, and whether a strategy discussion is needed (R5)."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.missing.codes import Risk
from services.missing.events import EpisodeReviewedAtPanel, ProposalAnswered, ReviewText
from services.missing.streams.missing_episode.state import Decided, EpisodeOfChild, not_closed
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import MOST_ITEMS, RequiredText, Text
from shared.domain.instants import Day, local_date
from shared.team.meetings import Actions, action_texts


class EarlierAction(BaseModel):
    """An action of an earlier panel, and whether it was done."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    done: bool


class ReviewEpisode(Command, name="missing.ReviewEpisode"):
    """Record what the panel of a date said of an incident (`re`): actions, risk, what came of earlier actions. Meets R3.

    `no_discussion_because` closes an open proposal of a strategy discussion (R5).
    """

    panel: Day
    actions: Actions
    risk: Risk | None = None
    notes: Text = ""
    no_discussion_because: Text = ""
    earlier_actions: tuple[EarlierAction, ...] = Field(default=(), max_length=MOST_ITEMS)


def review_episode(command: ReviewEpisode, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """The panel looked at it."""
    episode = state.missing_episode
    refuse_all(
        not_closed(episode),
        (
            "E2",
            episode.missing_since is not None and command.panel < local_date(episode.missing_since),
            "this panel was before the child was missed; correct the day of the panel",
        ),
        ("E2", _to_come(command.panel, context), "this panel is to come; record it when it was held"),
    )
    not_needed = bool(command.no_discussion_because.strip())
    reviewed = EpisodeReviewedAtPanel(
        episode=context.thing,
        panel=command.panel,
        owners=tuple(each.owner for each in command.actions),
        due=tuple(each.by for each in command.actions),
        risk=command.risk,
        discussion_not_needed=not_needed,
        sealed=ReviewText(
            notes=command.notes or None,
            actions=action_texts(command.actions),
            no_discussion_because=command.no_discussion_because or None,
            done=tuple(each.what for each in command.earlier_actions if each.done),
            not_done=tuple(each.what for each in command.earlier_actions if not each.done),
        ),
    )
    answered = [ProposalAnswered(held=False)] if not_needed and state.pattern.proposed else []
    return [reviewed, *answered]


def _to_come(panel: date, context: Context) -> bool:
    return panel > local_date(context.now)
