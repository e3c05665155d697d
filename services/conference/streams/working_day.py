"""Conferences are held on working days alone (C8)."""

from datetime import date

from shared.domain.command import Check
from shared.domain.decider import Context


def not_a_working_day(day: date | None, context: Context) -> Check:
    """Forbids (C8) a conference on a weekend or bank holiday."""
    working = day is None or context.rules.by_calendar(
        context.happened_at, lambda known: known.is_working_day(day)
    )
    return (
        "C8",
        not working,
        "a conference is never held on a weekend or bank holiday: name a working day",
    )
