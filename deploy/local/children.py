"""Child processes that never outlive us: spawned through the launcher, watched, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Account:
    """The operating system's account a child runs as, where it is not our own."""

    name: str
    uid: int
    gid: int


class Child:
    """One running child process."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        """Made by `spawn`."""
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id; it means something only while the child is alive."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """Its exit status, negative the signal that ended it; None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal; to a child that has ended, nothing."""
        self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Blocks until it has ended, at most so long. Answers whether it has."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    async def ended(self) -> int:
        """Waits until it has ended, without polling; answers its exit status. Any number may wait at once."""
        status = self._process.poll()
        if status is not None:
            return status
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        # Each waiter has a descriptor of its own: a loop keeps one reader a descriptor.
        descriptor = os.pidfd_open(self.pid)
        loop.add_reader(descriptor, _settle, gone)
        try:
            await gone
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        return self._process.wait()

    def stop(self, grace: float = 5.0, first: signal.Signals = signal.SIGTERM) -> None:
        """Asks it to end, waits `grace` seconds, then kills it. Blocks until it is gone."""
        if grace > 0:
            self.send(first)
            if self.wait(grace):
                return
        self.send(signal.SIGKILL)
        self._process.wait()

    async def stopped(self, grace: float = 5.0, first: signal.Signals = signal.SIGTERM) -> None:
        """`stop` for an event loop: others go on meanwhile."""
        if grace > 0:
            self.send(first)
            try:
                await asyncio.wait_for(self.ended(), grace)
            except TimeoutError:
                pass
            except BaseException:
                self.send(signal.SIGKILL)  # whoever waits is in a hurry now
                raise
            else:
                return
        self.send(signal.SIGKILL)
        await self.ended()


def spawn(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> Child:
    """Starts a child that the kernel kills when we end, however we end. Its output is added to `log`.

    The kernel ties it to the *thread* that spawned it, so this must be called from the main thread; StackError
    otherwise. It has a process group of its own, so that ctrl-C at the terminal reaches us alone and we stop our
    children in order.
    """
    _main_thread_only()
    with log.open("ab") as output:
        os.fchmod(output.fileno(), 0o600)
        process = subprocess.Popen(
            _tied(command, account),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            process_group=0,
        )
    return Child(name, process, log)


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    account: Account | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, tied to us like any child; its output and errors come back as one text."""
    _main_thread_only()
    return subprocess.run(
        _tied(command, account),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=cwd,
        timeout=timeout,
        check=False,
    )


def rotate(log: Path) -> None:
    """Sets an earlier run's log aside as `.log.1`, so that a log tells of one run of the stack."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "(no log was written)"
    return "\n".join(text.splitlines()[-lines:]) or "(its log is empty)"


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _tied(command: Sequence[str], account: Account | None) -> list[str]:
    uid, gid = (str(account.uid), str(account.gid)) if account else ("-", "-")
    return [sys.executable, "-ISE", str(LAUNCHER), str(os.getpid()), uid, gid, *command]


def _main_thread_only() -> None:
    if threading.current_thread() is not threading.main_thread():
        raise StackError("children die with the thread that starts them: start them from the main thread")
