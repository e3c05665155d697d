"""The embedded stack: PostgreSQL, a broker and the services as child processes, kept running, gone when we are gone."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from deploy.database.provision import database_of, logins_of, reader_of, views_owner_of
from deploy.local import databases
from deploy.local.broker import Broker, EmbeddedBroker
from deploy.local.children import Child, rotate, spawn, tail
from deploy.local.errors import StackError
from deploy.local.kafka import LocalKafka
from deploy.local.layout import Layout, owner_of
from deploy.local.locks import DirectoryLock
from deploy.local.pages import WithPages
from deploy.local.patience import Patience
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.service import ServiceProcess
from services import names

BrokerKind = Literal["embedded", "kafka"]
CHECKOUT = Path(__file__).resolve().parents[2]
"""Where the services' packages are; their processes start there."""


@dataclass(frozen=True)
class StackEvent:
    """Something that happened to a process of the stack.

    Attributes:
        name: `postgres`, `broker` or a service.
        what: it was started, became ready (services only), or ended by no wish of ours.
        pid: of the process it happened to.
        at: when, in UTC by the real clock.
    """

    name: str
    what: Literal["started", "ready", "died"]
    pid: int
    at: datetime


def run_module(service: str) -> list[str]:
    """The command that runs a service."""
    return [sys.executable, "-m", "services", service]


class Stack:
    """The platform on one machine, on a directory of its own; an async context manager for the main thread.

    Inside it everything runs and is kept running: what dies is started again. A directory used before goes on with
    its data, also after everything was killed.

    Attributes:
        directory: where its data, secrets and logs are.
        events: what happened to its processes, oldest first.
    """

    def __init__(
        self,
        directory: Path,
        services: Sequence[str] | None = None,
        *,
        simulated_clock: bool,
        broker: BrokerKind = "embedded",
        pages: bool = False,
        say: Callable[[str], None] = lambda _: None,
        command: Callable[[str], Sequence[str]] = run_module,
    ) -> None:
        """Nothing is started yet.

        Args:
            directory: made when it is not there.
            services: which ones to run; left out, all.
            simulated_clock: whether the services' clocks are set by who plays a case.
            pages: whether the pages run too, and where to sign in for them.
            broker: which one to run; Apache Kafka needs Java, and fetches its jars the first time.
            say: told in a sentence each what goes on.
            command: the command that runs a service.
        """
        self.layout = Layout(directory)
        self.directory = self.layout.directory
        self.events: list[StackEvent] = []
        self._postgres = EmbeddedPostgres(self.layout.postgres)
        self._broker: Broker = (
            EmbeddedBroker(self.layout.logs)
            if broker == "embedded"
            else LocalKafka(self.layout.kafka, log=self.layout.log("broker"))
        )
        self._broker_kind = broker
        self._names = tuple(services if services is not None else names())
        self._services: dict[str, ServiceProcess] = {}
        self._pages = WithPages(self.layout) if pages else None
        self._simulated = simulated_clock
        self._say = say
        self._command = command
        self._lock = DirectoryLock(self.directory)
        self._broker_new = (
            True  # until its topics are made and, where it keeps nothing, the services were told
        )
        self._wake = asyncio.Event()
        self._mended = False  # whether nobody died since everything was last brought up
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = httpx.AsyncClient(trust_env=False)
        self._exit = AsyncExitStack()

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each service's HTTP API; they stay the same while the stack runs."""
        beside = self._pages.processes if self._pages is not None else {}
        return {name: service.url for name, service in self._services.items() if name not in beside}

    @property
    def pages_url(self) -> str | None:
        """Where the pages are, if they run."""
        return self._pages.url if self._pages is not None else None

    @property
    def pids(self) -> dict[str, int]:
        """Process id of everything that runs now: `postgres`, `broker` and each service by name."""
        children = {"postgres": self._postgres.child, "broker": self._broker.child}
        children.update({name: service.child for name, service in self._services.items()})
        return {name: child.pid for name, child in children.items() if child is not None and child.alive}

    @property
    def bootstrap(self) -> str:
        """Where Kafka clients connect."""
        return self._broker.bootstrap

    def postgres_dsn(self, service: str) -> str:
        """Where a service's own role connects; for asyncpg."""
        return self._login(service, service)

    def _login(self, service: str, role: str) -> str:
        return self._postgres.dsn(database_of(service), role, self.layout.password(role))

    def owner_dsn(self, service: str) -> str:
        """Where the owner of a service's log connects; for migrations only."""
        return self._login(service, owner_of(service))

    def views_dsn(self, service: str) -> str:
        """Where the owner of a service's read tables connects."""
        return self._login(service, views_owner_of(service))

    def superuser_dsn(self, service: str | None = None) -> str:
        """Where the server's superuser connects, to look at everything in a test: the database that most share, or a service's."""
        return self._postgres.dsn(databases.DATABASE if service is None else database_of(service))

    async def ready(self, timeout: float = 60) -> None:
        """Waits until everything runs and every service says that it is ready, for `timeout` seconds at most.

        A busy machine stretches them (`Patience`).

        StackError, with the end of the log of what is not, when it takes longer or keeps ending.
        """
        patience = Patience(timeout)
        while not self._all_ready():
            for service in self._services.values():
                service.check()
            if patience.over():
                raise StackError(f"not everything is ready {patience.told()}. {self._who_is_late()}")
            await asyncio.sleep(0.02)

    async def kill(self, name: str) -> None:
        """Kills a process of the stack with SIGKILL, and returns when the stack knows; `ready` waits for its return.

        For fault drills. StackError when nothing of that name runs.
        """
        child = self._child(name)
        if child is None or not child.alive:
            raise StackError(f"nothing called {name} runs: there are {', '.join(self.pids)}")
        child.send(signal.SIGKILL)
        await child.ended()
        while self._child(name) is child and not self._known_dead(child):
            await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        self.layout.make_directory()
        self._lock.acquire()
        self._exit.callback(self._lock.release)
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def _start(self) -> None:
        """Starts everything; each step first says how it is undone, so that a failure on the way leaves nothing."""
        self.layout.make_files(self._names)
        self._exit.push_async_callback(self._client.aclose)
        for name in self._names:
            rotate(self.layout.log(name))
            service = self._services[name] = ServiceProcess(name, self._command(name))
            self._exit.callback(service.port.release)
        if self._pages is not None:
            self._pages.make_files()
            for name, beside in self._pages.processes.items():
                rotate(self.layout.log(name))
                self._services[name] = beside
                self._exit.callback(beside.port.release)
        self._exit.push_async_callback(self._stop_postgres)
        self._exit.callback(self._broker.stop)
        self._exit.push_async_callback(self._stop_services, grace=5)
        self._exit.push_async_callback(self._stop_tasks)
        if not self._postgres.data.exists():
            self._say("making the database")
        self._postgres.open()
        await self._bring_up_all()
        self._run(self._supervise())
        await self.ready()

    async def _bring_up_all(self, timeout: float = 60) -> None:
        """Brings everything up for the first time; where a server dies on the way, again from the beginning."""
        patience = Patience(timeout)
        while True:
            try:
                await self._bring_up_postgres()
                await databases.prepare(self._postgres, self.layout, self._names)
                if self._pages is not None:
                    await self._pages.prepare(self._postgres)
                for name in self._names:
                    from shared.service.migrations import migrate

                    await migrate(self.owner_dsn(name), name, app_role=name)
                await self._mend()
            except databases.AWAY as error:
                # Also while PostgreSQL recovers from the death of one of its own processes, of which we see nothing.
                if patience.over():
                    raise StackError(
                        f"the database keeps going away while everything starts ({type(error).__name__}). "
                        f"The end of {self._postgres.log}:\n{tail(self._postgres.log)}"
                    ) from None
            except StackError:
                # One that was killed is not at fault; one that ended by itself would do so again.
                servers = (self._postgres.child, self._broker.child)
                killed = any(child is not None and child.exit_status == -signal.SIGKILL for child in servers)
                if not killed or patience.over():
                    raise
            else:
                return
            await asyncio.sleep(0.1)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stop_postgres(self) -> None:
        if self._postgres.child is not None:
            await self._postgres.child.stopped(grace=10, first=signal.SIGINT)
        self._postgres.stop()

    async def _supervise(self) -> None:
        """Mends what died, each time something died. What fails is tried again: it looks at how things stand."""
        while True:
            waits = [one.due_in() for one in self._services.values() if not one.running]
            try:
                await asyncio.wait_for(self._wake.wait(), min(waits, default=None))
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._mend()
            except Exception as error:
                self._say(f"mending failed and is tried again: {error or type(error).__name__}")
                await asyncio.sleep(0.25)
                self._wake.set()

    async def _mend(self) -> None:
        """Brings up whatever does not run, in the order in which one needs the other."""
        self._mended = False
        await self._bring_up_postgres()
        if not self._broker.alive:
            self._broker_new = True
        if self._broker_new:
            await self._bring_up_broker()
        for service in self._services.values():
            if not service.running and service.due_in() == 0:
                self._launch(service)
        self._mended = True

    async def _bring_up_postgres(self) -> None:
        if not self._postgres.alive:
            self._say("starting PostgreSQL")
            self._postgres.launch()
            self._watch(self._postgres.child)
        await self._postgres.until_answering()

    async def _bring_up_broker(self) -> None:
        """A broker that kept nothing must be met by no service before it was told so.

        A relay or consumer that met it would take its offsets for those it knows.
        """
        if not self._broker.keeps_data:
            await self._stop_services(grace=0)
        if not self._broker.alive:
            self._say("starting the broker")
            self._broker.launch()
            self._watch(self._broker.child)
        await self._broker.until_answering()
        await self._prepare_broker()
        if self._names and not self._broker.keeps_data:
            await databases.cut_off(self._postgres, self._names)
            from shared.messaging.relay import forget_broker

            await asyncio.gather(*(forget_broker(self.postgres_dsn(name), name) for name in self._names))
        self._broker_new = False

    async def _prepare_broker(self) -> None:
        """Has it make its topics, and gives up at once when it dies meanwhile: its client would wait for seconds."""
        assert self._broker.child is not None
        preparing = asyncio.create_task(asyncio.to_thread(self._broker.prepare))
        dying = asyncio.create_task(self._broker.child.ended())
        try:
            await asyncio.wait({preparing, dying}, return_when=asyncio.FIRST_COMPLETED)
            if not preparing.done():
                raise StackError("the broker died before it was prepared")
            preparing.result()
        finally:
            preparing.cancel()
            dying.cancel()

    def _launch(self, service: ServiceProcess) -> None:
        self._say(f"starting {service.name}")
        child = spawn(
            service.name,
            service.command,
            log=self.layout.log(service.name),
            cwd=CHECKOUT,
            env=self._environment(service),
        )
        service.started(child)
        self._watch(child)
        self._run(self._see_ready(service, child))

    def _environment(self, service: ServiceProcess) -> dict[str, str]:
        if self._pages is not None and service.name in self._pages.processes:
            return self._pages.environment(self._postgres, self.urls)
        reader = reader_of(service.name)
        return self.layout.environment(
            service.name,
            dsn=self.postgres_dsn(service.name),
            views_dsn=self.views_dsn(service.name),
            reader_dsn=self._login(service.name, reader) if reader in logins_of(service.name) else None,
            bootstrap=self._broker.bootstrap,
            broker=self._broker_kind,
            broker_login=self._broker.login_of(service.name),
            port=service.port.number,
            simulated=self._simulated,
        )

    async def _see_ready(self, service: ServiceProcess, child: Child) -> None:
        if await service.becomes_ready(self._client, child):
            self._happened(child, "ready")
            self._say(f"{service.name} is ready at {service.url}")

    async def _stop_services(self, grace: float) -> None:
        running = [service.stopped() for service in self._services.values()]
        await asyncio.gather(*(child.stopped(grace) for child in running if child is not None))

    def _watch(self, child: Child | None) -> None:
        if child is not None:
            self._happened(child, "started")
            self._run(self._see_end(child))

    async def _see_end(self, child: Child) -> None:
        status = await child.ended()
        service = self._services.get(child.name)
        if service is not None and service.child is not child:
            return  # stopped by us
        if service is not None:
            service.ended(status)
        self._mended = False
        self._happened(child, "died")
        self._say(f"{child.name} ended with status {status}; it is started again. Its log is {child.log}")
        self._wake.set()

    def _happened(self, child: Child, what: Literal["started", "ready", "died"]) -> None:
        self.events.append(StackEvent(child.name, what, child.pid, datetime.now(UTC)))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _child(self, name: str) -> Child | None:
        if name in self._services:
            return self._services[name].child
        return {"postgres": self._postgres.child, "broker": self._broker.child}.get(name)

    def _known_dead(self, child: Child) -> bool:
        return any(event.what == "died" and event.pid == child.pid for event in reversed(self.events))

    def _all_ready(self) -> bool:
        # Also asked of the processes themselves: that one died may not have reached us yet.
        servers = self._mended and self._postgres.alive and self._broker.alive
        return servers and all(one.alive and one.ready for one in self._services.values())

    def _who_is_late(self) -> str:
        late = [one.last_words() for one in self._services.values() if not (one.alive and one.ready)]
        return (
            "\n".join(late) or f"PostgreSQL's log is {self._postgres.log}, the broker's is {self._broker.log}"
        )
