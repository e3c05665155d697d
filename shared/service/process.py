"""One service as a running process: its connections, its tasks, and the order in which they start and stop."""

import asyncio
import logging
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg

from shared.access.access_log import AccessLog
from shared.access.policy import AccessPolicy
from shared.access.tokens import TokenVerifier
from shared.audit.checkpoint import PublicKeys, Signer
from shared.audit.checkpoint_tables import CheckpointTables
from shared.audit.checkpointer import Checkpoints
from shared.commands.handler import CommandHandler
from shared.commands.timers import Timers
from shared.crypto.key_store import KeyStore
from shared.crypto.secret_files import read_key
from shared.crypto.transport_keys import TransportKeys
from shared.domain.command import Command, public_name
from shared.domain.instants import local_date
from shared.eventstore.store import Store
from shared.inbox.consumer import Consumer, Subscription
from shared.inbox.housekeeping import InboxHousekeeping
from shared.inbox.inbox import Inbox
from shared.inbox.resend import ResendRequests
from shared.inbox.tables import InboxTables
from shared.infrastructure.background import end, run_forever
from shared.infrastructure.clock import Clock, RealClock
from shared.infrastructure.notify import Notifier
from shared.infrastructure.postgres import DATABASE_AWAY, open_pool
from shared.messaging.relay import Relay, ask_for_resend
from shared.messaging.topics import CHECKPOINT_TOPIC, PARTITIONS, RESEND_TOPIC, topic_of
from shared.projections.deadline_queries import missed_by_rule, next_due
from shared.projections.views import Views
from shared.service.declaration import Service, personal_commands
from shared.service.metrics import Metrics
from shared.service.settings import Settings
from shared.service.simulated_clock import StoredClock

log = logging.getLogger(__name__)


READ_CLOCK: Final = 0.5
"""Seconds between looks at a simulated clock that another process of the service may have moved."""


MEASURED_FOR: Final = 2.0
"""Seconds for which a measurement is good."""


class ServiceProcess:
    """A service with everything it needs to run. `start()` it, `stop()` it, and ask it for `progress()`."""

    def __init__(self, service: Service, settings: Settings, *, access: Path) -> None:
        """`access`: the folder of access tables that come with the services, used where the settings name none."""
        self.service = service
        self.settings = settings
        self.ready = False
        self.access = AccessPolicy.read(settings.access or access)
        self.names_key = read_key(settings.names_key)
        self.verifier = TokenVerifier(
            settings.issuer,
            settings.audience,
            settings.jwks if settings.jwks.startswith("https://") else Path(settings.jwks),
            self.names_key,
        )
        self.keys = KeyStore.from_files(settings.keys, settings.master_key)
        self.transport = TransportKeys(settings.transport_keys)
        self.checkpoint_keys = PublicKeys.read(settings.checkpoint_keys)
        self._signer = Signer(service.name, settings.signing_key)
        self.pool: asyncpg.Pool
        self.clock: Clock
        self.store: Store
        self.metrics: Metrics
        self.runner: CommandHandler
        self.views: Views
        self.inbox: Inbox
        self.access_log: AccessLog
        self.timers: Timers
        self.checkpoints: Checkpoints
        self._relay: Relay
        self._consumer: Consumer
        self._notifier: Notifier
        self._housekeeping: InboxHousekeeping
        self._reading_clock: asyncio.Task[None] | None = None
        self._measured: tuple[float, bytes] = (-MEASURED_FOR, b"")

    def runner_commands(self) -> list[type[Command]]:
        """Every command a person may send to this service."""
        return personal_commands(self.service.streams)

    def action_of(self, command: type[Command]) -> str:
        """The command's public name: every team's commands carry this team's name."""
        return public_name(self.service.name, command)

    async def start(self) -> None:
        """Connect and start every task; ready when this returns."""
        name, settings = self.service.name, self.settings
        self.pool = await open_pool(settings.dsn.get_secret_value(), name, most=settings.pool)
        self.clock = await self._clock()
        connect = partial(self._connection, lock_timeout="10s")
        self.store = Store(self.pool, connect, name, self.clock, keys=self.keys)
        self.metrics = Metrics(name)
        self.store.on_answer = self.metrics.append_seconds.observe
        self.store.on_group = self.metrics.group_members.observe
        self.runner = CommandHandler(
            name,
            self.service.streams,
            agency=self.service.agency,
            store=self.store,
            keys=self.keys,
            rules=self.service.rules,
            access=self.access,
            clock=self.clock,
        )
        self.views = Views(self.pool, name, self.service.views, dsn=settings.dsn.get_secret_value())
        self.access_log = AccessLog(self.pool, name, self.clock)
        self.inbox = Inbox(self.runner, self.service.policy, InboxTables(self.pool, name), self.transport)
        self.inbox.on_taken = self.metrics.took_in
        elsewhere = {rule for stream in self.service.streams for rule in stream.noted}
        self.timers = Timers(self.pool, name, self.runner, self.clock, elsewhere=elsewhere)
        self._relay = Relay(
            name,
            self._connection,
            settings.brokers,
            self.keys,
            self.transport,
            idempotent=settings.broker == "kafka",
        )
        self.checkpoints = Checkpoints(
            CheckpointTables(self.pool, name),
            self._signer,
            self.checkpoint_keys,
            settings.brokers,
            idempotent=settings.broker == "kafka",
        )
        requests = ResendRequests(name, settings.brokers, partial(ask_for_resend, self.pool, name))
        self._consumer = Consumer(
            name,
            self.service.reads,
            self.inbox,
            settings.brokers,
            settings.broker,
            instance=settings.instance,
            beside=[
                Subscription(RESEND_TOPIC, "resend", requests.answer),
                Subscription(CHECKPOINT_TOPIC, "checkpoints", self.checkpoints.keep),
            ],
        )
        self._housekeeping = InboxHousekeeping(self.inbox, requests)
        # Whoever appends follows with its views itself; others have something to do only where one of them relays.
        self._notifier = Notifier(
            self._connection,
            name,
            [self._relay.wake, self.views.wake],
            needed=lambda: not self._relay.leading,
        )
        self.store.on_append(self.views.wake)
        self.store.on_append(self._relay.wake, crossing=True)
        self.store.on_append(self._notifier.appended, crossing=True)
        await self.views.prepare()
        await self.store.start()
        await self.access_log.start()
        await self.views.start()
        await self._notifier.start()
        await self._relay.start()
        await self._consumer.start()
        await self.checkpoints.start()
        if isinstance(self.clock, RealClock):
            await self.timers.start()
        await self._housekeeping.start()
        if isinstance(self.clock, StoredClock):
            clock = run_forever(self.clock.read, name="clock", away=DATABASE_AWAY, every=READ_CLOCK)
            self._reading_clock = asyncio.create_task(clock, name=f"clock:{name}")
        self.ready = True
        log.info("ready", extra={"port": settings.port})

    async def stop(self) -> None:
        """Stop taking in, then stop writing, then disconnect."""
        self.ready = False
        await end(self._reading_clock)
        await self._housekeeping.stop()
        await self._consumer.stop()
        await self.checkpoints.stop()
        await self.timers.stop()
        await self._relay.stop()
        await self._notifier.stop()
        await self.views.stop()
        await self.access_log.stop()
        await self.store.stop()
        self.pool.terminate()
        self.keys.close()

    async def _connection(self, *, lock_timeout: str = "0") -> asyncpg.Connection:
        return await asyncpg.connect(
            self.settings.dsn.get_secret_value(),
            command_timeout=15,
            timeout=5,
            server_settings={
                "application_name": f"{self.service.name} writer",
                "lock_timeout": lock_timeout,
                "idle_in_transaction_session_timeout": "10s",
            },
        )

    async def _clock(self) -> Clock:
        if not self.settings.simulated_clock:
            return RealClock()
        clock = StoredClock(self.pool, self.service.name)
        await clock.read()
        return clock

    def ended(self) -> list[str]:
        """The tasks that must run for as long as the process does, and have ended: nothing but a restart helps."""
        tasks: dict[str, asyncio.Task[None] | None] = {
            "writer": self.store.writing,
            "views": self.views.following,
            "inbox": self._housekeeping.task,
            **self._consumer.tasks,
        }
        return [name for name, task in tasks.items() if task is None or task.done()]

    async def hindrances(self) -> dict[str, Any]:
        """What is wrong though commands are taken: the relay's and the checkpoints' errors, views that have stopped."""
        views = await self.views.positions()
        return {
            "relay_error": self._relay.error,
            "checkpoint_error": self.checkpoints.error,
            "views_stopped": sorted(view for view, (_, error) in views.items() if error),
        }

    async def measured(self) -> bytes:
        """The metrics' text, reckoned anew when the last is two seconds old: nobody can make it dear by asking often."""
        at, text = self._measured
        if time.monotonic() - at > MEASURED_FOR:
            missed = await missed_by_rule(self.pool, self.service.name)
            calendar = self.service.rules.calendars.days_left(local_date(self.clock.now()))
            text = self.metrics.text(await self.progress(), missed, calendar)
            self._measured = (time.monotonic(), text)
        return text

    async def progress(self) -> dict[str, Any]:
        """How far everything has come; from two looks at all services somebody can tell that nothing is under way."""
        name = self.service.name
        head = await self.store.head()
        views = await self.views.positions()
        held, parked = await self.inbox.tables.counts()
        consumed = {f"{topic_of(source)}/{p}": 0 for source in self.service.reads for p in range(PARTITIONS)}
        consumed |= await self.inbox.tables.offsets()
        acknowledged = await self.pool.fetch(
            f'SELECT topic, "partition", "offset" FROM {name}.relay_acknowledged'
        )
        due: datetime | None = await next_due(self.pool, name)
        return {
            "service": name,
            "now": self.clock.now().isoformat(),
            "head": head,
            "relayed": await self.pool.fetchval(f"SELECT position FROM {name}.relay"),
            "relay_error": self._relay.error,
            "consumer_error": self._consumer.error,
            "checkpoint_error": self.checkpoints.error,
            "checkpoint_alarm": self.checkpoints.alarm,
            "acknowledged": {f"{row['topic']}/{row['partition']}": row["offset"] for row in acknowledged},
            "consumed": consumed,
            "views": {view: position for view, (position, _) in views.items()},
            "view_errors": {view: error for view, (_, error) in views.items() if error},
            "in_flight": self.runner.in_flight,
            "claimed": await self.timers.claimed(),
            "held": held,
            "parked": parked,
            "next_due": due.isoformat() if due else None,
        }
