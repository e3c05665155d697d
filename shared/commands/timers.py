"""Timers: when a due instant passes, the stream itself is asked whether its clock was missed.

A timer claims rows by a lease, commits, and only then sends the commands: a command sent while row locks are held
waits for a writer that waits for them. Whether the clock was missed is decided by the stream, not by the row; a timer
that fires twice changes nothing the second time.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from shared.commands.handler import CommandHandler
from shared.commands.targets import Target
from shared.eventstore.append import LogUnavailable
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.clock import Clock, RealClock
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.projections.deadline_queries import due_rows
from shared.team.deadlines import CheckDeadline
from shared.team.elsewhere import PATIENCE

LEASE: Final = timedelta(seconds=5)
"""How long a claimed row is left to the process that claimed it (real time)."""


BATCH: Final = 200


POLL: Final = 1.0


class Timers:
    """Looks at the deadline board of one service and asks about what fell due."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        service: str,
        runner: CommandHandler,
        clock: Clock,
        *,
        elsewhere: Collection[str] = (),
        patience: timedelta = PATIENCE,
    ) -> None:
        """Looks at nothing yet.

        Args:
            pool: of the service.
            service: whose board.
            runner: handles what it asks.
            clock: tells what is due.
            elsewhere: the rules whose clocks facts of other services may meet or end.
            patience: for those; none where the clock is simulated, as every message has arrived before it moves.
        """
        self._pool = pool
        self._service = service
        self._runner = runner
        self._clock = clock
        self._actor = runner.team
        self._elsewhere = elsewhere
        self._patience = patience if isinstance(clock, RealClock) else timedelta(0)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look every second. Not used with a simulated clock, where the operator says when to look."""
        name = f"timers:{self._service}"
        away = (*DATABASE_AWAY, LogUnavailable)
        self._task = asyncio.create_task(run_forever(self._fire_all, name=name, away=away, every=POLL))

    async def stop(self) -> None:
        """Stop looking; a claim left behind lapses."""
        await end(self._task)

    async def _fire_all(self) -> None:
        while await self.fire() == BATCH:
            pass

    async def fire(self) -> int:
        """Ask about every clock that is due and not said to be missed; how many were asked about.

        Raises:
            TakesNoCommands: the log may not be added to; nothing is claimed.
        """
        self._runner.store.gate.check()
        rows = await due_rows(
            self._pool,
            self._service,
            self._clock.now(),
            BATCH,
            patience=self._patience,
            elsewhere=self._elsewhere,
        )
        claimed = [row for row in rows if await self._claim(row)]
        for row in claimed:
            await self._ask(row.stream, row.child, row.thing, row.rule, row.started_by, row.due_at)
            await self._release(row)
        return len(claimed)

    async def _claim(self, row: Any) -> bool:
        return bool(
            await self._pool.fetchval(
                f"""INSERT INTO {self._service}.claims AS old (stream, rule, started_by, due_at, until)
                    VALUES ($1, $2, $3, $4, clock_timestamp() + $5)
                    ON CONFLICT (stream, rule, started_by, due_at) DO UPDATE SET until = excluded.until
                     WHERE old.until < clock_timestamp() RETURNING true""",
                row.stream,
                row.rule,
                row.started_by,
                row.due_at,
                LEASE,
            )
        )

    async def _ask(
        self,
        stream: UUID,
        child: UUID | None,
        thing: UUID | None,
        rule: str,
        started_by: UUID,
        due_at: datetime,
    ) -> None:
        command = CheckDeadline(rule=rule, started_by=started_by, happened=due_at)
        command_id = uuid5(started_by, f"{rule}/{due_at.isoformat()}")
        await self._runner.run(
            command, self._actor, command_id, target=Target(stream, child, thing or stream)
        )

    async def _release(self, row: Any) -> None:
        await self._pool.execute(
            f"""DELETE FROM {self._service}.claims
                 WHERE stream = $1 AND rule = $2 AND started_by = $3 AND due_at = $4""",
            row.stream,
            row.rule,
            row.started_by,
            row.due_at,
        )

    async def claimed(self) -> int:
        """How many claims are live."""
        return int(
            await self._pool.fetchval(
                f"SELECT count(*) FROM {self._service}.claims WHERE until > clock_timestamp()"
            )
        )
