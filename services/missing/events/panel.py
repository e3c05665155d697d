"""What the weekly panel keeps: its agenda, what was reviewed, what is carried to the next. Ids alone: about no child."""

from datetime import date
from uuid import UUID

from shared.domain.event import Event, Sealed


class IncidentOnAgenda(Event, name="missing.IncidentOnAgenda", fixed=("panel", "episode", "about")):
    """An incident is for this panel: reported since the last, or carried over from it."""

    panel: date
    episode: UUID
    about: UUID
    """The child's stream of the episode."""
    carried: bool = False


class PanelPrepared(Event, name="missing.PanelPrepared", fixed=("panel",)):
    """The coordinator prepared the panel's agenda: every incident since the last."""

    panel: date


class IncidentReviewed(Event, name="missing.IncidentReviewed", fixed=("episode", "about")):
    """The panel looked at an incident."""

    episode: UUID
    about: UUID


class PanelClosedText(Sealed):
    """What is to be said of the panel."""

    notes: str = ""


class PanelClosed(
    Event, name="missing.PanelClosed", text=PanelClosedText, fixed=("panel", "carried_over", "about")
):
    """The panel is over; what it did not come to goes to the next."""

    panel: date
    carried_over: tuple[UUID, ...] = ()
    """The incidents ..."""
    about: tuple[UUID, ...] = ()
    """... and beside each the child's stream of it."""
