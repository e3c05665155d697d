"""A bundle is checked with the public keys alone by who has none of our code; whatever was left out or altered is found."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.bundle.verify import check
from shared.access.access_log import AccessLog, Attempt
from shared.audit.bundle import NotExportable
from shared.audit.checkpoint_tables import CheckpointTables
from shared.crypto.key_store import KeyStore
from shared.infrastructure.clock import RealClock
from shared.testing.facts import actor
from tests.integration.bundles import (
    Files,
    bundle_of,
    gone,
    head,
    manifest,
    only_lines,
    replaced,
    said,
    without,
    write_manifest,
)
from tests.integration.ledgers import CHILDREN, EACH, LONGEST, STREAMS, Ledgers, keys_in
from tests.outsider import Outsider, make_outsider

CHILD = CHILDREN[0]
HOLDS = "Every event stands as it was signed"


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory) -> Outsider:
    return make_outsider(tmp_path_factory.mktemp("outsider"))


@pytest.fixture
async def files(ledgers: Ledgers) -> Files:
    return dict((await bundle_of(ledgers, CHILD)).files)


@pytest.fixture(scope="module")
def keys(built: Path) -> Iterator[Path]:
    keys_in(built)
    yield built / "keys"


def put(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_it_holds_in_a_folder_and_in_a_zip(outsider: Outsider, files: Files, keys: Path, tmp_path: Path):
    folder = put(files, tmp_path / "bundle")
    for told in (["--keys", keys], []):
        done = outsider.run("verify.py", *told, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert HOLDS in done.stdout
        assert "mash: 5 events of 1 streams, the last at 49; its log was signed up to 60." in done.stdout
        assert "people: 2 events of 1 streams, the last at 3" in done.stdout
        assert "chronology: 0 events" in done.stdout
        assert "people keeps the same checkpoints: 6 of mash." in done.stdout
    assert "by telephone" in done.stdout  # with the bundle's own keys
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    elsewhere = outsider.run(folder / "verify.py", tmp_path / "bundle.zip", "--keys", keys, cwd=tmp_path)
    assert elsewhere.returncode == 0, elsewhere.stdout
    everything = b"".join(files.values())
    assert str(CHILD).encode() in everything
    assert str(CHILDREN[1]).encode() not in everything


def signed_by_people(files: Files) -> None:
    """MASH is said to withhold, with what another service signed."""
    without("mash")(files)
    whole = manifest(files)
    people = whole["statements"]["people"]
    text = people["text"].replace("statement v1", "withheld v1").replace("people", "mash") + "rule L9\n"
    whole["statements"]["mash"] = {"text": text, "signature": people["signature"]}
    write_manifest(files, statements=whole["statements"])


def of_somebody_else(files: Files) -> None:
    """A line is said to be about this child that is about another."""
    lines = files["events/mash.jsonl"].splitlines(keepends=True)
    lines[2] = lines[2].replace(str(CHILD).encode(), str(CHILDREN[1]).encode())
    files["events/mash.jsonl"] = b"".join(lines)
    write_manifest(files)


OMISSIONS: dict[str, tuple[Callable[[Files], None], str]] = {
    "a service": (without("mash"), "nothing of mash is here"),
    "a service, said to withhold": (signed_by_people, "mash did not sign"),
    "a stream": (
        only_lines("events/people.jsonl", lambda *_: False),
        "people signed that it gave 2 lines of events",
    ),
    "the last event": (
        only_lines("events/mash.jsonl", lambda n, _, count: n < count - 1),
        "mash signed another last event than is here",
    ),
    "an event between": (
        only_lines("events/mash.jsonl", lambda n, *_: n != 2),
        "signed other events of the stream",
    ),
    "a look": (
        only_lines("access/mash.jsonl", lambda n, *_: n > 0),
        "mash signed that it gave 2 lines of access",
    ),
    "a checkpoint": (
        only_lines("checkpoints/mash.jsonl", lambda n, *_: n != 1),
        "no checkpoint here covers it",
    ),
    "the last checkpoint": (
        only_lines("checkpoints/mash.jsonl", lambda n, _, count: n < count - 1),
        "mash signed as of another checkpoint",
    ),
    "a copy": (
        only_lines("kept/people.jsonl", lambda n, *_: n > 0),
        "people signed that it gave 6 lines of kept",
    ),
    "all copies": (gone("kept/people.jsonl"), "kept/people.jsonl is missing"),
    "a schema": (gone("schemas/ledgers.Told.v1.json"), "schemas/ledgers.Told.v1.json is missing"),
    "the code lists": (gone("codes.json"), "codes.json is missing"),
    "a key": (gone("keys/mash.pub"), "keys/mash.pub is missing"),
    "the time at the head": (
        head(made_at="2030-01-01T00:00:00.000000+00:00"),
        "is not when the last service signed",
    ),
    "the basis": (head(basis="consent"), "signed another `basis`"),
    "who asked": (head(asked_by=str(uuid4())), "signed another `asked_by`"),
    "whom it is about": (head(child=str(CHILDREN[1])), "signed another `child`"),
    "an id more": (head(ids=sorted(map(str, CHILDREN[:2]))), "`ids` in manifest.json are not those"),
    "up to where it was signed": (said("mash", "signed_to 60", "signed_to 999999"), "mash did not sign"),
    "when a service signed": (said("mash", "made_at 20", "made_at 30"), "mash did not sign"),
    "how many": (said("mash", "events 5", "events 4"), "mash did not sign"),
    "when it gave copies": (said("mash", "made_at 20", "made_at 30", "kept"), "mash did not sign"),
    "what it is": (head(format="safeguarding.bundle.v3"), "is not the manifest of a bundle of this version"),
    "a code": (replaced("events/mash.jsonl", b"code 2", b"code 3"), "this event is not what was signed"),
    "a time": (
        replaced("events/mash.jsonl", b'"recorded_at":"20', b'"recorded_at":"30'),
        "is not what was signed",
    ),
    "sealed words": (
        replaced("events/mash.jsonl", b'"sealed":"', b'"sealed":"AAAA'),
        "is not what was signed",
    ),
    "somebody else's": (of_somebody_else, "this event is not what was signed"),
    "no event": (replaced("events/mash.jsonl", b'{"service"', b'{"serv'), "is not what should stand there"),
}


@pytest.mark.parametrize(("meddle", "told"), OMISSIONS.values(), ids=OMISSIONS)
async def test_whatever_is_left_out_or_altered_is_found(
    ledgers: Ledgers,
    keys: Path,
    outsider: Outsider,
    tmp_path: Path,
    meddle: Callable[[Files], None],
    told: str,
):
    """Also by who writes the digests of the manifest anew: what they cannot do is sign."""
    log = AccessLog(ledgers.pools["mash"], "mash", RealClock())
    for child in (CHILD, CHILDREN[1], CHILD):
        await log.record(Attempt(actor("auditor"), "read:audit:mash", "audit", "shown", (child, uuid4())))
    files = dict((await bundle_of(ledgers, CHILD)).files)
    folder = put(files, tmp_path / "whole")
    assert HOLDS in outsider.run("verify.py", "--keys", keys, cwd=folder).stdout
    meddle(files)
    folder = put(files, tmp_path / "meddled")
    done = outsider.run(tmp_path / "whole" / "verify.py", folder, "--keys", keys, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert told in done.stdout
    assert HOLDS not in done.stdout
    assert not done.stderr


async def test_a_service_left_out_is_missed_without_its_key_too(ledgers, files, tmp_path, outsider):
    without("mash")(files)
    done = outsider.run("verify.py", cwd=put(files, tmp_path))
    assert done.returncode == 1
    assert "nothing of mash is here" in done.stdout


async def test_one_bit_of_any_file_is_found(files: Files, keys: Path, tmp_path: Path):
    """Eight bits of each file, evenly; without touching the manifest's digests."""
    put(files, tmp_path)
    assert check(tmp_path, keys)[0].troubles == []
    for name, content in files.items():
        for n in range(8):
            at = n * (len(content) - 1) // 7 if content else 0
            if not content:
                continue
            (tmp_path / name).write_bytes(
                content[:at] + bytes([content[at] ^ 1 << (n % 7)]) + content[at + 1 :]
            )
            try:
                troubles = check(tmp_path, keys)[0].troubles
            except ValueError as error:  # a key that is none
                troubles = [str(error)]
            assert troubles, (name, at)
        (tmp_path / name).write_bytes(content)


async def test_a_key_of_somebody_else_is_told(files, keys, tmp_path, outsider):
    """Who signs everything anew has other keys."""
    files["keys/mash.pub"] = files["keys/people.pub"]
    write_manifest(files)
    done = outsider.run("verify.py", "--keys", keys, cwd=put(files, tmp_path))
    assert "keys/mash.pub in the bundle is not the key of mash that you have" in done.stdout
    assert done.returncode == 1


async def test_a_log_written_anew_contradicts_what_the_others_keep(ledgers, keys, tmp_path, outsider):
    """Its maker signs it again, with its own key: what helps is what others keep."""
    await ledgers.tamper(
        f"UPDATE mash.events SET state = replace(convert_from(state, 'UTF8'), 'code 2', 'code 7')::bytea "
        f"WHERE originator_id = '{STREAMS[0]}'",
        "DELETE FROM mash.checkpoints",
    )
    await ledgers.chain_again(1)
    await ledgers.sign("mash")
    bundle = await bundle_of(ledgers, CHILD)
    done = outsider.run("verify.py", "--keys", keys, cwd=put(bundle.files, tmp_path))
    assert "mash signed this, which contradicts what is here" in done.stdout
    assert done.returncode == 1


async def test_what_a_service_denies_and_the_chronology_took_is_found(ledgers, keys, tmp_path, outsider):
    """MASH moves its last event to another child before it is asked, and signs that there are four: a signed lie."""
    last = (EACH - 1) * len(STREAMS) + 1
    body = {
        "child": str(CHILD),
        "source_position": last,
        "entry": {"source": "mash", "event": str(uuid4())},
        "envelope": {"id": str(uuid4())},
    }
    await ledgers.append_raw("chronology", "chronology.EntryReceived", body, CHILD)
    await ledgers.sign("chronology")
    bundle = await bundle_of(ledgers, CHILD)
    bundle.files["schemas/chronology.EntryReceived.v1.json"] = b"{}"
    write_manifest(bundle.files)
    done = outsider.run("verify.py", "--keys", keys, cwd=put(bundle.files, tmp_path / "whole"))
    assert HOLDS in done.stdout, done.stdout
    await ledgers.tamper(f"UPDATE mash.events SET child = '{CHILDREN[1]}' WHERE notification_id = {last}")
    lie = await bundle_of(ledgers, CHILD)
    done = outsider.run("verify.py", "--keys", keys, cwd=put(lie.files, tmp_path / "lie"))
    assert f"the chronology's position 1 is of mash's {last}, which is not here" in done.stdout


async def test_of_a_list_of_looks_nobody_else_is_named(ledgers: Ledgers):
    log = AccessLog(ledgers.pools["mash"], "mash", RealClock())
    await log.record(
        Attempt(actor("mash_manager"), "read:worklist:mash", "safeguarding", "shown", tuple(CHILDREN))
    )
    looks = (await bundle_of(ledgers, CHILD)).files["access/mash.jsonl"]
    (look,) = map(json.loads, looks.splitlines())
    assert look["children"] == [str(CHILD)]
    assert (look["action"], look["outcome"]) == ("read:worklist:mash", "shown")


async def test_a_row_that_is_not_what_was_signed_is_not_exported(ledgers: Ledgers):
    await ledgers.tamper("UPDATE mash.events SET topic = 'ledgers.Other' WHERE notification_id = 14")
    with pytest.raises(NotExportable, match="positions 11 to 20 of mash are not what was signed"):
        await bundle_of(ledgers, CHILD)


async def test_the_opened_words_are_those_that_were_signed(ledgers, keys, tmp_path, outsider):
    """One event's key is disclosed; the words of the others stay shut, and another key or event is no proof."""
    store = KeyStore(tmp_path / "keys.sqlite", bytes(32))
    ids = await ledgers.append_sealed("people", CHILD, store, ["Ava said so.", "Ben said no."])
    await ledgers.sign("people")
    bundle = await bundle_of(ledgers, CHILD)
    blob = await CheckpointTables(ledgers.pools["people"], "people").pool.fetchval(
        "SELECT sealed FROM people.events WHERE event_id = $1", ids[0]
    )
    key = store.disclose(blob, ids[0])
    assert key is not None
    line = {"service": "people", "position": 4, "key": key.hex()}
    for wrong, told in (
        (line, ""),
        ({**line, "position": 5}, "not what"),
        ({**line, "key": "00" * 32}, "not what"),
    ):
        bundle.files["opened.jsonl"] = json.dumps(wrong).encode() + b"\n"
        write_manifest(bundle.files)
        done = outsider.run("verify.py", "--keys", keys, "--words", cwd=put(bundle.files, tmp_path / "b"))
        assert (done.returncode == 0) is (not told), done.stdout
        assert ("Ava said so." in done.stdout) is (not told)
        assert told in done.stdout
        assert "Ben" not in done.stdout
    store.close()


def test_the_ledgers_are_longer_than_a_checkpoint():
    assert EACH * len(STREAMS) > LONGEST
