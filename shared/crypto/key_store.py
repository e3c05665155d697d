"""The key store: one key per subject, wrapped by the service's master key, deleted to erase (crypto-shredding).

A subject is a child, an adult or an allegation. Each service has its own store and its own keys. Erasing a subject's
key leaves what was sealed with it unreadable for good, in every process of the service at its very next look, while
the log stays whole. The store needs short-lived backups of its own: a backup of it that outlives an erasure undoes it.

A subject gets one key in its life. That it was erased stays recorded, under the master key, so that a key that was
erased and a key that is lost, or was taken away, are told apart; neither is followed by a second one.
"""

import hashlib
import hmac
import logging
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid5

from shared.crypto import sealed_blob
from shared.crypto.erasures import Erasures
from shared.crypto.master_key import MasterKey
from shared.crypto.secret_files import KEY_BYTES, read_key

log = logging.getLogger(__name__)


_CACHED_KEYS: Final = 10_000


_COMPARED: Final = uuid5(UUID(int=0), "safeguarding compared")
"""Stands for a subject: under its key lie the digests of what is compared with sealed words."""


_ASKED_AT_ONCE: Final = 500


_TABLE = """
create table if not exists key (
    id blob primary key,
    subject blob not null unique,
    master blob not null,  -- which master key wraps it
    wrapped blob not null  -- 12 bytes nonce, then the wrapped key and its tag
) strict
"""


class NoKey(LookupError):
    """Subjects have no key: `make` them one where nothing of theirs was ever sealed.

    Attributes:
        subjects: all of those that were asked for.
    """

    def __init__(self, subjects: Collection[UUID]) -> None:
        super().__init__(f"{len(subjects)} subjects have no key")
        self.subjects = frozenset(subjects)


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    id: bytes
    subject: UUID
    secret: bytes


class KeyStore:
    """A service's keys, in one file. Safe for several processes, and for several threads of each.

    Every call looks at the file once, also the ones over a whole page, and forgets the keys it remembers if another
    process has changed it. What a blob is made of: `sealed_blob`.
    """

    def __init__(self, path: Path, master_key: bytes) -> None:
        """Opens the store, making it (mode 0600) if there is none.

        Args:
            path: of the database. Its directory exists.
            master_key: 32 bytes, as from `secret_files.read_key`.

        Raises:
            ValueError: the master key is not 32 bytes.
        """
        self.path = path
        self._master = MasterKey(master_key)
        path.touch(mode=0o600)  # before SQLite would make it for everyone; its journal takes the same mode
        path.chmod(0o600)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=delete", "synchronous=full", "secure_delete=on"):
            self._database.execute(f"pragma {setting}").fetchall()
        self._database.execute(_TABLE)
        self._erasures = Erasures(self._database)
        self._gone: set[bytes] = set()
        self._by_id: dict[bytes, _Key] = {}
        self._by_subject: dict[UUID, _Key] = {}
        self._seen = -1

    @classmethod
    def from_files(cls, path: Path, master_key: Path) -> Self:
        """The store with the master key from a file. Raises UnsafeSecret if others may read that, or it is none."""
        return cls(path, read_key(master_key))

    def close(self) -> None:
        """Closes the file and forgets every key."""
        with self._lock:
            self._forget()
            self._database.close()

    def seal(self, subject: UUID, event_id: UUID, plain: bytes) -> bytes:
        """`plain` sealed for that event with the subject's key. Raises NoKey where there is none."""
        return self.seal_many([(subject, event_id, plain)])[0]

    def open(self, blob: bytes, event_id: UUID) -> bytes | None:
        """What was sealed for that event; None when its key has been erased.

        Raises:
            Tampered: the bytes are not what was sealed for this event.
            WrongMasterKey: the store belongs to another master key.
        """
        return self.open_many([(blob, event_id)])[0]

    def seal_many(self, items: Sequence[tuple[UUID, UUID, bytes]]) -> list[bytes]:
        """As `seal`, for (subject, event id, plain) of a page at once. Raises NoKey with all who have none."""
        with self._lock:
            keys = self._of_subjects({subject for subject, _, _ in items})
        return [
            sealed_blob.seal(keys[subject].secret, keys[subject].id, event_id, plain)
            for subject, event_id, plain in items
        ]

    def open_many(self, items: Sequence[tuple[bytes | None, UUID]]) -> list[bytes | None]:
        """As `open`, for (blob, event id) of a page at once; where there is no blob there is no text."""
        ids = [None if blob is None else sealed_blob.key_id(blob) for blob, _ in items]
        with self._lock:
            wanted = {key_id for key_id in ids if key_id is not None}
            keys = self._of_ids(wanted)
            if len(keys) < len(wanted):
                self._missed(wanted - keys.keys())
        opened: list[bytes | None] = []
        for (blob, event_id), key_id in zip(items, ids, strict=True):
            key = None if key_id is None else keys.get(key_id)
            opened.append(
                None if blob is None or key is None else sealed_blob.unseal(key.secret, event_id, blob)
            )
        return opened

    def disclose(self, blob: bytes, event_id: UUID) -> bytes | None:
        """The key that opens the words of that event and nothing else; None when its subject was erased.

        For who must believe a text: with it they decrypt the very bytes that the log's digest covers.

        Raises:
            Tampered: the bytes are not what was sealed for this event.
            SealedTogether: they were sealed under the subject's own key, before events had one each.
        """
        with self._lock:
            key = self._of_ids({sealed_blob.key_id(blob)}).get(sealed_blob.key_id(blob))
        return None if key is None else sealed_blob.event_key_of(key.secret, event_id, blob)

    def fingerprint(self, plain: bytes) -> bytes:
        """A keyed digest (32 bytes) of what was asked, the same in every process with the same master key."""
        return self._master.fingerprint(plain)

    def compared(self, plain: bytes) -> bytes:
        """A keyed digest (32 bytes) of what is compared with sealed words for as long as these are kept.

        Its key lies among those of the subjects, so that it stays the same under another master key (`rewrap`): a digest
        that was kept before must still be found after.
        """
        with self._lock:
            try:
                key = self._of_subjects({_COMPARED})[_COMPARED]
            except NoKey:
                self.make([_COMPARED])
                key = self._of_subjects({_COMPARED})[_COMPARED]
        return hmac.digest(key.secret, plain, hashlib.sha256)

    def make(self, subjects: Collection[UUID]) -> None:
        """Makes the keys of subjects that have none and were never erased.

        The caller has seen that nothing of theirs is sealed anywhere: a second key would hide that the first is lost.
        """
        with self._lock:
            self._look()
            with self._writing():
                erased = self._erasures.subjects(self._master, subjects)
                for subject in subjects:
                    if subject in erased:
                        continue
                    key_id = secrets.token_bytes(16)
                    wrapped = self._master.wrap(key_id, subject, secrets.token_bytes(KEY_BYTES))
                    # Another process may have made it meanwhile: then that one is everybody's key.
                    self._database.execute(
                        "insert or ignore into key values (?, ?, ?, ?)",
                        (key_id, subject.bytes, self._master.id, wrapped),
                    )

    def erase(self, subject: UUID) -> int:
        """Destroys the subject's key for good, and records when; answers how many there were (none, if erased before).

        Returns when it is on the disk. What other processes began before that may still be shown. Nothing is sealed
        for that subject any more.
        """
        with self._lock, self._writing():
            mine = (subject.bytes,)
            rows = self._database.execute("select id from key where subject = ?", mine).fetchall()
            erased = self._database.execute("delete from key where subject = ?", mine).rowcount
            self._erasures.record(self._master, subject, [key_id for (key_id,) in rows])
            self._forget()  # SQLite's version tells a connection of others' changes alone, not of its own
        return erased

    def lacking(self, subjects: Collection[UUID]) -> set[UUID]:
        """Those of these subjects who have no key."""
        with self._lock:
            self._look()
            self._remember("subject", [subject.bytes for subject in subjects])
            return {subject for subject in subjects if subject not in self._by_subject}

    def erased(self, subjects: Collection[UUID]) -> dict[UUID, datetime]:
        """Those of these subjects whose key was destroyed by `erase` under this master key, and when (UTC)."""
        with self._lock:
            return self._erasures.subjects(self._master, subjects)

    def gone(self) -> int:
        """How many keys were asked for, to open or to seal, that are neither here nor erased: lost, or taken away."""
        with self._lock:
            if self._gone:
                self._gone -= {row[0] for row in self._rows("id", list(self._gone))}
            return len(self._gone)

    def known_ids(self, ids: Collection[bytes]) -> set[bytes]:
        """Those of these key ids that stand in the store. None is unwrapped."""
        with self._lock:
            return {row[0] for row in self._rows("id", list(ids))}

    def subject_of(self, key_id: bytes) -> UUID | None:
        """Whose key that is; None when it was erased."""
        with self._lock:
            row = self._database.execute("select subject from key where id = ?", (key_id,)).fetchone()
        return None if row is None else UUID(bytes=row[0])

    def rewrap(self, new_master_key: bytes) -> int:
        """Wraps every key anew under another master key; answers how many. Do it while the service stands still."""
        new = MasterKey(new_master_key)
        with self._lock, self._writing():
            rows = self._database.execute("select id, subject, master, wrapped from key").fetchall()
            self._erasures.rewrap(self._master, new)
            for row in rows:
                key_id, subject, plain = row[0], UUID(bytes=row[1]), self._master.unwrap(*row)
                self._database.execute(
                    "update key set master = ?, wrapped = ? where id = ?",
                    (new.id, new.wrap(key_id, subject, plain), key_id),
                )
            self._master = new
            self._forget()
        return len(rows)

    def _forget(self) -> None:
        self._by_id.clear()
        self._by_subject.clear()

    def _look(self) -> None:
        """Forgets what is remembered if another process changed the file, or if it is too much.

        Asked before memory is used: a key erased after this answer is at worst used by the call already under way.
        """
        [version] = self._database.execute("pragma data_version").fetchone()
        if version != self._seen or len(self._by_id) > _CACHED_KEYS:
            self._forget()
            self._seen = version

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def _of_subjects(self, subjects: set[UUID]) -> dict[UUID, _Key]:
        self._look()
        missing = [subject for subject in subjects if subject not in self._by_subject]
        if missing:
            self._remember("subject", [subject.bytes for subject in missing])
        missing = [subject for subject in missing if subject not in self._by_subject]
        if missing:
            raise NoKey(missing)
        return {subject: self._by_subject[subject] for subject in subjects}

    def _of_ids(self, ids: set[bytes]) -> dict[bytes, _Key]:
        self._look()
        missing = [key_id for key_id in ids if key_id not in self._by_id]
        if missing:
            self._remember("id", missing)
        return {key_id: self._by_id[key_id] for key_id in ids if key_id in self._by_id}

    def _missed(self, ids: set[bytes]) -> None:
        """Keys were asked for that are not here: told once, where nobody erased them."""
        new = ids - self._gone
        new -= self._erasures.keys(self._master, new)
        if new:
            self._gone |= new
            log.critical("key of sealed words is gone", extra={"count": len(new)})

    def _remember(self, column: str, values: Sequence[bytes]) -> None:
        for row in self._rows(column, values):
            key = _Key(row[0], UUID(bytes=row[1]), self._master.unwrap(*row))
            self._by_id[key.id] = self._by_subject[key.subject] = key

    def _rows(self, column: str, values: Sequence[bytes]) -> Iterable[tuple[bytes, bytes, bytes, bytes]]:
        for start in range(0, len(values), _ASKED_AT_ONCE):
            some = values[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(some))
            yield from self._database.execute(
                f"select id, subject, master, wrapped from key where {column} in ({marks})", some
            ).fetchall()
