"""What a service looks over each night beside its work, and how much of it was not as it should be."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

import asyncpg

from shared.domain.instants import local_date, start_of_day
from shared.infrastructure.clock import Clock

log = logging.getLogger(__name__)

HOUR: Final = timedelta(hours=3)
"""From midnight in London on."""

LOOKS: Final = 60.0
"""Seconds between looks at the clock."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were looked at, and how many were not as they should be."""

    looked_at: int
    amiss: int


@dataclass(frozen=True, slots=True)
class NightlyLook:
    """What is looked over each night.

    Attributes:
        name: as the measurements name it; a word or several joined by `_`.
        look: given the pool of the role that owns the read tables, and chance.
    """

    name: str
    look: Callable[[asyncpg.Pool, Random], Awaitable[Tally]]


class Nightly:
    """Looks over what a service asks for, once each night by its clock, and keeps what was found last."""

    def __init__(
        self, look: NightlyLook, pool: asyncpg.Pool, clock: Clock, told: Callable[[str, int, int], None]
    ) -> None:
        """Nothing is looked at yet. `told` is called with each tally, as the measurements take it."""
        self._look = look
        self._pool = pool
        self._clock = clock
        self._told = told
        self._due = next_night(clock.now())

    async def step(self) -> None:
        """Look where the night has come. Raises whatever the looking raises: it is tried again."""
        now = self._clock.now()
        if now < self._due:
            return
        tally = await self._look.look(self._pool, Random())  # noqa: S311 - a sample, and no secret
        self._told(self._look.name, tally.looked_at, tally.amiss)
        self._due = next_night(now)
        if tally.amiss:
            log.error(
                "looked over, and not all is as it should be",
                extra={"loop": self._look.name, "count": tally.amiss},
            )


def next_night(now: datetime) -> datetime:
    """The next instant (UTC) at which it is looked: three hours into a day in London."""
    today = local_date(now)
    begins = start_of_day(today) + HOUR
    return begins if now < begins else start_of_day(today + timedelta(days=1)) + HOUR
