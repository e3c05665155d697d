"""A person is erased over a whole stack: in every team no word of theirs opens any more, and the logs and bundles still prove."""

import json
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from shared.crypto.key_store import KeyStore
from tests.e2e.conftest import CONTACT, ROOT, Stack
from tests.e2e.test_every_teams_commands import SOCIAL_CARE, done
from tests.e2e.test_feed import follow
from tests.e2e.test_first_contact import COMMAND, safeguarding
from tests.e2e.test_missing import sent

PATIENCE = 30
WORD = f"Xanthic{uuid.uuid4().hex[:8].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
"""Stands in every text about the child, and nowhere else."""


def store_of(stack: Stack, service: str) -> KeyStore:
    settings = Layout(stack.directory).environment(
        service, dsn="", bootstrap="", broker="", port=0, simulated=True
    )
    return KeyStore.from_files(Path(settings["SAFEGUARDING_KEYS"]), Path(settings["SAFEGUARDING_MASTER_KEY"]))


async def open_words(stack: Stack, service: str) -> list[tuple[uuid.UUID | None, str]]:
    """All words of a log that open, each with whom they are about."""
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), service))
    try:
        rows = await connection.fetch(
            f"SELECT child, sealed, event_id FROM {service}.events WHERE sealed IS NOT NULL"
        )
    finally:
        await connection.close()
    store = store_of(stack, service)
    try:
        opened = store.open_many([(row["sealed"], row["event_id"]) for row in rows])
    finally:
        store.close()
    return [
        (row["child"], plain.decode()) for row, plain in zip(rows, opened, strict=True) if plain is not None
    ]


async def told(stack: Stack, word: str) -> dict[str, int]:
    """In how many facts of each service a word stands that opens."""
    return {
        name: found
        for name in stack.urls
        if (found := sum(word in words for _, words in await open_words(stack, name)))
    }


def reported(stack: Stack, person: str) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """What each team says that it did, once all have done it; and who says it to their own people alone."""
    end = time.monotonic() + PATIENCE
    while True:
        run = subprocess.run(
            [*COMMAND, "erased", person, "--stack", str(stack.directory), "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode == 0 or time.monotonic() > end:
            break
        time.sleep(0.2)
    assert run.returncode == 0, run.stdout + run.stderr
    walled = {line.partition(":")[0] for line in run.stderr.splitlines() if "withheld" in line}
    return {one["service"]: one for one in map(json.loads, run.stdout.splitlines())}, walled


def all_told(
    stack: Stack, program: str, cursor: str | None
) -> tuple[dict[str, dict[str, dict[str, Any]]], str]:
    """What a feed holds after a cursor: of each child each entry as it was last told; and the cursor after it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    more = True
    while more:
        page = follow(stack, program, cursor)
        cursor, more = page["next"], page["more"]
        for item in page["items"]:
            if item["kind"] == "entry":
                found.setdefault(item["child"], {})[item["id"]] = item
    assert cursor is not None
    return found, cursor


@pytest.fixture(scope="module")
def siblings(stack: Stack) -> tuple[str, str]:
    """A child of whom three teams keep words, once said without a name and matched later; and a sibling told of beside."""
    child, sibling = stack.child(f"Una {WORD}"), stack.child("Ula Test")
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    said = {"source": "9", "worries": f"{WORD} is hungry.", "children_said": [{"name": f"U. {WORD}"}]}
    first = done(stack.send("mash.ReceiveContact", screener, {"with": said}))
    done(
        stack.send(
            "mash.MatchChildren", screener, {"re": first, "with": {"matches": [{"said": 1, "person": child}]}}
        )
    )
    both = {**CONTACT, "worries": f"{WORD} and her sister were out alone."}
    officer = stack.token("police_officer", "police", "PC Hale")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child, sibling], "with": both}))
    accept = {
        "outcome": "referral_accepted",
        "level": 4,
        "rationale": f"{WORD} may be neglected.",
        "primary_need": "N1",
    }
    answer = stack.send("mash.DecideContact", manager, {"re": contact, "with": accept})
    assert answer.status_code == 200, answer.text
    police, coordinator = (
        ("police_officer", "police", "PC Hale"),
        ("missing_coordinator", SOCIAL_CARE, "Dee Fox"),
    )
    report = {"from": "home", "circumstances": f"{WORD} did not come home.", "police_risk": "high"}
    episode = sent(stack, police, "missing.ReportMissing", {"about": [child], "with": report})["id"]
    back = {"where": "Home", "condition": "safe"}
    sent(stack, police, "missing.RecordReturn", {"re": episode, "with": back})
    interview = {
        "with": "Dee Fox",
        "why_left": "A row.",
        "push": [],
        "pull": [],
        "places": [f"The {WORD} arcade"],
        "people": [],
        "groups": [],
        "exploitation_indicators": [],
    }
    sent(stack, coordinator, "missing.RecordInterview", {"re": episode, "with": interview})
    stack.heads()
    return child, sibling


async def test_erased_in_every_team_and_all_that_is_left_still_proves(
    stack: Stack, siblings: tuple[str, str], tmp_path: Path
) -> None:
    child, sibling = siblings
    ana = stack.token("team_manager", SOCIAL_CARE, "Ana Lim")
    kay = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    for who in (ana, kay):
        stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who))
    before = await told(stack, WORD)
    assert {"people", "mash", "missing", "chronology"} <= before.keys()
    proposal = {"basis": "upheld_request", "reason": f"{WORD} asked for it at 18."}

    def send(command: str, who: str, said: dict[str, Any] | None = None) -> Any:
        return stack.send(f"people.{command}", who, {"about": [child], "with": said or {}})

    # A hold keeps her; then one manager proposes it, and another confirms.
    assert send("PlaceHold", kay, {"kind": "inquiry", "reason": "Asked for."}).status_code == 200
    held = send("ProposeErasure", ana, proposal)
    assert (held.status_code, held.json()["rules"]) == (409, ["people"])
    assert send("LiftHold", kay, {"reason": "It has reported."}).status_code == 200
    assert send("ErasePerson", kay).status_code == 409
    assert send("ProposeErasure", ana, proposal).status_code == 200
    assert send("ErasePerson", ana).status_code == 409
    assert stack.get("people", f"/erasures/{child}", ana).status_code == 404
    stack.heads()
    program = stack.token("police_system", "police", "A program")
    kept, cursor = all_told(stack, program, None)
    assert WORD in json.dumps(kept[child])
    gone = send("ErasePerson", kay)
    assert gone.status_code == 200, gone.text
    stack.heads()

    # Every team says that it has done it, and what remains and why.
    reports, walled = reported(stack, child)
    assert reports.keys() | walled == set(stack.urls)
    assert all(one["done"] and one["basis"] == "upheld_request" for one in reports.values())
    for name in ("mash", "chronology"):
        several = next(one for one in reports[name]["remains"] if one["what"] == "said_of_several")
        assert [sibling] in [step["people"] for step in several["steps"]], name
    assert not any(any(one["did"]["digests_left"].values()) for one in reports.values())

    # No word about her opens; what was said of her sister is her sister's.
    hers = uuid.UUID(child)
    for name in stack.urls:
        words = await open_words(stack, name)
        assert not [text for whom, text in words if whom == hers], name
        assert not [text for whom, text in words if WORD in text and whom != uuid.UUID(sibling)], name
        store = store_of(stack, name)
        store.make([hers])
        assert store.lacking([hers]) == {hers}, name
        store.close()
    assert (await told(stack, WORD)).keys() <= {"mash", "assessment", "chronology"}

    # Nobody finds her, nothing more is written of her, and her page has entries without words.
    searched = stack.http.post(
        f"{stack.urls['people']}/people/search",
        headers=stack.headers(ana),
        json={"why": "own_work", "name": f"Una {WORD}"},
    )
    assert [one for one in searched.json()["items"] if one["person"] == child] == []
    assert send("RestrictRecord", ana, {"what": ["name"], "reason": "x"}).status_code == 409
    officer = stack.token("police_officer", "police", "PC Hale")
    again = stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT})
    assert again.status_code == 409, again.text
    page = stack.get("chronology", f"/children/{child}/chronology", ana).json()["items"]
    assert page
    assert all(entry["text"] in (None, []) for entry in page)
    assert WORD not in json.dumps(page)

    # An organisation that keeps a copy is told of all it had of her again, without words.
    again, _ = all_told(stack, program, cursor)
    assert again[child].keys() == kept[child].keys()
    assert all(entry["text"] in (None, []) for entry in again[child].values())
    assert sibling not in again

    # What is left still proves: every log, and a bundle of hers; and the read tables are what the logs give.
    stack.heads()
    said = safeguarding("verify", "--stack", stack.directory, "--json").stdout
    findings = {one["service"]: one["findings"] for one in map(json.loads, said.splitlines())}
    assert not any(findings.values()), findings
    folder = tmp_path / "bundle"
    safeguarding("export", child, "--to", folder, "--stack", stack.directory)
    proved = safeguarding("verify-export", folder, "--keys", stack.directory / "checkpoint-keys").stdout
    assert "Every event stands as it was signed" in proved
    for path in (folder / "events").iterdir():
        assert WORD not in path.read_text()
    parked = {
        name: stack.get(name, "/operator/parked", stack.operator()).json()["items"] for name in stack.urls
    }
    assert not [row for rows in parked.values() for row in rows if row.get("key") == child]


def test_who_may_not_see_who_looked_hears_of_no_erasure(stack: Stack, siblings: tuple[str, str]) -> None:
    child, _ = siblings
    for role, agency in (
        ("social_worker", SOCIAL_CARE),
        ("police_officer", "police"),
        ("operator", SOCIAL_CARE),
    ):
        answer = stack.get("mash", f"/erasures/{child}", stack.token(role, agency, "Who Asks"))
        assert answer.status_code == 403
        assert "E9" in answer.json()["rules"]
