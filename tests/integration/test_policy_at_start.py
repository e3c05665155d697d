"""A council's policy data is checked before a service starts: what is wrong is said, and nothing runs."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.one_service import ROOT, one_service


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "limits.yaml",
            "people:\n  M1: {limit: 2, applies_from: 2027-01-04, decided: A trial}\n",
            "limits.yaml, line 2, people.M1: there is no rule M1 here",
        ),
        ("indicator.yaml", "edition: 1\n", "indicator.yaml is read by nothing"),
        ("limits.yaml", "peeple: {}\n", "limits.yaml, line 1, peeple: there is no team peeple"),
    ],
)
async def test_a_slip_in_policy_data_stops_the_start_and_says_where(
    toys_server, broker, tmp_path: Path, file: str, text: str, said: str
) -> None:
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / file).write_text(text)
    async with one_service(toys_server, broker, tmp_path / "stack") as people:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "services", "people"],
            cwd=ROOT,
            env={**people.environment, "SAFEGUARDING_POLICY": str(folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
