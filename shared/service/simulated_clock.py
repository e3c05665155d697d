"""The simulated clock of a service: a row that only the operator of a demonstration or a test moves."""

from datetime import datetime
from typing import Final

import asyncpg

from shared.domain.instants import london
from shared.infrastructure.clock import SimulatedClock

BEGINNING: Final = london(2012, 1, 1)
"""Where a simulated clock starts: the first day of the calendar's first edition."""


class StoredClock:
    """A `Clock` whose now is kept in the service's database, so that all its processes agree and a restart keeps it."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool = pool
        self._schema = service
        self._clock = SimulatedClock(BEGINNING)

    def now(self) -> datetime:
        """The simulated instant (UTC), as last read or set in this process."""
        return self._clock.now()

    async def read(self) -> None:
        """Take over what another process has set."""
        kept = await self._pool.fetchval(f"SELECT now FROM {self._schema}.simulated_clock")
        if kept is not None and kept > self._clock.now():
            self._clock.move_to(kept)

    async def move_to(self, instant: datetime) -> None:
        """Move it forward, for all processes of the service.

        Raises:
            ClockGoesBack: `instant` has passed.
        """
        await self.read()
        self._clock.move_to(instant)
        await self._pool.execute(
            f"""INSERT INTO {self._schema}.simulated_clock AS old (now) VALUES ($1)
                ON CONFLICT (single) DO UPDATE SET now = greatest(old.now, excluded.now)""",
            instant,
        )
