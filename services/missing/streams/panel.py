"""The weekly panel: its agenda, what it reviewed, what it carries to the next (R3). About no child; its id is made of its day.

An incident comes onto the agenda of the panel by which it is due, as soon as it is reported: the service puts it there.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never
from uuid import UUID

from services.missing.events import (
    IncidentOnAgenda,
    IncidentReviewed,
    PanelClosed,
    PanelClosedText,
    PanelPrepared,
)
from services.missing.panels import panel_id
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Distinct, Text, ThingId
from shared.domain.instants import Day

PanelEvent: TypeAlias = IncidentOnAgenda | PanelPrepared | IncidentReviewed | PanelClosed


@dataclass(frozen=True)
class Panel:
    """What decisions on a panel need."""

    day: date | None = None
    prepared: bool = False
    agenda: frozenset[tuple[UUID, UUID]] = field(default_factory=frozenset)
    """Incidents, each with the child's stream of it."""
    reviewed: frozenset[UUID] = field(default_factory=frozenset)
    """The children's streams that were looked at."""
    closed: bool = False

    @property
    def left(self) -> frozenset[tuple[UUID, UUID]]:
        """What is on the agenda and nobody has looked at."""
        return frozenset(one for one in self.agenda if one[1] not in self.reviewed)


def evolve(state: Panel, event: PanelEvent) -> Panel:
    """The panel after one more fact."""
    match event:
        case IncidentOnAgenda(panel=day, episode=episode, about=about):
            return replace(state, day=day, agenda=state.agenda | {(episode, about)})
        case PanelPrepared(panel=day):
            return replace(state, day=day, prepared=True)
        case IncidentReviewed(about=about):
            return replace(state, reviewed=state.reviewed | {about})
        case PanelClosed():
            return replace(state, closed=True)
        case _:
            assert_never(event)


class PreparePanel(Command, name="missing.PreparePanel", opens=True):
    """Prepare the panel of a day: its agenda is every incident since the last."""

    date: Day

    def own_id(self) -> UUID:
        """The panel's id, made of its day."""
        return panel_id(self.date)


class PutOnAgenda(Command, name="missing.PutOnAgenda", opens=True, internal=True):
    """An incident is for the panel of this day."""

    panel: Day
    episode: UUID
    of_child: UUID
    """The child's stream of it."""
    carried: bool = False

    def own_id(self) -> UUID:
        """The panel's id, made of its day."""
        return panel_id(self.panel)


class NoteReviewed(Command, name="missing.NoteReviewed", opens=True, internal=True):
    """An incident was looked at by the panel of this day, or is none."""

    panel: Day
    episode: UUID
    of_child: UUID

    def own_id(self) -> UUID:
        """The panel's id, made of its day."""
        return panel_id(self.panel)


class ClosePanel(Command, name="missing.ClosePanel"):
    """Close a panel (`re`): what it did not come to is carried over to the next, by name."""

    carried_over: Distinct[ThingId] = ()
    notes: Text = ""


PanelCommand: TypeAlias = PreparePanel | PutOnAgenda | NoteReviewed | ClosePanel


def decide(command: PanelCommand, state: Panel, _context: Context) -> list[PanelEvent]:
    """What follows from a command on a panel.

    Raises:
        Refused: R3 where an incident on its agenda was neither looked at nor carried over.
    """
    match command:
        case PreparePanel(date=day):
            return [] if state.prepared else [PanelPrepared(panel=day)]
        case PutOnAgenda():
            return put_on_agenda(command, state)
        case NoteReviewed(episode=episode, of_child=about):
            return [] if about in state.reviewed else [IncidentReviewed(episode=episode, about=about)]
        case ClosePanel():
            return close_panel(command, state)
        case _:
            assert_never(command)


def put_on_agenda(command: PutOnAgenda, state: Panel) -> list[PanelEvent]:
    """Once."""
    if (command.episode, command.of_child) in state.agenda:
        return []
    return [
        IncidentOnAgenda(
            panel=command.panel, episode=command.episode, about=command.of_child, carried=command.carried
        )
    ]


def close_panel(command: ClosePanel, state: Panel) -> list[PanelEvent]:
    """Nothing on its agenda is lost. Said again it is already so."""
    if state.closed or state.day is None:
        return []
    left = sorted(state.left)
    refuse_all(
        (
            "R3",
            any(episode not in command.carried_over for episode, _ in left),
            (
                "an incident on the agenda was neither reviewed nor carried over: record the review, or name it in "
                "carried_over"
            ),
        )
    )
    return [
        PanelClosed(
            panel=state.day,
            carried_over=tuple(episode for episode, _ in left),
            about=tuple(about for _, about in left),
            sealed=PanelClosedText(notes=command.notes),
        )
    ]


panel = Stream(
    name="panel",
    state=Panel(),
    evolve=evolve,
    decide=decide,
    commands=PanelCommand,
    events=PanelEvent,
    per=Per.ALONE,
)
