"""Cases of the front door, played on the whole system and checked: half a note on an open case; a long weekend's shift."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT


@pytest.mark.parametrize("case", ["two-siblings", "bank-holiday-shift"])
def test_it_plays_as_it_says(case: str, tmp_path: Path) -> None:
    path = ROOT / "cases" / f"{case}.yaml"
    command = [str(Path(sys.executable).with_name("safeguarding")), "play", str(path), "--check"]
    played = subprocess.run(
        [*command, "--stack", str(tmp_path / "stack")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert f"{case}: everything is as the file says." in played.stdout
