"""Follow-ups: what a service asks itself to do once its own read tables have taken in a fact of its own.

A policy answers others' facts, and knows no table. Whether somebody is registered twice shows only when one record is held
against all others: so it is asked here, after the view that holds them has come to the fact. Each fact is looked at once, in
the order of the log; what is asked for has an id made of the fact, so that a process that ends between asking and moving
on, or a second one that follows too, asks for nothing twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

import asyncpg

from shared.commands.handler import Answer
from shared.domain.command import Command, NotFound, Refused
from shared.domain.event import Event, Record
from shared.domain.view import Words
from shared.eventstore.append import AnotherBody, SubjectErased
from shared.eventstore.reader import COLUMNS, to_record
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.projections.views import Views

log = logging.getLogger(__name__)

PAGE: Final = 50
"""Facts looked at before the position is moved."""
POLL: Final = 0.5
"""Seconds after which it looks by itself, should nobody wake it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What a follow-up may look at: the service's read tables, and what opens words in memory."""

    pool: asyncpg.Pool
    service: str
    words: Words


Ask = Callable[[Record, Tables], Awaitable[Sequence[tuple[Command, UUID]]]]
"""`(record, tables) -> commands`, each with an id made of the fact: the same whenever it is asked again."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing that a service does after its own facts.

    Attributes:
        name: what it is called beside the views, in the service's progress.
        after: the facts.
        view: the name of the view that must have taken a fact in before.
        ask: what to do.
    """

    name: str
    after: tuple[type[Event], ...]
    view: str
    ask: Ask


@dataclass(slots=True)
class FollowUps:
    """Those of one service in one process.

    Args:
        tables: what they may look at.
        views: those of the process, waited for.
        give: gives the service a command of its own.
    """

    follow_ups: Sequence[FollowUp]
    tables: Tables
    views: Views
    give: Callable[[Command, UUID], Awaitable[Answer]]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Follow the log, in the background."""
        self._tasks = [
            asyncio.create_task(
                run_forever(
                    partial(self._step, one),
                    name=f"follow-up:{self.tables.service}:{one.name}",
                    away=DATABASE_AWAY,
                )
            )
            for one in self.follow_ups
        ]

    async def stop(self) -> None:
        """Stop. What was under way is looked at again by the next process."""
        for task in self._tasks:
            await end(task)

    def wake(self) -> None:
        """Something was appended: look now."""
        self._wake.set()

    async def positions(self) -> dict[str, int]:
        """How far each has come."""
        if not self.follow_ups:
            return {}
        rows = await self.tables.pool.fetch(f"SELECT name, position FROM {self.tables.service}.follow_ups")
        return dict.fromkeys([one.name for one in self.follow_ups], 0) | {
            row["name"]: row["position"] for row in rows
        }

    async def _step(self, one: FollowUp) -> None:
        self._wake.clear()
        service = self.tables.service
        at: int = await self.tables.pool.fetchval(
            f"SELECT coalesce(max(position), 0) FROM {service}.follow_ups WHERE name = $1", one.name
        )
        rows, head = await self._page(one, at)
        target = rows[-1]["notification_id"] if len(rows) == PAGE else head
        if target > at and (not rows or await self.views.wait_for(one.view, target)):
            for row in rows:
                await self._follow(one, to_record(service, row))
            await self.tables.pool.execute(
                f"INSERT INTO {service}.follow_ups (name, position) VALUES ($1, $2) "
                "ON CONFLICT (name) DO UPDATE SET position = greatest(follow_ups.position, $2)",
                one.name,
                target,
            )
            if len(rows) == PAGE:
                return
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._wake.wait()

    async def _page(self, one: FollowUp, after: int) -> tuple[list[asyncpg.Record], int]:
        """The next facts it looks at, and the head of the log that they were read with."""
        service = self.tables.service
        rows = await self.tables.pool.fetch(
            f"SELECT h.head, e.* FROM (SELECT coalesce(max(notification_id), 0) AS head FROM {service}.events) h "
            f"LEFT JOIN LATERAL (SELECT {COLUMNS} FROM {service}.events WHERE notification_id > $1 "
            "AND notification_id <= h.head AND topic = ANY($2) ORDER BY notification_id LIMIT $3) e ON true "
            "ORDER BY e.notification_id",
            after,
            [event.NAME for event in one.after],
            PAGE,
        )
        return [row for row in rows if row["notification_id"] is not None], rows[0]["head"]

    async def _follow(self, one: FollowUp, record: Record) -> None:
        for command, command_id in await one.ask(record, self.tables):
            try:
                await self.give(command, command_id)
            except (Refused, NotFound, AnotherBody, SubjectErased) as refusal:
                # Another process asked on what it saw then, or it is so no longer: nobody waits for an answer.
                log.info(
                    "a follow-up was refused",
                    extra={
                        "loop": one.name,
                        "position": record.position,
                        "error": type(refusal).__name__,
                    },
                )
