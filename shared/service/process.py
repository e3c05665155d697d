"""One service as a running process: `run` connects and starts its parts, top to bottom, and stops them bottom to top."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from shared.access.access_log import AccessLog
from shared.access.identity import read_identity
from shared.access.policy import AccessPolicy
from shared.access.refusals import Reason
from shared.access.tokens import TokenVerifier
from shared.audit.checkpoint import PublicKeys, Signer
from shared.audit.checkpoint_tables import CheckpointTables
from shared.audit.checkpointer import Checkpoints
from shared.audit.head_file import HeadFile
from shared.audit.kept_elsewhere import kept_elsewhere
from shared.audit.own_end import OwnEnd
from shared.commands.follow_ups import FollowUps, Tables
from shared.commands.handler import Answer, CommandHandler
from shared.commands.possible import Possible
from shared.commands.timers import Timers
from shared.crypto.key_store import KeyStore
from shared.crypto.secret_files import read_key
from shared.crypto.transport_keys import TransportKeys
from shared.domain.actors import Actor
from shared.domain.command import Command, public_name
from shared.eventstore.store import Store
from shared.inbox.consumer import Consumer, Subscription
from shared.inbox.housekeeping import InboxHousekeeping
from shared.inbox.inbox import Inbox
from shared.inbox.newcomers import Newcomers, TopicEnds
from shared.inbox.resend import ResendRequests
from shared.inbox.tables import InboxTables
from shared.infrastructure.background import end, run_forever, started
from shared.infrastructure.clock import Clock, RealClock
from shared.infrastructure.notify import Notifier
from shared.infrastructure.postgres import DATABASE_AWAY, connect
from shared.messaging.last_messages import last_messages
from shared.messaging.relay import Relay, ask_for_resend
from shared.messaging.topics import CHECKPOINT_TOPIC, RESEND_TOPIC
from shared.projections.views import Views
from shared.projections.words import OpenedWords
from shared.service.declaration import Service, personal_commands
from shared.service.erasing import Erasing
from shared.service.logins import DatabasePools, check_reader
from shared.service.metrics import Metrics
from shared.service.nightly import LOOKS, Nightly
from shared.service.policy_data import read_limits, read_reference
from shared.service.settings import Settings
from shared.service.sign_ins import SignIns
from shared.service.simulated_clock import StoredClock
from shared.service.status import Status
from shared.team.known_people import PEOPLE, known_person

log = logging.getLogger(__name__)


READ_CLOCK: Final = 0.5
"""Seconds between looks at a simulated clock that another process of the service may have moved."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """The parts of a service that runs, for those who answer its requests."""

    service: Service
    access: AccessPolicy
    verifier: TokenVerifier
    refused_token: Callable[[Reason], None]
    sign_ins: SignIns
    names_key: bytes
    keys: KeyStore
    pool: asyncpg.Pool
    reader_pool: asyncpg.Pool | None
    views_pool: asyncpg.Pool
    clock: Clock
    store: Store
    handler: CommandHandler
    views: Views
    inbox: Inbox
    access_log: AccessLog
    timers: Timers
    checkpoints: Checkpoints
    own_end: OwnEnd
    ask_for_resend: Callable[[UUID | None, int], Awaitable[None]]
    status: Status
    newcomers: Newcomers | None
    reference: Mapping[str, BaseModel]

    async def handle_own(self, command: Command, command_id: UUID) -> Answer:
        """Handle a command that the service gives itself. Raises what `CommandHandler.run` raises."""
        return await self.handler.run(command, self.handler.team, command_id)

    async def possible(self, actor: Actor, re: UUID | None, about: tuple[UUID, ...]) -> list[Possible]:
        """What the actor may do now with a thing, or about these children. Waits for whoever was registered a moment ago.

        Raises:
            NotFound: nothing stands there, or nothing for which the actor has any command.
            StillOnTheirWay: as `handle`.
        """
        commands = personal_commands(self.service.streams)
        if self.newcomers is None:
            return await self.handler.possible(commands, actor, re=re, about=about)
        return await self.newcomers.wait_for(
            lambda: self.handler.possible(commands, actor, re=re, about=about)
        )

    async def handle(self, command: Command, actor: Actor, command_id: UUID) -> Answer:
        """Handle a person's command. One that speaks of somebody who was registered a moment ago waits for them.

        Raises:
            TakesNoCommands: the log may not be added to; said before anything is decided on a state that may be wrong.
            StillOnTheirWay: they may have been registered, and nobody has told this service yet.
            What `CommandHandler.run` raises.
        """
        self.store.gate.check()
        if self.newcomers is None:  # People itself: who is registered is known there
            return await self.handler.run(command, actor, command_id)
        self.handler.in_flight += 1  # also between two tries: it is not quiet while somebody waits
        try:
            return await self.newcomers.wait_for(lambda: self.handler.run(command, actor, command_id))
        finally:
            self.handler.in_flight -= 1


class ServiceProcess:
    """A service with its settings and keys read, ready to `run`."""

    def __init__(self, service: Service, settings: Settings, *, access: Path) -> None:
        """`access`: the folder of the access policies that come with the services.

        Raises PolicyWrong where they, or those of the council's folder that the settings name, cannot be used, and
        BadSettings where a setting that this service needs is missing; BadPolicyData where a council's policy data cannot.
        """
        check_reader(service, settings)
        self.reference = {one.name: read_reference(one, settings.policy) for one in service.reference}
        made = service if service.made_of is None else service.made_of(self.reference)
        self.service = replace(made, rules=read_limits(made.rules, made.name, settings.policy))
        self.settings = settings
        self.access = AccessPolicy.read(access, settings.access)
        self.names_key = read_key(settings.names_key)
        self.verifier = TokenVerifier(read_identity(settings.identity), self.names_key)
        self.keys = KeyStore.from_files(settings.keys, settings.master_key)
        self.head_file = HeadFile(settings.keys.with_suffix(".head"), service.name)
        self.transport = TransportKeys(settings.transport_keys)
        self.checkpoint_keys = PublicKeys.read(settings.checkpoint_keys)
        self.signer = Signer(service.name, settings.signing_key)

    def personal_commands(self) -> list[type[Command]]:
        """Every command a person may send to this service."""
        return personal_commands(self.service.streams)

    def action_of(self, command: type[Command]) -> str:
        """The command's public name: every team's commands carry this team's name."""
        return public_name(self.service.name, command)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[RunningService]:
        """Connect and start every part; the service takes commands in the block, and at its end all is stopped.

        Each part is stopped before those it stands on: first it takes nothing more in, then it writes nothing more,
        then it disconnects. Where a part fails to start, those before it are stopped.
        """
        service, name, settings = self.service, self.service.name, self.settings
        dsn, idempotent = settings.dsn.get_secret_value(), settings.broker == "kafka"
        async with AsyncExitStack() as stack:
            stack.callback(self.keys.close)
            pools = await DatabasePools.open(service, settings)
            stack.callback(pools.terminate)
            pool = pools.own
            clock = await self._clock(pool)
            metrics = Metrics(name)
            await stack.enter_async_context(started(self.verifier))

            store = self._store(pool, clock, metrics)
            messages = partial(last_messages, settings.brokers, name, self.transport)
            kept = partial(kept_elsewhere, settings.brokers, name, self.checkpoint_keys)
            own_end = OwnEnd(store, self.head_file, messages, kept)
            checkpoints = self._checkpoints(pool, own_end)
            # Stopped after everything that writes: then it signs the last of it.
            stack.push_async_callback(checkpoints.sign_the_end)
            await stack.enter_async_context(started(own_end))

            views = Views(
                pools.views,
                name,
                service.views,
                dsn=settings.views_dsn.get_secret_value(),
                logins=await pools.logins(service),
                words=OpenedWords(self.keys),
            )
            await views.prepare()
            # Before anything can be read or written: a key store from before an erasure has the keys of who was erased.
            erasing = await stack.enter_async_context(
                started(Erasing(InboxTables(pool, name), name, self.keys, self.transport))
            )
            await stack.enter_async_context(started(store))
            access_log = await stack.enter_async_context(started(AccessLog(pool, name, clock)))
            await stack.enter_async_context(started(views))

            own_connection = partial(connect, dsn, name)
            relay = Relay(
                name, own_connection, settings.brokers, self.keys, self.transport, idempotent=idempotent
            )
            relay.unsure, relay.stands_beyond = own_end.unsure, own_end.relay_stands_beyond
            # Whoever appends follows with its views itself; others have something to do only where one of them relays.
            notifier = Notifier(
                own_connection, name, [relay.wake, views.wake], needed=lambda: not relay.leading
            )
            store.on_append(views.wake, erasing.wake, relay.wake_soon)
            store.on_append(relay.wake, notifier.appended, crossing=True)
            await stack.enter_async_context(started(notifier))
            await stack.enter_async_context(started(relay))

            handler = CommandHandler(
                name,
                service.streams,
                agency=service.agency,
                store=store,
                keys=self.keys,
                rules=service.rules,
                access=self.access,
                clock=clock,
                walled=service.topic.walled,
            )
            follow_ups = await stack.enter_async_context(
                started(self._follow_ups(Tables(pool, name, OpenedWords(self.keys)), views, handler))
            )
            timers = self._timers(pool, handler, clock)
            await self._by_the_clock(timers, pools.views, clock, metrics, stack)

            await stack.enter_async_context(started(checkpoints))
            resend = partial(ask_for_resend, pool, name)
            requests = ResendRequests(name, settings.brokers, resend)
            inbox = Inbox(handler, service.policy, InboxTables(pool, name), self.transport)
            inbox.on_taken = metrics.took_in
            consumer = await stack.enter_async_context(
                started(
                    Consumer(
                        name,
                        service.topics_read,
                        inbox,
                        settings.brokers,
                        settings.broker,
                        instance=settings.instance,
                        beside=[
                            Subscription(RESEND_TOPIC, "resend", requests.answer),
                            Subscription(CHECKPOINT_TOPIC, "checkpoints", checkpoints.keep),
                        ],
                    )
                )
            )

            newcomers = self._newcomers(inbox.tables, stack) if known_person in service.streams else None
            housekeeping = await stack.enter_async_context(started(InboxHousekeeping(inbox, requests)))
            self._follow(clock, stack)
            log.info("ready", extra={"port": settings.port})
            yield RunningService(
                service=service,
                access=self.access,
                verifier=self.verifier,
                refused_token=metrics.refused_token,
                sign_ins=SignIns(pool, name),
                names_key=self.names_key,
                keys=self.keys,
                pool=pool,
                reader_pool=pools.reader,
                views_pool=pools.views,
                clock=clock,
                store=store,
                handler=handler,
                views=views,
                inbox=inbox,
                access_log=access_log,
                timers=timers,
                checkpoints=checkpoints,
                own_end=own_end,
                ask_for_resend=resend,
                status=Status(
                    service=name,
                    reads=service.topics_read,
                    rules=service.rules,
                    pool=pool,
                    clock=clock,
                    store=store,
                    access_log=access_log,
                    views=views,
                    follow_ups=follow_ups,
                    handler=handler,
                    inbox=inbox.tables,
                    timers=timers,
                    relay=relay,
                    consumer=consumer,
                    checkpoints=checkpoints,
                    metrics=metrics,
                    housekeeping=housekeeping,
                ),
                newcomers=newcomers,
                reference=self.reference,
            )

    def _follow(self, clock: Clock, stack: AsyncExitStack) -> None:
        """Reads a simulated clock again and again, as another process of the service may have moved it."""
        if isinstance(clock, StoredClock):
            read = run_forever(
                clock.read, name=f"clock:{self.service.name}", away=DATABASE_AWAY, every=READ_CLOCK
            )
            stack.push_async_callback(end, asyncio.create_task(read))

    async def _by_the_clock(
        self, timers: Timers, views: asyncpg.Pool, clock: Clock, metrics: Metrics, stack: AsyncExitStack
    ) -> None:
        """Begins what is done when its time comes, until the end of the stack: on a simulated clock nobody waits for it."""
        for look in self.service.nightly:
            metrics.looked_over(look.name, 0, 0)
        if not isinstance(clock, RealClock):
            return
        await stack.enter_async_context(started(timers))
        for look in self.service.nightly:
            nightly = Nightly(look, views, clock, metrics.looked_over)
            name = f"nightly:{self.service.name}:{look.name}"
            stepping = run_forever(nightly.step, name=name, away=DATABASE_AWAY, every=LOOKS)
            stack.push_async_callback(end, asyncio.create_task(stepping))

    def _newcomers(self, taken: InboxTables, stack: AsyncExitStack) -> Newcomers:
        """Waits for those who were registered a moment ago; it stops asking the broker at the end of the stack."""
        people = TopicEnds(self.settings.brokers, PEOPLE)
        stack.push_async_callback(people.stop)
        return Newcomers(people.ask, taken, source=PEOPLE)

    def _store(self, pool: asyncpg.Pool, clock: Clock, metrics: Metrics) -> Store:
        dsn, name = self.settings.dsn.get_secret_value(), self.service.name
        store = Store(pool, partial(connect, dsn, name, lock_timeout="10s"), name, clock, keys=self.keys)
        store.on_answer = metrics.append_seconds.observe
        store.on_group = metrics.group_members.observe
        return store

    def _checkpoints(self, pool: asyncpg.Pool, own_end: OwnEnd) -> Checkpoints:
        checkpoints = Checkpoints(
            CheckpointTables(pool, self.service.name),
            self.signer,
            self.checkpoint_keys,
            self.settings.brokers,
            idempotent=self.settings.broker == "kafka",
        )
        checkpoints.unsure, checkpoints.given_up = own_end.unsure, own_end.given_up
        own_end.on_accepted = checkpoints.settle
        return checkpoints

    def _follow_ups(self, tables: Tables, views: Views, handler: CommandHandler) -> FollowUps:
        async def give(command: Command, command_id: UUID) -> Answer:
            return await handler.run(command, handler.team, command_id)

        follow_ups = FollowUps(self.service.follow_ups, tables, views, give)
        handler.store.on_append(follow_ups.wake)
        return follow_ups

    def _timers(self, pool: asyncpg.Pool, handler: CommandHandler, clock: Clock) -> Timers:
        elsewhere = {rule for stream in self.service.streams for rule in stream.noted}
        return Timers(pool, self.service.name, handler, clock, elsewhere=elsewhere)

    async def _clock(self, pool: asyncpg.Pool) -> Clock:
        if not self.settings.simulated_clock:
            return RealClock()
        clock = StoredClock(pool, self.service.name)
        await clock.read()
        return clock
