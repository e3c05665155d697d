"""A borough's month on the embedded stack: played to its end, its deadlines counted, and no event parked."""

import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("safeguarding"))


def test_a_month_of_a_hundred_contacts_is_played_and_no_event_is_parked() -> None:
    command = [PROGRAM, "borough", "--contacts", "100", "--seed", "1"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "No event is parked." in played.stdout
    for rule in ("M1", "M3", "M4", "A2", "A3", "A6"):
        assert f" {rule} " in played.stdout, f"no clock of {rule} was counted"
