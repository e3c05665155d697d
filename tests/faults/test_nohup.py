"""Under `nohup` the tests go on when the terminal is closed, and what they start can still be interrupted."""

import os
import signal
import subprocess
import sys

import pytest

from tests.faults.killing import CHECKOUT

RUN = """
import signal, subprocess, sys
number = signal.Signals(int(sys.argv[1]))
signal.signal(number, signal.SIG_IGN)  # as nohup does, or a script that starts a run in the background
from tests.signals import ignore_without_passing_it_on
ignore_without_passing_it_on()
child = subprocess.Popen([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
signal.raise_signal(number)
child.send_signal(number)
print(child.wait(30), flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_run_that_ignores_a_signal_goes_on_and_what_it_starts_ends_by_it(number):
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(int(number))],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{-number}\n"), done.stderr
