"""The processes of a stack as the kernel shows them, from outside; nothing is asked of the stack itself."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg

from services import names

SERVICES = names()


def processes(supervisor: int) -> dict[str, int]:
    """The children of a supervisor, by name: `postgres`, `broker` and the services."""
    found = {}
    for pid in _children(supervisor):
        words = _command(pid)
        if "services" in words[:-1] and words[-1] in SERVICES:
            found[words[-1]] = pid
        elif any(word.endswith("tansu") for word in words):
            found["broker"] = pid
        elif any(word.endswith("/postgres") for word in words):
            found["postgres"] = pid
    return found


def backends(postmaster: int | None) -> dict[str, int]:
    """PostgreSQL's processes under the postmaster, those that serve a client and its own."""
    if postmaster is None:
        return {}
    return {f"{' '.join(_command(pid))} {pid}": pid for pid in _children(postmaster)}


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, task.read_text().split())


def _command(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    return [""]


async def look_into(stack: Path) -> asyncpg.Connection | None:
    """A superuser's connection to the database of a stack that runs; None while there is none to be had."""
    try:
        port = int((stack / "postgres/data/postmaster.pid").read_text().splitlines()[3])
        return await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            password=(stack / "postgres/superuser.password").read_text(),
            database="safeguarding",
            timeout=2,
        )
    except (OSError, ValueError, IndexError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return None


def running(directory: Path) -> list[str]:
    """Every process that works in the stack's directory or has it in its environment or command; zombies do not run."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if (process / "stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                continue
            words = [(process / name).read_bytes() for name in ("environ", "cmdline")]
            words.append(os.fsencode((process / "cwd").readlink()))
        except OSError:
            continue
        if any(os.fsencode(directory) in word for word in words):
            found.append(f"{process.name} {words[1]!r}")
    return found


def gone_within(seconds: float, directory: Path) -> None:
    """Waits so long at most until nothing of a stack runs; AssertionError with what still does."""
    until = time.monotonic() + seconds
    while left := running(directory):
        assert time.monotonic() < until, left
        time.sleep(0.02)
