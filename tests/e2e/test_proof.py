"""The auditor's commands on a running stack: what was signed is kept by the others, and one child's events are proved."""

import asyncio
import hashlib
import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import services
from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.test_first_contact import safeguarding
from tests.faults.processes import look_into
from tests.outsider import make_outsider

PATIENCE = 60


def reports(stack: Stack) -> dict[str, dict]:
    """What `safeguarding verify` says of each service."""
    done = safeguarding("verify", "--json", "--stack", stack.directory)
    return {one["service"]: one for one in map(json.loads, done.stdout.splitlines())}


def export(stack: Stack, child: str, to: Path, *more: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return safeguarding("export", child, "--to", to, "--stack", stack.directory, *more, code=code)


def test_every_log_is_signed_kept_by_the_others_and_verifies(stack: Stack, tmp_path: Path):
    child = stack.child()
    export(stack, child, tmp_path / "export")  # which signs all there is
    until = time.monotonic() + PATIENCE
    while True:
        found = reports(stack)
        assert not any(one["findings"] for one in found.values())
        others = {name: set(found) - {name} for name in found}
        fully = all(
            {holder for holder, last in one["kept"].items() if last == one["signed"]} == others[name]
            for name, one in found.items()
            if one["signed"]
        )
        looked = all(
            set(one["access"]["kept"]) == others[name] and one["access"]["signed"]
            for name, one in found.items()
        )
        if fully and looked and found["people"]["signed"]:
            break
        assert time.monotonic() < until, found
        time.sleep(0.5)
    kept = tmp_path / "kept.jsonl"
    said = safeguarding("verify", "--stack", stack.directory, "--kept", kept).stdout
    assert said.count("Nothing was found.") == len(found)
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    logs = [one for one in lines if "kind" not in one]
    assert {one["service"] for one in logs} == {name for name, one in found.items() if one["signed"]}
    looks = {one["service"] for one in lines if one.get("kind") == "access"}
    assert looks == set(found), "each was asked for the export, and signed who looked"
    again = safeguarding("verify", "--stack", stack.directory, "--kept", kept).stdout
    assert "the auditor's file up to" in again


def test_a_bundle_holds_for_who_has_none_of_our_code_and_an_altered_one_does_not(
    stack: Stack, tmp_path: Path
):
    child, folder = stack.child(), tmp_path / "bundle"
    taken = stack.send(
        "mash.ReceiveContact", stack.token("police_officer", "police"), {"about": [child], "with": CONTACT}
    )
    assert taken.status_code == 200, taken.text
    stack.heads()  # the chronology has it
    said = export(stack, child, folder, "--basis", "legal_obligation").stdout
    assert "people 1" in said
    assert "mash 0" not in said
    keys = stack.directory / "checkpoint-keys"
    manifest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert f"to be told by another way: {manifest}" in said
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert CONTACT["worries"].encode() not in everything
    assert b"Kit Test" not in everything

    outsider = make_outsider(tmp_path / "outsider")
    for bundle in (folder, folder.with_name("bundle.zip")):
        done = outsider.run(folder / "verify.py", bundle, "--keys", keys, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        walled = {line.partition(":")[0] for line in done.stdout.splitlines() if ": withheld under " in line}
        assert walled == {"lado"}
        told = stack.urls.keys() - walled
        for name in told:  # the newest too, which were signed for the bundle
            others = len(told) - 1
            assert f"{name} keeps the same checkpoints:" in done.stdout
            assert done.stdout.count(f" of {name}, ") + done.stdout.count(f" of {name}.") == others, (
                done.stdout
            )
    assert (
        "Every event stands as it was signed" in safeguarding("verify-export", folder, "--keys", keys).stdout
    )
    events = folder / "events" / "people.jsonl"
    events.write_text(events.read_text().replace('"version":1', '"version":2', 1))
    told = safeguarding("verify-export", folder, "--keys", keys, code=1).stdout
    assert "is not what was signed" in told
    assert "is there already" in export(stack, child, folder, code=1).stderr


def test_a_read_table_that_somebody_wrote_to_is_named_and_a_rebuild_heals_it(stack: Stack):
    """By the database's owner: what the police and social care saw is shown to a school."""
    child = stack.child()
    officer = stack.token("police_officer", "police")
    told = stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}, key=str(uuid4()))
    assert told.status_code == 200, told.text
    shown = "UPDATE chronology_views.seen SET organisation = 'Oak School' WHERE child = $1"
    until = time.monotonic() + PATIENCE
    while asyncio.run(as_superuser(stack, shown, UUID(child))) == "UPDATE 0":
        assert time.monotonic() < until
        time.sleep(0.2)
    said = safeguarding("verify", "--stack", stack.directory, code=1).stdout
    assert "view seen holds rows that the log does not give: " in said
    assert "view seen holds no rows that the log gives: " in said
    healed = stack.http.post(
        f"{stack.urls['chronology']}/operator/views/seen/rebuild", headers=stack.headers(stack.operator())
    )
    assert healed.status_code == 200, healed.text
    found = reports(stack)
    assert not any(one["findings"] for one in found.values())
    assert found["chronology"]["views"].keys() == {view.name for view in services.team("chronology").views}


async def as_superuser(stack: Stack, statement: str, *values: object) -> str:
    connection = await look_into(stack.directory)
    assert connection is not None
    try:
        return await connection.execute(statement, *values)
    finally:
        await connection.close()


def test_a_key_that_was_taken_away_is_named_by_what_it_had_sealed(stack: Stack):
    child = stack.child()
    with closing(sqlite3.connect(stack.directory / "keys" / "people.keys", isolation_level=None)) as store:
        mine = (UUID(child).bytes,)
        row = store.execute("select * from key where subject = ?", mine).fetchone()
        store.execute("delete from key where subject = ?", mine)
        try:
            said = safeguarding("verify", "--stack", stack.directory, code=1).stdout
        finally:
            store.execute("insert into key values (?, ?, ?, ?)", row)
    assert "sealed under a key that is not in the key store, and nobody erased it" in said
    assert said.count("sealed under a key") == 1
    assert not any(one["findings"] for one in reports(stack).values())


def test_only_an_auditor_gets_an_export(stack: Stack):
    child = stack.child()
    for role, agency in (("mash_manager", "childrens_social_care"), ("operator", "childrens_social_care")):
        answer = stack.get("people", f"/audit/children/{child}", stack.token(role, agency))
        assert answer.status_code == 403, answer.text
    answer = stack.get("people", f"/audit/children/{child}", stack.token("auditor", "childrens_social_care"))
    assert answer.status_code == 200
    said = json.loads(answer.text.splitlines()[-1])["statement"]["text"]
    assert "\nevents 1 " in said
    assert "\nrole auditor\n" in said


def test_what_is_no_stack_or_no_keys_is_said(tmp_path: Path):
    assert "is no stack's directory" in safeguarding("verify", "--stack", tmp_path, code=2).stderr
    (tmp_path / "file").write_text("")
    told = safeguarding("verify-export", tmp_path / "file", "--keys", tmp_path, code=1).stdout
    assert "cannot be checked" in told
    told = safeguarding("verify", "--environment", code=1).stderr
    assert told.startswith("set SAFEGUARDING_")
    assert "SAFEGUARDING_PEOPLE_DSN" in told
