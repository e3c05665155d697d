"""A report about two siblings, of whom one has an open referral, played on the whole system and checked."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import ROOT

CASE = ROOT / "cases" / "two-siblings.yaml"


def test_a_report_of_which_half_is_a_note_on_an_open_case_plays_as_it_says(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("safeguarding")), "play", str(CASE), "--check"]
    played = subprocess.run(
        [*command, "--stack", str(tmp_path / "stack")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "two-siblings: everything is as the file says." in played.stdout
