"""What all commands share: the stack's option, running to the end, the screen and the exit codes.

Exit codes: 0 all is well, 1 something differs or failed, 2 it was asked wrongly, 130 it was interrupted. Whatever takes
long to import is imported when it is used, so that `--help` answers at once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from deploy.local.errors import StackError
from deploy.play.errors import CannotGoOn, NoStack, ServiceAway

if TYPE_CHECKING:
    from rich.console import Console

MISUSE: Final = 2
"""The exit code of a command that was asked wrongly."""

INTERRUPTED: Final = 130
"""The exit code of a command that was stopped before its end."""

DEFAULT_STACK: Final = Path(".stack")
"""Where a stack is looked for when no directory is named."""

StackOption = Annotated[
    Path, typer.Option("--stack", help="Directory of the stack.", show_default=True, file_okay=False)
]
"""The option that names a stack."""

TOKEN: Final = "SAFEGUARDING_TOKEN"  # noqa: S105 - the variable's name
"""The environment's variable that holds a bearer token, where no file is named."""

AtOption = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        metavar="ADDRESS",
        envvar="SAFEGUARDING_AT",
        help="An installation instead of a stack: its services' address with {service} in it, or NAME=ADDRESS for each.",
        show_default=False,
    ),
]
"""The option that names an installation; it may be given again, and the environment separates by spaces."""

TokenOption = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        envvar="SAFEGUARDING_TOKEN_FILE",
        help=f"With --at: the file of your bearer token, readable by you alone. Or set {TOKEN}.",
        dir_okay=False,
        show_default=False,
    ),
]
"""The option that names the file of a token. The token itself is no option: others on the machine would see it."""

_PIPE_WIDTH: Final = 140


@dataclass(frozen=True, slots=True)
class Place:
    """Where the services are, as the options say it."""

    stack: Path
    at: Sequence[str] | None = None
    token_file: Path | None = None


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs it to its end; ctrl-C and SIGTERM end it in order, with everything it started."""

    async def ordered() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await main

    try:
        asyncio.run(ordered())
    except (KeyboardInterrupt, asyncio.CancelledError):
        fail("Stopped before the end.", INTERRUPTED)
    except NoStack as error:
        fail(str(error), MISUSE)
    except (StackError, CannotGoOn, ServiceAway, OSError) as error:
        fail(str(error), 1)


def console(*, stderr: bool = False) -> "Console":
    """The screen; a pipe has no width of its own, and tables are to be read in it, not squeezed to a terminal's default."""
    from rich.console import Console

    piped = not (sys.stderr if stderr else sys.stdout).isatty() and "COLUMNS" not in os.environ
    return Console(stderr=stderr, width=_PIPE_WIDTH if piped else None)


def fail(message: str, code: int) -> NoReturn:
    """Says on the error stream why a command ends, and ends it with that exit code."""
    with suppress(BrokenPipeError):
        print(message, file=sys.stderr)
    raise typer.Exit(code)
