"""The erasures recorded in a key store: whose key was destroyed on purpose, when, and which key that was.

Each carries a MAC under the master key, which lies elsewhere: who has the file alone can take a key away, and cannot call
it an erasure. So a key that is gone without one is lost, or was taken away.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from shared.crypto.master_key import MasterKey

_ASKED_AT_ONCE: Final = 500


_TABLES: Final = (
    """
create table if not exists erasure (
    subject blob primary key,
    at text not null,      -- UTC, by the real clock
    master blob not null,  -- which master key says so
    mac blob not null      -- HMAC-SHA-256 of subject and moment
) strict
""",
    """
create table if not exists erased_key (
    id blob primary key,   -- SHA-256 of the key's id: nothing of the key itself stays
    at text not null,
    master blob not null,
    mac blob not null
) strict
""",
)


def _digest(key_id: bytes) -> bytes:
    return hashlib.sha256(key_id).digest()


class Erasures:
    """Those of one key store, in its file; whoever calls holds the store's lock."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Makes the tables that are not there yet."""
        self._database = database
        for table in _TABLES:
            database.execute(table)

    def record(self, master: MasterKey, subject: UUID, key_ids: Collection[bytes]) -> None:
        """Record, in the transaction that destroys these keys, that it was on purpose. The first one stays."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        for table, name in (
            ("erasure", subject.bytes),
            *(("erased_key", _digest(key_id)) for key_id in key_ids),
        ):
            self._database.execute(
                f"insert or ignore into {table} values (?, ?, ?, ?)",
                (name, at, master.id, master.erasure(name, at)),
            )

    def subjects(self, master: MasterKey, subjects: Collection[UUID]) -> dict[UUID, datetime]:
        """Those of these subjects who were erased, and when (UTC). Raises WrongMasterKey, Tampered."""
        names = [subject.bytes for subject in subjects]
        found = (master.said(*row) for row in self._rows("erasure", "subject", names))
        return {UUID(bytes=name): datetime.fromisoformat(at) for name, at in found}

    def keys(self, master: MasterKey, key_ids: Collection[bytes]) -> set[bytes]:
        """Those of these keys that were destroyed on purpose. Raises WrongMasterKey, Tampered."""
        by_name = {_digest(key_id): key_id for key_id in key_ids}
        return {by_name[master.said(*row)[0]] for row in self._rows("erased_key", "id", list(by_name))}

    def rewrap(self, old: MasterKey, new: MasterKey) -> None:
        """Have another master key say the same. Raises WrongMasterKey, Tampered."""
        for table, column in (("erasure", "subject"), ("erased_key", "id")):
            rows = self._database.execute(f"select {column}, at, master, mac from {table}").fetchall()
            for name, at in (old.said(*row) for row in rows):
                self._database.execute(
                    f"update {table} set master = ?, mac = ? where {column} = ?",
                    (new.id, new.erasure(name, at), name),
                )

    def _rows(self, table: str, column: str, names: list[bytes]) -> Iterator[tuple[bytes, str, bytes, bytes]]:
        for start in range(0, len(names), _ASKED_AT_ONCE):
            some = names[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(some))
            yield from self._database.execute(
                f"select {column}, at, master, mac from {table} where {column} in ({marks})", some
            ).fetchall()
