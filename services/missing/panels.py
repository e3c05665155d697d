"""When the weekly panel is, and under which id: both follow from its day."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from services.missing.rules import RULES
from shared.domain.instants import local_date, london

_PANELS: Final = UUID("7c0b1d43-3d0e-5d0b-9a56-2f6f7f6b1a11")


def panel_id(day: date) -> UUID:
    """The id of the panel of a day: one panel has one, whoever prepares it and however often."""
    return uuid5(_PANELS, day.isoformat())


def panel_of(due_at: datetime) -> date:
    """The day of the panel by which an incident is due (R3): it is due at the end of that day."""
    return local_date(due_at - timedelta(seconds=1))


def panel_after(day: date) -> date:
    """The day of the panel after that of a day."""
    next_day = day + timedelta(days=1)
    start = london(next_day.year, next_day.month, next_day.day)
    return panel_of(RULES.deadline("R3", start).due_at)
