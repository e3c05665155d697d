"""Where now comes from: the real clock, and a simulated one that only moves forward.

Decisions take `now` from their context and hold no clock, so that a case can be played and replayed.
"""

from datetime import UTC, datetime
from typing import Protocol


class ClockGoesBack(ValueError):
    """A simulated clock was told to go back: facts already recorded would lie in its future."""


class Clock(Protocol):
    """Where `now` comes from. Domain code never holds one: it is given `now` in its context."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved, and never goes back. It lives in memory only."""

    def __init__(self, start: datetime) -> None:
        """Stands at `start` (aware, else ValueError)."""
        self._now = _utc(start)

    def now(self) -> datetime:
        """The instant it was last moved to, aware, in UTC."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Moves to `instant`; to where it already stands is no move. Raises ClockGoesBack for an earlier one."""
        instant = _utc(instant)
        if instant < self._now:
            raise ClockGoesBack(
                f"the simulated clock stands at {self._now.isoformat()} and cannot go back to "
                f"{instant.isoformat()}: start a fresh stack to play an earlier time"
            )
        self._now = instant


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("this time has no offset from UTC: add Z or an offset such as +01:00")
    return instant.astimezone(UTC)
