"""What the service asks itself to do after its own facts: what comes onto the panel's agenda (each incident as it is reported,
what a panel did not come to, what was looked at), and what an episode hears of its child.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from services.missing.events import (
    ChildReportedMissing,
    EpisodeClosed,
    EpisodeReviewedAtPanel,
    LookedAfterWhileMissing,
    PanelClosed,
)
from services.missing.panels import panel_after, panel_of
from services.missing.streams.missing_episode import TakeLookedAfter
from services.missing.streams.panel import NoteReviewed, PutOnAgenda
from services.missing.views import agenda, board
from shared.commands.follow_ups import FollowUp, Tables
from shared.domain.command import Command
from shared.domain.event import Record


async def keep_agenda(record: Record, _tables: Tables) -> Sequence[tuple[Command, UUID]]:
    """What a panel has to know of this fact."""
    return [
        (command, uuid5(record.envelope.event_id, f"agenda {n}"))
        for n, command in enumerate(follows_for_panels(record))
    ]


def follows_for_panels(record: Record) -> list[Command]:
    """The same, without the ids."""
    match record.event:
        case ChildReportedMissing(episode=episode, review_by=due):
            day = panel_of(due.due_at)
            return [PutOnAgenda(panel=day, episode=episode, of_child=record.stream)]
        case EpisodeReviewedAtPanel(episode=episode, panel=day):
            return [NoteReviewed(panel=day, episode=episode, of_child=record.stream)]
        case EpisodeClosed(episode=episode, panel=day) if day is not None:
            return [NoteReviewed(panel=day, episode=episode, of_child=record.stream)]
        case PanelClosed(panel=day, carried_over=episodes, about=streams):
            return [
                PutOnAgenda(panel=panel_after(day), episode=episode, of_child=stream, carried=True)
                for episode, stream in zip(episodes, streams, strict=True)
            ]
        case _:
            return []


keeping_the_agenda: Final = FollowUp(
    "keep_agenda",
    after=(ChildReportedMissing, EpisodeReviewedAtPanel, EpisodeClosed, PanelClosed),
    view=agenda.name,
    ask=keep_agenda,
)


async def tell_the_episode(record: Record, _tables: Tables) -> Sequence[tuple[Command, UUID]]:
    """The episode in which a child is missing hears that they are looked after now (R10): it is a thing, which no other
    team's fact leads to.
    """
    return [
        (command, uuid5(record.envelope.event_id, "looked after")) for command in follows_for_episode(record)
    ]


def follows_for_episode(record: Record) -> list[Command]:
    """The same, without the id."""
    match record.event:
        case LookedAfterWhileMissing(episode=episode, child=child) if child is not None:
            return [
                TakeLookedAfter(
                    re=episode, about=(child,), happened=record.happened_at, known=record.envelope.known
                )
            ]
        case _:
            return []


telling_the_episode: Final = FollowUp(
    "tell_the_episode", after=(LookedAfterWhileMissing,), view=board.name, ask=tell_the_episode
)
