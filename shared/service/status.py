"""Status of a running service: asks its parts how far each has come, and says so to the operator and to Prometheus."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

from shared.access.access_log import AccessLog
from shared.audit.checkpointer import Checkpoints
from shared.commands.follow_ups import FollowUps
from shared.commands.handler import CommandHandler
from shared.commands.timers import Timers
from shared.domain.instants import local_date
from shared.domain.rules import Rulebook
from shared.eventstore.store import Store
from shared.inbox.consumer import Consumer
from shared.inbox.housekeeping import InboxHousekeeping
from shared.inbox.tables import InboxTables
from shared.infrastructure.clock import Clock
from shared.messaging.relay import PositionBeyondLog, Relay
from shared.messaging.topics import PARTITIONS
from shared.projections.deadline_queries import missed_by_rule, next_due
from shared.projections.views import Views
from shared.service.metrics import Metrics
from shared.service.progress import Hindrances, Progress

MEASURED_FOR: Final = 2.0
"""Seconds for which a measurement is good."""

_TOPICS: Final = (
    "make what is missing (`python -m deploy.kafka.apply`): what was on it is sent again from the log"
)

_VIEWS: Final = "/progress says at which event; put the program right and rebuild the view"


@dataclass(slots=True)
class Status:
    """What a running service says of itself. Every answer is as the database and its parts have it now."""

    service: str
    reads: tuple[str, ...]
    rules: Rulebook
    pool: asyncpg.Pool
    clock: Clock
    store: Store
    access_log: AccessLog
    views: Views
    follow_ups: FollowUps
    handler: CommandHandler
    inbox: InboxTables
    timers: Timers
    relay: Relay
    consumer: Consumer
    checkpoints: Checkpoints
    metrics: Metrics
    housekeeping: InboxHousekeeping
    _measured: tuple[float, bytes] = (-MEASURED_FOR, b"")

    def ended(self) -> list[str]:
        """The tasks that must run for as long as the process does, and have ended: nothing but a restart helps."""
        tasks: dict[str, asyncio.Task[None] | None] = {
            "writer": self.store.writing,
            "views": self.views.following,
            "inbox": self.housekeeping.task,
            **self.consumer.tasks,
        }
        return [name for name, task in tasks.items() if task is None or task.done()]

    async def hindrances(self) -> Hindrances:
        """What is wrong though the process runs."""
        return Hindrances(
            relay_error=self.relay.error,
            checkpoint_error=self.checkpoints.error,
            not_ready=await self._not_ready(await self.views.positions()),
        )

    async def _not_ready(self, views: Mapping[str, tuple[int, str | None]]) -> dict[str, str]:
        """The parts that keep this process from being ready, of `NOT_READY`, each with a sentence."""
        stopped = sorted(view for view, (_, error) in views.items() if error)
        found = {
            "tasks": (ended := self.ended()) and f"ended, so restart this process: {', '.join(ended)}",
            "commands": (reasons := self.store.gate.reasons)
            and f"it takes no commands: {' '.join(reasons.values())}",
            "log": not await self.store.last_append.works()
            and "the last append failed: see whether the database answers, its disk, and who holds its locks",
            "access log": not await self.access_log.last_record.works()
            and "the last look could not be recorded, so nothing is shown: look as for an append that failed",
            "views": stopped
            and f"a view has stopped and shows less than is so: {', '.join(stopped)}; {_VIEWS}",
            "relay": self.relay.error == PositionBeyondLog.__name__
            and "the relay's position is beyond the log, so nothing is published: run `safeguarding verify`",
            "consumer": (gone := self.consumer.topics.gone)
            and f"not on the broker, or made again and not read yet: {', '.join(gone)}; {_TOPICS}",
            "checkpoints": self.checkpoints.own_alarm
            and f"{self.checkpoints.own_alarm}: run `safeguarding verify`",
        }
        return {part: str(why) for part, why in found.items() if why}

    async def measured(self) -> bytes:
        """The metrics' text, made anew when the last is two seconds old: nobody can make it dear by asking often."""
        at, text = self._measured
        if time.monotonic() - at > MEASURED_FOR:
            missed = await missed_by_rule(self.pool, self.service)
            calendar = self.rules.calendars.days_left(local_date(self.clock.now()))
            text = self.metrics.text(await self.progress(), missed, calendar)
            self._measured = (time.monotonic(), text)
        return text

    async def progress(self) -> Progress:
        """How far everything has come."""
        head = await self.store.head()
        views = await self.views.positions()
        held, parked = await self.inbox.counts()
        from_the_start = {f"{topic}/{p}": 0 for topic in self.reads for p in range(PARTITIONS)}
        acknowledged = await self.pool.fetch(
            f'SELECT topic, "partition", "offset" FROM {self.service}.relay_acknowledged'
        )
        return Progress(
            service=self.service,
            now=self.clock.now(),
            head=head,
            relayed=await self.pool.fetchval(f"SELECT position FROM {self.service}.relay"),
            relay_error=self.relay.error,
            consumer_error=self.consumer.error,
            broker_away_since=self.consumer.topics.away_since,
            topics_gone=self.consumer.topics.gone,
            checkpoint_error=self.checkpoints.error,
            checkpoint_alarm=self.checkpoints.alarm,
            keys_gone=self.store.keys_gone(),
            acknowledged={f"{row['topic']}/{row['partition']}": row["offset"] for row in acknowledged},
            consumed=from_the_start | await self.inbox.offsets(),
            views={view: position for view, (position, _) in views.items()}
            | await self.follow_ups.positions(),
            view_errors={view: error for view, (_, error) in views.items() if error},
            in_flight=self.handler.in_flight,
            claimed=await self.timers.claimed(),
            held=held,
            parked=parked,
            unproven=await self.inbox.unproven.count(),
            next_due=await next_due(self.pool, self.service),
            not_ready=await self._not_ready(views),
        )
