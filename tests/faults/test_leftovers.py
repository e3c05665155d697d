"""However `safeguarding up` ends, all it started has ended seconds later: PostgreSQL, the broker, every service."""

import os
import signal
import subprocess
import time

import pytest

from tests.faults.killing import CHECKOUT, COMMAND
from tests.faults.processes import SERVICES, gone_within, processes, running

PATIENCE = 120


def ctrl_c_twice(process: subprocess.Popen[bytes]) -> None:
    """As somebody does who has no time: to the whole group, as a terminal does, and again while it stops."""
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)


def closed_terminal(process: subprocess.Popen[bytes]) -> None:
    """The window is closed: all of the group are hung up on."""
    os.killpg(process.pid, signal.SIGHUP)


def kill(process: subprocess.Popen[bytes]) -> None:
    """With nothing left to be done about it."""
    process.kill()


@pytest.mark.parametrize("how", [ctrl_c_twice, closed_terminal, kill])
def test_nothing_is_left_of_a_stack_that_ended(tmp_path, how):
    stack = tmp_path / "stack"
    output = tmp_path / "output"
    with output.open("wb") as written:
        process = subprocess.Popen(
            [COMMAND, "up", "--stack", str(stack)],
            cwd=CHECKOUT,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + PATIENCE
        while "Ctrl-C stops everything." not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < until, output.read_text()
            time.sleep(0.1)
        assert set(processes(process.pid)) == {"postgres", "broker", *SERVICES}
        assert len(running(stack)) > len(processes(process.pid))  # PostgreSQL's own and the supervisor too
        how(process)
        process.wait(20)
        gone_within(5, stack)
    finally:
        process.kill()
        process.wait()
