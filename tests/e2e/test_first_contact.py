"""The main job on real input: the command plays a case over real services, a real log and a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "cases" / "first-contact.yaml"
COMMAND = [str(Path(sys.executable).with_name("safeguarding"))]
PATIENCE = 180


EXPECTED_TOO = """\
  open: {ava: {plan: child_protection}}
  pattern: {ava: {rule: R5, at: contact}}
  intelligence: {places: {Station: 1}}
  unseen:
    ava: {childrens_social_care: [nana is my safe place], police: [Hungry], education/Elm School: [Losing weight]}
  nowhere:
  - Hungry and tearful
  - mash.ContactReceived
  - safeguarding_append_seconds
  - Zebedee Quillfeather
"""

SEALED = [
    f"`Hungry and tearful` stands in the sealed words of {event} in the log of {service}"
    for service, event in (("mash", "mash.ContactReceived"), ("chronology", "chronology.EntryReceived"))
]
"""Where the words of a contact are, and must be found though nobody reads them without a key."""

OPEN = [
    f"`mash.ContactReceived` stands in {place}"
    for place in (
        "the table mash.events",
        "the topic safeguarding.mash.v1",
        "the export of mash",
        "the file traces/mash.jsonl",
    )
]
"""Where the name of an event is that was published, exported and traced."""


def safeguarding(*arguments: object, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, on a wide screen."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "180", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def descendants(pid: int) -> set[int]:
    """Every process that this one started, and theirs."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


def running(pids: set[int]) -> set[int]:
    """Those that still run; what has ended and waits to be collected does not."""
    states = {}
    for pid in pids:
        try:
            states[pid] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {pid for pid, state in states.items() if state not in "ZX"}


def test_the_case_plays_as_it_says_and_a_second_play_on_its_stack_does_nothing_again(tmp_path):
    stack = tmp_path / "stack"
    first = safeguarding("play", CASE, "--check", "--stack", stack)
    assert "first-contact: everything is as the file says." in first.stdout
    lines = first.stdout.splitlines()
    (decision,) = [line for line in lines if "(decision)" in line]
    assert decision.count("● whole") == 1  # children's social care alone
    assert decision.count("· not seen") == 2
    (told,) = [line for line in lines if line.lstrip().startswith("M4 ")]
    assert "missed" in told
    assert "1 h 30 min" in told
    assert not (stack / "stack.json").exists()

    again = safeguarding("play", CASE, "--check", "--stack", stack)
    assert "everything is as the file says" in again.stdout
    assert "mash.ReceiveContact" not in again.stdout
    for secret in ("Hungry and tearful", "Ava Test", "shaw@school.example"):
        for log in (stack / "logs").glob("*.log"):
            assert secret not in log.read_text(errors="replace")


def test_what_is_not_as_the_file_says_is_told_with_its_line(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    text = CASE.read_text()
    text = text.replace("refused: M5", "refused: M16")
    text = text.replace("due: 2026-12-23T00:00, state: met", "due: 2026-12-23T00:00, state: missed")
    text = text.replace("education: [contact]\n", "education: [contact, decision]\n").replace(
        "late: []", "late: [seen]"
    )
    wrong.write_text(text + EXPECTED_TOO)
    told = safeguarding("play", wrong, "--check", code=1, SAFEGUARDING_TRACES="1").stdout
    at = {
        line.partition(",")[0].strip(): number
        for number, line in enumerate(wrong.read_text().splitlines(), 1)
    }
    for line, words in (
        (at["- at: 2026-12-22T16:10                 # a contact is held once"], "to be refused by M16"),
        (at["- {rule: M1"], "deadline M1 about ava: expected due 2026-12-23T00:00, missed"),
        (at["education: [contact"], "education on ava: `decision` is not seen"),
        (at["late: [seen]"], "`seen` was not marked recorded late"),
        (
            at["open: {ava: {plan: child_protection}}"],
            "open for ava: expected child_protection, and it is not open",
        ),
        (at["pattern: {ava: {rule: R5"], "ava has no repeat pattern by R5"),
        (at["intelligence: {places: {Station: 1}}"], "places: `Station` is counted 0 times, expected 1"),
        (at["unseen:"] + 1, "childrens_social_care is shown `nana is my safe place` of ava"),
        *((at["- Hungry and tearful"], place) for place in SEALED),
        *((at["- mash.ContactReceived"], place) for place in OPEN),
        (at["- safeguarding_append_seconds"], "`safeguarding_append_seconds` stands in the metrics of mash"),
    ):
        assert any(
            found.startswith(f"  {wrong}:{line}: ") and words in found for found in told.splitlines()
        ), words
    assert "Zebedee" not in told
    assert "police is shown" not in told
    assert "education/Elm School is shown" not in told


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_it_stays_until_it_is_stopped_and_then_everything_is_gone(tmp_path, how):
    stack = tmp_path / "stack"
    output = tmp_path / "output"
    with output.open("wb") as written:
        process = subprocess.Popen(
            [*COMMAND, "play", str(CASE), "--stack", str(stack), "--stay"],
            cwd=ROOT,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + PATIENCE
        while "Ctrl-C stops everything." not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < until, output.read_text()
            time.sleep(0.1)
        mine = descendants(process.pid)
        urls = json.loads((stack / "stack.json").read_text())["urls"]
        assert len(mine) >= len(urls) + 2  # each service, PostgreSQL and the broker
        assert safeguarding("parked", "list", "--stack", stack).stdout == "Nothing is parked.\n"
        tail = safeguarding("events", "tail", "--no-follow", "--service", "mash", "--stack", stack).stdout
        assert "mash.ContactReceived" in tail
        assert "Hungry" not in tail
        process.send_signal(how)
        assert process.wait(30) == (0 if how != signal.SIGKILL else -signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    until = time.monotonic() + 10
    while running(mine) and time.monotonic() < until:
        time.sleep(0.05)
    assert running(mine) == set()


def test_a_case_ahead_of_this_version_is_played_up_to_what_no_team_has(tmp_path):
    ahead = tmp_path / "ahead.yaml"
    lines = CASE.read_text().splitlines(keepends=True)
    stop = lines.index("- at: 2026-12-22T09:00\n") + 1
    lines[stop + 1] = "  do: mash.RingReferrer\n"
    lines[lines.index('  with: {reason: "Waiting for the GP\'s record."}\n')] = (
        "  with: {reason: Waits, until: x}\n"
    )
    ahead.write_text("".join(lines))
    told = safeguarding("play", ahead, code=1).stdout
    assert "ahead 5/5 mash.ScreenContact" in told
    assert f"ahead: stopped before the step of line {stop} (mash.RingReferrer)" in told
    assert "2 of 9 steps were played" in told
    assert f"{ahead}:{stop + 2}:7: there is no command mash.RingReferrer" in told
    assert "mash.HoldContact has no field `until` here; it has: reason" in told
    assert "Missing commands: mash.RingReferrer." in told
    assert "Contact screened" in told
    assert "as the file says" not in told


def test_a_file_that_is_not_of_the_format_is_not_played(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(CASE.read_text().replace("family: cole", "famly: cole"))
    told = safeguarding("play", bad, code=2).stderr
    assert "bad.yaml:3:" in told
    assert "a person has no key `famly`" in told
