"""Case files played on the whole system, from the front door on, and checked: everything is as the file says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

CASES = [
    "front-door",  # from a school's worry over assessment and section 47 to the end of a plan
    "saturday-night",  # a night's section 47, and the record of the child that turns out to be another's
    "two-siblings",  # a report of which half is a note on an open case
    "bank-holiday-shift",  # a long weekend's shift
    "consent-withdrawn",  # a child-in-need plan, its visits and review, and the consent that it rests on
    "alone-at-night",  # police protection, a strategy discussion, section 47, an emergency protection order
    "sealed-allegation",  # an allegation about a coach, which nobody but the LADO sees, and whose name stands nowhere else
    "easter-sisters",  # from the front door to the first review of a child protection plan
    "early-help-steps-up",  # early help, its clocks, and harm that hands the family over at once
    "looked-after",  # from assessment to children looked after, the virtual school and independent reviewing
]


@pytest.mark.parametrize("case", CASES)
def test_a_case_plays_as_it_says(case: str, tmp_path: Path) -> None:
    file = ROOT / "cases" / f"{case}.yaml"
    command = [str(Path(sys.executable).with_name("safeguarding")), "play", str(file), "--check"]
    played = subprocess.run(
        [*command, "--stack", str(tmp_path / "stack")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert f"{case}: everything is as the file says." in played.stdout
