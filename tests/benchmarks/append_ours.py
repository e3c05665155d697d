"""Measured: durable commands of the front door through address, decider, seal, digest and store, in one process.

The commands are those of the platform itself: contacts about children who are known, each with 20 events, and word
sent to their referrers. Warm, the states are those that a process keeps; cold, it has forgotten every state and
address before each command, as if another process had served the contact until then.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop

from services.mash.app import app
from services.mash.streams.contact import InformReferrer, ReceiveContact, Referrer
from shared.access.policy import AccessPolicy
from shared.commands.handler import CommandHandler
from shared.crypto.key_store import KeyStore
from shared.domain.actors import Actor
from shared.domain.code_lists import ReferralSource
from shared.eventstore.store import Store
from shared.infrastructure import tracing as telemetry
from shared.infrastructure.background import tune_garbage_collection
from shared.infrastructure.clock import RealClock
from shared.infrastructure.postgres import open_pool
from shared.team.known_people import KnowPerson
from tests.benchmarks.callers import call
from tests.benchmarks.workers import ROOT, Round, serve

EVENTS = 20
"""Events of a stream when the measuring begins."""
CONTACTS_A_CHILD = 4
MOST_CALLERS = 64
MESSAGE = "We are gathering information from the school and from health, and will ring you by noon tomorrow."
WHO = Actor(UUID(int=7), "Ana Lim", "mash_manager", "childrens_social_care")
RECEIVE = ReceiveContact(
    about=(UUID(int=1),),
    source=ReferralSource.S6,
    referrer=Referrer(name="PC Hale", agency="police", contact="hale@police.example"),
    worries="Both girls were hiding in a cupboard when the officers came, and had not eaten since the day before.",
    strengths="Grace asked for help, and their aunt lives near by.",
    family_aware=True,
)


class Contacts:
    """A process of the front door with contacts to write to.

    Args:
        warm: keeps what it has seen.
        cold: another runner over the same log, made to forget before each command; a runner of its own, so that what
            it forgets stays warm in the other.
    """

    def __init__(self, warm: CommandHandler, cold: CommandHandler) -> None:
        self._runner = warm
        self._forgetful = cold
        self._warm: list[Iterator[InformReferrer]] = []
        self._cold: list[Iterator[InformReferrer]] = []

    async def fill(self, warm: int, cold: int) -> None:
        """Make so many contacts with their events; each caller gets its own share of each kind."""
        children = [uuid4() for _ in range((warm + cold) // CONTACTS_A_CHILD)]
        service = Actor.service("mash", "childrens_social_care")
        await self._each([(KnowPerson(about=(child,), kind="child"), service) for child in children])
        opened = await self._each(
            [
                (RECEIVE.model_copy(update={"about": (child,)}), WHO)
                for child in islice(cycle(children), warm + cold)
            ]
        )
        commands = [InformReferrer(re=contact, message=MESSAGE, outcome=False) for contact in opened]
        for _ in range(EVENTS - 1):
            await self._each([(command, WHO) for command in commands])
        self._warm, self._cold = _shares(commands[:warm]), _shares(commands[warm:])

    async def _each(self, asked: list[tuple[Any, Actor]]) -> list[UUID]:
        waiting, done = iter(asked), list[UUID]()

        async def caller(_: int) -> None:
            for command, who in waiting:
                done.append((await self._runner.run(command, who, uuid4())).id)

        await asyncio.gather(*map(caller, range(MOST_CALLERS)))
        return done

    async def warm(self, caller: int) -> None:
        """One command by one caller."""
        await self._one(self._runner, next(self._warm[caller]))

    async def cold(self, caller: int) -> None:
        """One command by one caller, everything forgotten before."""
        self._forgetful._warm._states.clear()
        self._forgetful._targets._children.clear()
        await self._one(self._forgetful, next(self._cold[caller]))

    async def _one(self, runner: CommandHandler, command: InformReferrer) -> None:
        # As the HTTP layer does: a command may begin a trace.
        with telemetry.beginning("command", service="mash", command=command.NAME):
            await runner.run(command, WHO, uuid4())


def _shares(commands: list[InformReferrer]) -> list[Iterator[InformReferrer]]:
    return [cycle(commands[caller::MOST_CALLERS]) for caller in range(MOST_CALLERS)]


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """The process, on a database and a directory given; traces sampled as in production."""
    tune_garbage_collection()
    dsn, directory = arguments["dsn"], Path(arguments["directory"])
    telemetry.configure(0.05)
    clock = RealClock()
    connect = partial(asyncpg.connect, dsn, timeout=5, command_timeout=15)
    async with await open_pool(dsn, "mash") as pool:
        keys = KeyStore(directory / "keys", bytes(32))
        store = Store(pool, connect, "mash", clock, keys=keys)
        await store.start()
        runner = partial(
            CommandHandler,
            "mash",
            app.streams,
            agency=app.agency,
            store=store,
            keys=keys,
            rules=app.rules,
            access=AccessPolicy.read(ROOT / "services"),
            clock=clock,
        )
        contacts = Contacts(runner(), runner())
        await contacts.fill(arguments["warm"], arguments["cold"])

        async def one_round(order: dict[str, Any]) -> dict[str, Any]:
            one = contacts.warm if order["warm"] else contacts.cold
            return asdict(await call(order["callers"], order["seconds"], one))

        yield one_round
        await store.stop()


if __name__ == "__main__":
    uvloop.run(serve(opened))
