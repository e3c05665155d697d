"""Signals of a terminal, as the programs that tests start should meet them however the tests themselves were started."""

import signal
from types import FrameType
from typing import Final

OF_A_TERMINAL: Final = (signal.SIGHUP, signal.SIGINT)


def ignore_without_passing_it_on() -> None:
    """Go on ignoring what this process ignores, but have the programs it starts begin with the defaults.

    Under `nohup`, or in the background of a script, a run ignores signals of the terminal, and what it starts would
    inherit that: a stack under test could then not be interrupted. A handler is not inherited, an ignored signal is.
    """
    for number in OF_A_TERMINAL:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _nothing)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Ignore it."""
