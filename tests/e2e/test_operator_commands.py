"""The operator's commands on a running stack: why a log may not be added to, and going on with one as it stands."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import Stack


def safeguarding(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("safeguarding"))
    return subprocess.run(
        [program, *words, "--stack", str(stack.directory)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_doctor_says_which_services_are_ready(stack):
    said = safeguarding(stack, "doctor")
    assert said.returncode == 0, said.stdout
    for service in stack.urls:
        assert f"{service}: ready." in said.stdout.splitlines()


def test_while_every_log_is_as_it_was_written_there_is_nothing_to_decide(stack):
    why = safeguarding(stack, "log", "why")
    assert (why.returncode, why.stdout) == (0, "Every service takes commands.\n")
    refused = safeguarding(stack, "log", "accept", "mash", "--reason", "It is right as it stands.")
    assert refused.returncode != 0
    assert "nothing contradicts" in (refused.stdout + refused.stderr).lower()
