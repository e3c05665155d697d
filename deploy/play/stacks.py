"""Stacks as the command line sees them: one of its own for as long as it is needed, or one that runs elsewhere."""

import fcntl
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.database.provision import database_of
from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK
from deploy.local.supervisor import Stack
from deploy.play.calling import Tokens
from deploy.play.errors import NoStack
from shared.access.development_issuer import DevelopmentIssuer
from shared.messaging.topics import BrokerKind

STACK_FILE: Final = "stack.json"
"""Says where the services of a running stack are; it lies in the stack's directory while the stack runs."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack that runs: where it is, where its services, its broker and its pages are, who issues its tokens."""

    directory: Path
    urls: Mapping[str, str]
    tokens: Tokens
    bootstrap: str
    broker: BrokerKind
    pages: str | None = None


@asynccontextmanager
async def own_stack(
    directory: Path,
    *,
    simulated_clock: bool,
    broker: BrokerKind,
    say: Callable[[str], None],
    pages: bool = False,
) -> AsyncIterator[RunningStack]:
    """A stack on that directory that runs inside the `async with` and is gone after it.

    Raises deploy.local.errors.StackError where it cannot start, for instance because another runs there.
    """
    async with Stack(
        directory, simulated_clock=simulated_clock, broker=broker, pages=pages, say=say
    ) as stack:
        file = stack.directory / STACK_FILE
        try:
            written = file.with_name(f".{STACK_FILE}")  # renamed, so that nobody reads half of it
            there = {
                "urls": stack.urls,
                "broker": stack.bootstrap,
                "broker_kind": broker,
                "pages": stack.pages_url,
            }
            written.write_text(json.dumps(there, indent=2))
            written.replace(file)
            yield running_stack(stack.directory)
        finally:
            file.unlink(missing_ok=True)


def running_stack(directory: Path) -> RunningStack:
    """The stack that runs on that directory. Raises NoStack."""
    try:
        there = json.loads((directory / STACK_FILE).read_text())
    except FileNotFoundError:
        there = None
    if there is None or not is_running(directory):
        raise NoStack(
            f"no stack runs on {directory}: start one with `safeguarding up --stack {directory}`, "
            "or name the directory of one with --stack"
        )
    return RunningStack(
        directory,
        there["urls"],
        issuer_of(directory),
        there["broker"],
        there["broker_kind"],
        there.get("pages"),
    )


def dsn_of(layout: Layout, service: str, *, role: str | None = None, port: int | None = None) -> str:
    """Where a role of a service, or its own, connects to its database of a stack; without a port, where the server listens now."""
    role = role or service
    if port is None:
        # The server's own file says where it listens.
        port = int((layout.postgres / "data" / "postmaster.pid").read_text().splitlines()[3])
    return f"postgresql://{role}:{layout.password(role)}@{LOOPBACK}:{port}/{database_of(service)}"


def issuer_of(directory: Path) -> DevelopmentIssuer:
    """The issuer of a stack's tokens. Raises NoStack where there never was a stack."""
    if not (directory / "issuer" / "issuer.json").is_file():
        raise NoStack(
            f"{directory} is no stack's directory: start one with `safeguarding up --stack {directory}`, "
            "or name the directory of one with --stack"
        )
    return DevelopmentIssuer(directory / "issuer")


def is_running(directory: Path) -> bool:
    """Whether a supervisor holds the directory; a file left behind by one that was killed does not say so."""
    try:
        with (directory / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
