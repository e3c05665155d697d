import secrets
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.key_store import KeyStore, NoKey
from shared.crypto.master_key import WrongMasterKey
from shared.crypto.sealed_blob import Tampered
from shared.crypto.secret_files import UnsafeSecret, make_key, read_key
from shared.crypto.transport_keys import Content, NotAuthentic, NoTransportKey, TransportKeys

MASTER = bytes(range(32))
CHILD, OTHER, EVENT = uuid4(), uuid4(), uuid4()
TOPIC = "safeguarding.mash.v1"
COVERED = b"all that a message says"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.sqlite"


@pytest.fixture
def store(path: Path):
    store = KeyStore(path, MASTER)
    store.make([CHILD, OTHER])
    yield store
    store.close()


@pytest.fixture
def second(path: Path, store: KeyStore):
    """The same store as another process of the service sees it: another connection, another memory."""
    second = KeyStore(path, MASTER)
    yield second
    second.close()


@pytest.fixture
def transport(tmp_path: Path) -> TransportKeys:
    keys = TransportKeys(tmp_path / "transport")
    keys.ensure(TOPIC)
    return keys


def test_what_is_sealed_can_be_opened_and_is_not_in_sight(store):
    blob = store.seal(CHILD, EVENT, b"Ava said")
    assert store.open(blob, EVENT) == b"Ava said"
    assert b"Ava" not in blob
    assert blob != store.seal(CHILD, EVENT, b"Ava said")
    assert len(blob) == 1 + 16 + 32 + 12 + len(b"Ava said") + 16
    assert blob[0] == 2


@given(plain=st.binary(max_size=300), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_of_a_sealed_part_can_be_changed_unnoticed(tmp_path_factory, plain, at, bit):
    store = KeyStore(tmp_path_factory.mktemp("keys") / "k", MASTER)
    store.make([CHILD])
    blob = bytearray(store.seal(CHILD, EVENT, plain))
    at %= len(blob)
    blob[at] ^= 1 << bit
    if 1 <= at < 17:  # names another key, which is as if erased; the log's chain of digests shows that
        assert store.open(bytes(blob), EVENT) is None
    else:
        with pytest.raises(Tampered):
            store.open(bytes(blob), EVENT)
    store.close()


def test_a_sealed_part_belongs_to_its_event(store):
    with pytest.raises(Tampered, match="not what was sealed"):
        store.open(store.seal(CHILD, EVENT, b"x"), uuid4())


@pytest.mark.parametrize(
    "blob", [b"", b"\x01", b"\x01" + bytes(43), b"\x02" + bytes(75), b"\x03" + bytes(90)]
)
def test_what_is_no_sealed_part_is_refused(store, blob):
    with pytest.raises(Tampered):
        store.open(blob, EVENT)


def test_erasing_takes_the_subject_and_nobody_else(store):
    hers, his = store.seal(CHILD, EVENT, b"hers"), store.seal(OTHER, EVENT, b"his")
    key = hers[1:17]
    assert store.subject_of(key) == CHILD
    assert store.erase(CHILD) == 1
    assert store.erase(CHILD) == 0
    assert store.open(hers, EVENT) is None
    assert store.subject_of(key) is None
    assert store.open(his, EVENT) == b"his"


def test_nobody_who_was_erased_gets_a_second_key(store, second):
    before = store.seal(CHILD, EVENT, b"before")
    store.erase(CHILD)
    for each in (store, second):
        each.make([CHILD])
        with pytest.raises(NoKey) as refused:
            each.seal_many([(CHILD, EVENT, b"after"), (OTHER, EVENT, b"of another")])
        assert refused.value.subjects == {CHILD}
    assert store.open(before, EVENT) is None


def test_a_key_is_made_only_where_somebody_asks_for_it(store):
    new = uuid4()
    with pytest.raises(NoKey):
        store.seal(new, EVENT, b"x")
    assert store.lacking([CHILD, new]) == {new}
    store.make([CHILD, new])
    assert store.open(store.seal(new, EVENT, b"x"), EVENT) == b"x"


def test_an_erasure_is_told_from_a_key_that_was_taken_away(store, second, path):
    store.erase(CHILD)
    with closing(sqlite3.connect(path)) as thief:
        thief.execute("delete from key where subject = ?", (OTHER.bytes,))
        thief.commit()
    assert second.lacking([CHILD, OTHER]) == {CHILD, OTHER}
    assert second.erased([CHILD, OTHER]).keys() == {CHILD}
    assert datetime.now(UTC) - second.erased([CHILD])[CHILD] < timedelta(minutes=1)


def test_an_erasure_cannot_be_recorded_without_the_master_key(store, path):
    with closing(sqlite3.connect(path)) as thief:
        thief.execute("delete from key where subject = ?", (OTHER.bytes,))
        said = (OTHER.bytes, "2026-11-24T12:00:00.000000+00:00", store._master.id, bytes(32))
        thief.execute("insert into erasure values (?, ?, ?, ?)", said)
        thief.commit()
    with pytest.raises(Tampered, match="by somebody else"):
        store.erased([OTHER])
    with pytest.raises(Tampered):
        store.make([OTHER])


def test_a_key_that_is_gone_is_told_from_one_that_was_erased_when_it_is_asked_for(store, second, path):
    hers, his = store.seal(CHILD, EVENT, b"hers"), store.seal(OTHER, EVENT, b"his")
    store.erase(CHILD)
    with closing(sqlite3.connect(path)) as thief:
        row = thief.execute("select * from key").fetchone()
        thief.execute("delete from key")
        thief.commit()
    assert second.open_many([(hers, EVENT), (his, EVENT), (his, EVENT)]) == [None, None, None]
    assert second.gone() == 1
    with closing(sqlite3.connect(path)) as restorer:
        restorer.execute("insert into key values (?, ?, ?, ?)", row)
        restorer.commit()
    assert second.open(his, EVENT) == b"his"
    assert second.gone() == 0


def test_what_was_erased_stays_so_under_a_new_master_key(store, path):
    hers = store.seal(CHILD, EVENT, b"hers")
    store.erase(CHILD)
    store.rewrap(new := secrets.token_bytes(32))
    renewed = KeyStore(path, new)
    assert renewed.erased([CHILD, OTHER]).keys() == {CHILD}
    assert renewed.open(hers, EVENT) is None
    assert renewed.gone() == 0
    renewed.close()


def test_an_erasure_in_one_process_holds_in_another_at_once(store, second):
    blob = store.seal(CHILD, EVENT, b"x")
    assert second.open(blob, EVENT) == b"x"  # now in its memory
    store.erase(CHILD)
    assert second.open(blob, EVENT) is None
    with pytest.raises(NoKey):  # not with the key it remembered
        second.seal(CHILD, EVENT, b"y")


def test_the_wrapped_key_is_gone_from_the_file(store, path):
    blob = store.seal(CHILD, EVENT, b"x")
    with sqlite3.connect(path) as look:
        [wrapped] = look.execute("select wrapped from key").fetchone()
    look.close()
    assert wrapped in path.read_bytes()
    store.erase(CHILD)
    left = path.read_bytes()
    assert wrapped not in left
    assert blob[1:17] not in left
    assert list(path.parent.iterdir()) == [path]  # no journal left behind either


def test_no_key_lies_open_in_the_file_and_the_file_is_the_owners(store, path):
    store.seal(CHILD, EVENT, b"x")
    assert path.stat().st_mode & 0o077 == 0
    assert MASTER not in path.read_bytes()


def test_keys_outlive_a_restart(store, path):
    blob = store.seal(CHILD, EVENT, b"x")
    store.close()
    again = KeyStore(path, MASTER)
    assert again.open(blob, EVENT) == b"x"
    again.close()


def test_another_master_key_is_told_apart_from_an_erased_key(store, path):
    blob = store.seal(CHILD, EVENT, b"x")
    stranger = KeyStore(path, bytes(32))
    with pytest.raises(WrongMasterKey, match="MASTER_KEY"):
        stranger.open(blob, EVENT)
    stranger.close()


def test_a_wrapped_key_moved_to_another_subject_is_noticed(store, second, path):
    blob = store.seal(CHILD, EVENT, b"x")
    with sqlite3.connect(path) as meddler:
        meddler.execute("delete from key where subject = ?", (OTHER.bytes,))
        meddler.execute("update key set subject = ?", (OTHER.bytes,))
    meddler.close()
    with pytest.raises(Tampered, match="key store"):
        second.open(blob, EVENT)


def test_a_new_master_key_wraps_what_the_old_one_did(store, path):
    blob = store.seal(CHILD, EVENT, b"x")
    store.seal(OTHER, EVENT, b"y")
    new = secrets.token_bytes(32)
    assert store.rewrap(new) == 2
    assert store.open(blob, EVENT) == b"x"
    renewed = KeyStore(path, new)
    assert renewed.open(blob, EVENT) == b"x"
    renewed.close()


def test_a_page_at_once(store):
    subjects = [uuid4() for _ in range(700)]  # more than one question to the store
    store.make(subjects)
    items = [(subject, uuid4(), subject.bytes) for subject in subjects for _ in range(2)]
    blobs = store.seal_many(items)
    store.erase(subjects[0])
    opened = store.open_many(
        [(blob, event) for blob, (_, event, _) in zip(blobs, items, strict=True)] + [(None, EVENT)]
    )
    assert opened == [None, None, *(plain for _, _, plain in items[2:]), None]
    assert store.seal_many([]) == []
    assert store.open_many([]) == []


def test_a_page_is_cheap(store):
    """A page of 500 known subjects takes well under a tenth of a second: the file is looked at once, not 500 times."""
    items = [(uuid4(), uuid4(), b"x" * 400) for _ in range(500)]
    store.make([subject for subject, _, _ in items])
    blobs = store.seal_many(items)
    start = time.perf_counter()
    for _ in range(10):
        store.open_many([(blob, event) for blob, (_, event, _) in zip(blobs, items, strict=True)])
    assert (time.perf_counter() - start) / 10 < 0.1


def test_more_keys_than_are_remembered(store, monkeypatch):
    monkeypatch.setattr("shared.crypto.key_store._CACHED_KEYS", 10)
    items = [(uuid4(), uuid4(), b"x") for _ in range(50)]
    store.make([subject for subject, _, _ in items])
    blobs = store.seal_many(items)
    assert (
        store.open_many([(blob, event) for blob, (_, event, _) in zip(blobs, items, strict=True)])
        == [b"x"] * 50
    )
    assert store.open(blobs[0], items[0][1]) == b"x"


_PROCESS = """
import sys
from pathlib import Path
from uuid import UUID
from shared.crypto.key_store import KeyStore
store = KeyStore(Path(sys.argv[1]), bytes(range(32)))
for subject in sys.argv[2:]:
    store.make([UUID(subject)])
    print(store.seal(UUID(subject), UUID(int=7), subject.encode()).hex())
"""


def test_processes_that_make_the_same_keys_at_once_agree(path):
    """Also on making the file itself."""
    subjects = [str(uuid4()) for _ in range(25)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, str(path), *subjects], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    store = KeyStore(path, MASTER)
    for subject, *blobs in zip(subjects, *answers, strict=True):
        assert len({blob[2:34] for blob in blobs}) == 1
        assert {store.open(bytes.fromhex(blob), UUID(int=7)) for blob in blobs} == {subject.encode()}
    store.close()


def test_threads_share_a_store(store):
    subjects = [uuid4() for _ in range(5)]
    store.make(subjects)

    def work(n: int) -> bool:
        subject = subjects[n % 5]
        return store.open(store.seal(subject, EVENT, b"x"), EVENT) == b"x"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(200)))


def test_the_master_key_comes_from_a_file_of_the_owner_alone(tmp_path):
    file = tmp_path / "secrets" / "master.key"
    key = make_key(file)
    assert make_key(file) == key == read_key(file)
    KeyStore.from_files(tmp_path / "keys", file).close()
    file.chmod(0o604)
    with pytest.raises(UnsafeSecret, match="chmod 600"):
        KeyStore.from_files(tmp_path / "keys", file)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_a_key_of_another_length_is_refused(tmp_path, content):
    file = tmp_path / "master.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(UnsafeSecret, match="must hold 32 bytes"):
        read_key(file)
    with pytest.raises(UnsafeSecret, match="does not exist"):
        read_key(tmp_path / "none")
    with pytest.raises(ValueError, match="32 bytes"):
        KeyStore(tmp_path / "keys", content)


def test_a_topics_message_is_opened_by_who_has_its_key(transport, tmp_path):
    blob = transport.seal(TOPIC, COVERED, Content.WORDS, b"Ava")
    assert b"Ava" not in blob
    assert TransportKeys(tmp_path / "transport").open(TOPIC, COVERED, blob) == (Content.WORDS, b"Ava")
    with pytest.raises(NoTransportKey, match=r"0001\.key"):
        TransportKeys(tmp_path / "elsewhere").open(TOPIC, COVERED, blob)
    with pytest.raises(NoTransportKey, match="no key for"):
        TransportKeys(tmp_path / "elsewhere").seal(TOPIC, COVERED, Content.WORDS, b"Ava")


def test_a_message_belongs_to_its_topic_and_to_all_that_it_covers(transport):
    transport.ensure("safeguarding.people.v1")
    blob = transport.seal(TOPIC, COVERED, Content.WORDS, b"x")
    with pytest.raises(NotAuthentic):
        transport.open(TOPIC, COVERED + b"x", blob)
    with pytest.raises(NotAuthentic):
        transport.open("safeguarding.people.v1", COVERED, blob)


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_of_a_message_can_be_changed_unnoticed(tmp_path_factory, at, bit):
    transport = TransportKeys(tmp_path_factory.mktemp("transport"))
    transport.ensure(TOPIC)
    blob = bytearray(transport.seal(TOPIC, COVERED, Content.WORDS, b"words"))
    blob[at % len(blob)] ^= 1 << bit
    with pytest.raises((NotAuthentic, NoTransportKey)):
        transport.open(TOPIC, COVERED, bytes(blob))


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\x02",
        b"\x02\x01",
        b"\x02\x01\xff",
        b"\x02\x03\x040001" + bytes(40),
        b"\x01\x01\x040001" + bytes(40),
        b"\x02\x01\x04../x" + bytes(40),
        b"\x02\x01\x00" + bytes(40),
    ],
)
def test_what_is_no_message_is_refused(transport, blob):
    with pytest.raises(NotAuthentic):
        transport.open(TOPIC, COVERED, blob)


@pytest.mark.parametrize("content", Content)
def test_what_is_sealed_is_told_also_where_there_are_no_words(transport, content):
    """So that nobody can take the words away and say that there were none, or that they were erased."""
    blob = transport.seal(TOPIC, COVERED, content)
    assert transport.open(TOPIC, COVERED, blob) == (content, b"")
    for other in set(Content) - {content}:
        with pytest.raises(NotAuthentic):
            transport.open(TOPIC, COVERED, blob[:1] + bytes([other]) + blob[2:])


def test_the_newest_key_seals_and_older_ones_still_open(transport):
    old = transport.seal(TOPIC, COVERED, Content.WORDS, b"old")
    assert transport.ensure(TOPIC) == "0001"
    assert transport.rotate(TOPIC) == "0002"
    new = transport.seal(TOPIC, COVERED, Content.WORDS, b"new")
    assert new[3:7] == b"0002"
    assert transport.open(TOPIC, COVERED, old)[1] == b"old"
    assert transport.open(TOPIC, COVERED, new)[1] == b"new"


def test_a_new_key_is_found_without_a_restart(transport, tmp_path):
    transport.seal(TOPIC, COVERED, Content.WORDS, b"x")
    TransportKeys(tmp_path / "transport").rotate(TOPIC)
    time.sleep(1.05)
    assert transport.seal(TOPIC, COVERED, Content.WORDS, b"x")[3:7] == b"0002"


@pytest.mark.parametrize("topic", ["../keys", "", "A", "a/b", ".hidden"])
def test_a_topic_cannot_name_another_directory(transport, topic):
    with pytest.raises(ValueError, match="topic"):
        transport.seal(topic, COVERED, Content.NOTHING)


def test_what_is_compared_is_found_again_under_another_master_key_and_in_another_process(store, second, path):
    kept = store.compared(b"carl")
    assert second.compared(b"carl") == kept
    assert store.compared(b"dan") != kept != store.fingerprint(b"carl")
    store.rewrap(bytes(32))
    assert store.compared(b"carl") == kept
    with closing(KeyStore(path, bytes(32))) as again:
        assert again.compared(b"carl") == kept


def test_two_stores_compare_under_keys_of_their_own(store, tmp_path):
    with closing(KeyStore(tmp_path / "other", MASTER)) as other:
        assert other.compared(b"carl") != store.compared(b"carl")
