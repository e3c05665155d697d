"""What all commands share: the stack's option, running to the end, the screen and the exit codes.

Exit codes: 0 all is well, 1 something differs or failed, 2 it was asked wrongly, 130 it was interrupted. Whatever takes
long to import is imported when it is used, so that `--help` answers at once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
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

_PIPE_WIDTH: Final = 140


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
