"""Playing a case while processes of its stack are killed at random, and the play resumed as often as that ended it."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.faults.processes import SERVICES, backends, look_into, processes

CHECKOUT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("safeguarding"))

SERVICE = "service"
"""Any service, at any moment."""
RELAY = "relay"
"""The service that has appended an event and not yet noted it as published: its relay is at work on it."""
BACKEND = "backend"
"""One process of PostgreSQL's under the postmaster, which then restarts all of them."""
KINDS = (SERVICE, RELAY, "broker", "postgres", BACKEND, "supervisor")
WEIGHTS = (16, 9, 6, 6, 7, 6)
"""Of fifty kills, how many are of each kind."""

PATIENCE = 90.0
"""Seconds without a step, or without the process that is to be killed, after which the play hangs."""
SOON = 0.25
"""How many of the kills follow the one before within seconds, while the stack recovers from it."""


def seed() -> int:
    """The seed of this run: SAFEGUARDING_SEED to repeat one. Times differ, what is killed at which step does not."""
    chosen = int(os.environ.get("SAFEGUARDING_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nRepeat with SAFEGUARDING_SEED={chosen}")
    return chosen


@dataclass(frozen=True)
class Blow:
    """A kill to come: of what, and when: `seconds` into the step of that number, or, without one, after the last."""

    kind: str
    step: int | None
    seconds: float


@dataclass
class Kill:
    """One that was done, in which step, and how long it then took until a whole step had been played after it."""

    kind: str
    name: str
    at: float
    step: int
    recovered: float | None = None


def plan(kinds: Sequence[str], steps: int, rng: random.Random) -> list[Blow]:
    """One blow of each of these kinds, in this order, spread at random over a play of so many steps."""
    at = iter(sorted(rng.randint(1, steps - 1) for _ in kinds))
    return [
        Blow(kind, None, rng.uniform(0, 3))
        if n and rng.random() < SOON
        else Blow(kind, next(at), rng.uniform(0, 0.4))
        for n, kind in enumerate(kinds)
    ]


class PlayFailed(AssertionError):
    """The play ended, or hung, by itself."""


@dataclass
class Drill:
    """One case on one stack, played to its end; `run` does it all."""

    case: Path
    stack: Path
    rng: random.Random
    kills: list[Kill] = field(default_factory=list)
    said: str = ""
    """What the last play, which reached the end, printed."""
    _process: subprocess.Popen[bytes] | None = None
    _runs: int = 0
    _over: bool = False

    async def run(self, blows: Sequence[Blow] = ()) -> list[Blow]:
        """Plays to the end under these blows; answers those for which it was over too soon.

        Raises:
            PlayFailed: it hung, or ended otherwise than by a kill.
        """
        striking = asyncio.create_task(self._strike(list(blows)))
        try:
            await self._keep_playing()
            self._over = True
            return await striking
        finally:
            striking.cancel()
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
                self._process.wait()

    async def _keep_playing(self) -> None:
        while True:
            code = await self._one_run()
            said = self._output()
            if code == 0:
                self.said = said
                return
            if code == -signal.SIGKILL:
                assert "Traceback" not in said, said
                continue
            raise PlayFailed(f"the play ended with {code} after {self._history()}:\n{said}")

    async def _one_run(self) -> int:
        self._process = self._start()
        heard, since = "", time.monotonic()
        while (code := self._process.poll()) is None:
            said = self._output()
            if said != heard:
                heard, since = said, time.monotonic()
                self._recovered(self.step)
            if time.monotonic() - since > PATIENCE:
                raise PlayFailed(f"the play hangs after {self._history()}:\n{said}")
            await asyncio.sleep(0.02)
        if code == 0:
            self._recovered()
        return code

    def _start(self) -> subprocess.Popen[bytes]:
        self._runs += 1
        with self._log().open("wb") as log:
            return subprocess.Popen(
                [COMMAND, "play", str(self.case), "--check", "--stack", str(self.stack)],
                cwd=CHECKOUT,
                env={**os.environ, "COLUMNS": "200"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    # -- kills

    async def _strike(self, blows: list[Blow]) -> list[Blow]:
        while blows:
            blow = blows[0]
            while blow.step is not None and self.step < blow.step and not self._over:
                await asyncio.sleep(0.01)
            await asyncio.sleep(blow.seconds)
            if not await self._do(blow.kind):
                return blows
            blows.pop(0)
        return blows

    async def _do(self, kind: str) -> bool:
        """Kills one of that kind as soon as there is one; False when the play was over before."""
        until = time.monotonic() + PATIENCE
        while not self._over:
            if time.monotonic() > until:
                raise PlayFailed(f"there was no {kind} to kill after {self._history()}:\n{self._output()}")
            with suppress(ProcessLookupError):
                name = await self._caught() if kind == RELAY else self._any(kind)
                if name is not None:
                    self.kills.append(Kill(kind, name, time.monotonic(), self.step))
                    return True
            await asyncio.sleep(0.01)
        return False

    def _any(self, kind: str) -> str | None:
        found = processes(self._supervisor)
        if kind == "supervisor":
            found = {kind: self._supervisor} if self._supervisor else {}
        elif kind == BACKEND:
            found = backends(found.get("postgres"))
        elif kind == SERVICE:
            found = {name: pid for name, pid in found.items() if name in SERVICES}
        else:
            found = {name: pid for name, pid in found.items() if name == kind}
        if not found:
            return None
        name = self.rng.choice(sorted(found))
        os.kill(found[name], signal.SIGKILL)
        return name

    async def _caught(self) -> str | None:
        """Looks for a service whose relay is not done with all that was appended, and kills it while that is so."""
        connection = await look_into(self.stack)
        if connection is None:
            return None
        try:
            async with asyncio.timeout(2):
                while True:
                    for service in self.rng.sample(SERVICES, len(SERVICES)):
                        if await self._behind(connection, service) and await self._kill_if_behind(
                            connection, service
                        ):
                            return service
                    await asyncio.sleep(0.001)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            return None
        finally:
            connection.terminate()

    async def _kill_if_behind(self, connection: asyncpg.Connection, service: str) -> bool:
        await asyncio.sleep(self.rng.uniform(0, 0.015))
        pid = processes(self._supervisor).get(service)
        if pid is None:
            return False
        os.kill(pid, signal.SIGSTOP)  # it must not be done by the time we have looked
        try:
            behind = await self._behind(connection, service)
        except BaseException:
            os.kill(pid, signal.SIGCONT)
            raise
        os.kill(pid, signal.SIGKILL if behind else signal.SIGCONT)
        return behind

    async def _behind(self, connection: asyncpg.Connection, service: str) -> bool:
        behind: bool = await connection.fetchval(
            f"SELECT position < (SELECT max(notification_id) FROM {service}.events) FROM {service}.relay"
        )
        return behind

    @property
    def _supervisor(self) -> int:
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    @property
    def step(self) -> int:
        """The number of the step that is being played; 0 before the first."""
        start = f"{self.case.stem} "
        numbers = [
            int(line.removeprefix(start).partition("/")[0])
            for line in self._output().splitlines()
            if line.startswith(start) and line.removeprefix(start).partition("/")[0].isdigit()
        ]
        return max(numbers, default=0)

    def _recovered(self, step: int | None = None) -> None:
        """Note it where the play has got over the last kill: the step during which it fell may have been done already,
        the one after it was not. No step: the play is over.
        """
        if self.kills and self.kills[-1].recovered is None:
            last = self.kills[-1]
            if step is None or step >= last.step + 2:
                last.recovered = time.monotonic() - last.at

    def _output(self) -> str:
        return self._log().read_text() if self._runs else ""

    def _log(self) -> Path:
        return self.stack.with_name(f"{self.stack.name}-play-{self._runs}.txt")

    def _history(self) -> str:
        return ", ".join(f"{kill.kind} ({kill.name})" for kill in self.kills) or "no kill"


def told(kills: Sequence[Kill]) -> str:
    """How long the play stood still after each kind of kill."""
    lines = [f"{len(kills)} kills; seconds until the play had got over it, where no other followed:"]
    by_kind: Mapping[str, list[float]] = {
        kind: [kill.recovered for kill in kills if kill.kind == kind and kill.recovered is not None]
        for kind in KINDS
    }
    lines += [
        f"  {kind:10} {len(times):3}  mean {sum(times) / len(times):5.1f}  most {max(times):5.1f}"
        for kind, times in by_kind.items()
        if times
    ]
    return "\n".join(lines)
