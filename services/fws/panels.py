"""When the weekly transfer panel is: a day, which follows from when a proposal is due."""

from datetime import date, datetime, timedelta

from shared.domain.instants import local_date


def panel_of(due_at: datetime) -> date:
    """The day of the panel by which a proposal is due (F11): it is due at the end of that day."""
    return local_date(due_at - timedelta(seconds=1))
