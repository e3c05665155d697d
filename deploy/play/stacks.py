"""Stacks as the command line sees them: one of its own for as long as it is needed, or one that runs elsewhere."""

import fcntl
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from deploy.play.calling import Tokens
from shared.access.development_issuer import DevelopmentIssuer

STACK_FILE: Final = "stack.json"
"""Says where the services of a running stack are; it lies in the stack's directory while the stack runs."""

DEFAULT_STACK: Final = Path(".stack")
"""Where a stack is looked for when no directory is named."""

BrokerKind = Literal["embedded", "kafka"]


class NoStack(Exception):
    """No stack runs where one was looked for. The message says how to start one."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that runs: where it is, where its services are, who issues its tokens."""

    directory: Path
    urls: Mapping[str, str]
    tokens: Tokens


@asynccontextmanager
async def own_stack(
    directory: Path, *, simulated_clock: bool, broker: BrokerKind, say: Callable[[str], None]
) -> AsyncIterator[Running]:
    """A stack on that directory that runs inside the `async with` and is gone after it.

    Raises deploy.local.errors.StackError where it cannot start, for instance because another runs there.
    """
    from deploy.local.supervisor import Stack

    async with Stack(directory, simulated_clock=simulated_clock, broker=broker, say=say) as stack:
        file = stack.directory / STACK_FILE
        try:
            written = file.with_name(f".{STACK_FILE}")  # renamed, so that nobody reads half of it
            written.write_text(json.dumps({"urls": stack.urls, "broker": stack.bootstrap}, indent=2))
            written.replace(file)
            yield Running(stack.directory, stack.urls, issuer_of(stack.directory))
        finally:
            file.unlink(missing_ok=True)


def running_stack(directory: Path) -> Running:
    """The stack that runs on that directory. Raises NoStack."""
    try:
        urls = json.loads((directory / STACK_FILE).read_text())["urls"]
    except FileNotFoundError:
        urls = None
    if urls is None or not is_running(directory):
        raise NoStack(
            f"no stack runs on {directory}: start one with `safeguarding up --stack {directory}`, "
            "or name the directory of one with --stack"
        )
    return Running(directory, urls, issuer_of(directory))


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
