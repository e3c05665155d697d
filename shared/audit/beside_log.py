"""Checks what stands beside a log and must fit it: the relay's position, the table of commands, and the key store.

No hash chain covers these, and each decides whether a fact is passed on, is done twice, or can be read. How far relay and
commands reach is read before the log's head: what moved on meanwhile is no finding.
"""

from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from shared.audit.log_check import Findings
from shared.crypto.key_store import KeyStore
from shared.crypto.master_key import WrongMasterKey
from shared.crypto.sealed_blob import Tampered, key_id

PAGE: Final = 2000
"""Sealed rows looked at together."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the relay and the commands of a service say that its log goes.

    Attributes:
        relay: the position up to which everything that crosses is said to be published.
        commands: the last position that a command is said to have written.
    """

    relay: int
    commands: int

    @classmethod
    async def read(cls, pool: asyncpg.Pool, service: str) -> Self:
        """As the database has it now."""
        row = await pool.fetchrow(
            f"""SELECT (SELECT position FROM {service}.relay) AS relay,
                       (SELECT coalesce(max(last), 0) FROM {service}.commands WHERE first <= last) AS commands"""
        )
        return cls(row["relay"], row["commands"])

    def check(self, head: int, findings: Findings) -> None:
        """Find what lies beyond the head."""
        if self.relay > head:
            what = (
                f"the relay stands at {self.relay}, beyond the end of the log at {head}: events up to there would never "
                "be published"
            )
            findings.add(what, head + 1, self.relay)
        if self.commands > head:
            findings.add("gone: the table of commands says that this was written", head + 1, self.commands)


async def check_commands(pool: asyncpg.Pool, service: str, head: int, findings: Findings) -> None:
    """Find positions up to the head that no command wrote, or that two did.

    The writer puts a command's row into the transaction of its events: an event without one was put in by somebody else,
    or the row was taken away and the command would be done again when it is repeated. Sorts the whole table.
    """
    rows = await pool.fetch(
        f"""SELECT first, reached FROM (
                SELECT first, coalesce(max(last) OVER (ORDER BY first, last
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached
                  FROM (SELECT first, last FROM {service}.commands WHERE first <= last AND first <= $1
                        UNION ALL SELECT $1 + 1, $1 + 1) AS written) AS walked
             WHERE first <> reached + 1 ORDER BY first LIMIT 200""",
        head,
        timeout=None,
    )
    for row in rows:
        first, reached = row["first"], row["reached"]
        if first > reached + 1:
            findings.add(
                "no command wrote this: the table of commands has no row for it", reached + 1, first - 1
            )
        elif first <= head:
            findings.add("two commands are said to have written this", first, min(reached, head))


async def check_keys(
    pool: asyncpg.Pool, service: str, store: KeyStore | None, head: int, findings: Findings
) -> None:
    """Find sealed rows up to the head that no key of the store opens, though nobody erased their subject.

    No word is opened: a key is there, or it is not. Lost keys and keys that were taken away look the same; a recorded
    erasure is neither. `store` is None where its file is gone.
    """
    after = 0
    while rows := await pool.fetch(
        f"""SELECT notification_id, originator_id, coalesce(child, originator_id) AS subject, sealed
              FROM {service}.events WHERE notification_id > $1 AND notification_id <= $2 AND sealed IS NOT NULL
             ORDER BY notification_id LIMIT {PAGE}""",
        after,
        head,
    ):
        _check_page(rows, store, findings)
        after = rows[-1]["notification_id"]


def _check_page(rows: list[Any], store: KeyStore | None, findings: Findings) -> None:
    keys: dict[int, bytes] = {}
    for row in rows:
        try:
            keys[row["notification_id"]] = key_id(row["sealed"])
        except Tampered:
            findings.add(
                "what is sealed here are no sealed bytes of ours",
                row["notification_id"],
                stream=row["originator_id"],
            )
    known = set() if store is None else store.known_ids(set(keys.values()))
    without = [
        row
        for row in rows
        if keys.get(row["notification_id"], b"") not in known and row["notification_id"] in keys
    ]
    if not without:
        return
    subjects: set[UUID] = {row["subject"] for row in without}
    try:
        erased = {} if store is None else store.erased(subjects)
    except (Tampered, WrongMasterKey) as error:
        findings.add(f"the key store cannot be believed: {error}")
        erased = {}
    for row in without:
        if row["subject"] not in erased:
            what = (
                "sealed under a key that is not in the key store, and nobody erased it: it was lost, or taken away; bring "
                "the key store back from its backup"
            )
            findings.add(what, row["notification_id"], stream=row["originator_id"])
