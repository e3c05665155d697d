"""Compares the end of a service's log with what the service itself knows of it: signatures, head file, its own messages.

Before the service signs or takes a command. Each finding is a sentence of positions, for those who run the service.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from shared.crypto.hash_chain import COVERED, GENESIS, link
from shared.eventstore.columns import GENESIS_HEAD, LogHead

PAGE: Final = 1000
"""Rows at once."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the row at a position said, by the word of somebody outside the database."""

    position: int
    digest: bytes
    by: str
    """`its head file`, or another sentence's beginning."""


@dataclass(frozen=True, slots=True)
class LogEnd:
    """How a log ends, and what is amiss by itself: it does not follow from what was signed, or ends before that."""

    head: LogHead
    wrong: tuple[str, ...]


async def read_end(pool: asyncpg.Pool, service: str) -> LogEnd:
    """Walk what was not signed yet, from the last checkpoint on, and see that each row follows from the one before."""
    signed = await pool.fetchrow(f"SELECT last, head FROM {service}.checkpoints ORDER BY last DESC LIMIT 1")
    at, digest = (0, GENESIS) if signed is None else (signed["last"], signed["head"])
    last = await pool.fetchrow(
        f"""SELECT notification_id, digest, recorded_at FROM {service}.events
             ORDER BY notification_id DESC LIMIT 1"""
    )
    head = (
        GENESIS_HEAD
        if last is None
        else LogHead(last["notification_id"], last["digest"], last["recorded_at"])
    )
    wrong: list[str] = []
    if head.position < at:
        wrong.append(f"the log ends at {head.position}, and was signed up to {at}")
    while not wrong and at < head.position:
        rows = await pool.fetch(
            f"""SELECT notification_id, digest, {COVERED} AS covered FROM {service}.events
                 WHERE notification_id > $1 AND notification_id <= $2 ORDER BY notification_id LIMIT {PAGE}""",
            at,
            head.position,
        )
        for row in rows:
            digest = link(digest, hashlib.sha256(row["covered"] or b"").digest())
            if row["notification_id"] != at + 1 or row["digest"] != digest:
                wrong.append(f"position {at + 1} does not follow from what stands before it")
                break
            at += 1
        if not rows:
            wrong.append(f"position {at + 1} is missing")
    return LogEnd(head, tuple(wrong))


async def contradictions(pool: asyncpg.Pool, service: str, vouched: Iterable[Vouched]) -> list[Vouched]:
    """Those whose row is missing, or says something else now; by position."""
    by_position = sorted(vouched, key=lambda each: each.position)
    rows = await pool.fetch(
        f"SELECT notification_id, digest FROM {service}.events WHERE notification_id = ANY($1::bigint[])",
        list({each.position for each in by_position}),
    )
    there = {row["notification_id"]: row["digest"] for row in rows}
    return [each for each in by_position if there.get(each.position) != each.digest]


def in_words(head: int, found: Sequence[Vouched]) -> list[str]:
    """A sentence for each of those who vouch for something else, about the first position they contradict."""
    first: dict[str, Vouched] = {}
    for each in found:
        first.setdefault(each.by, each)
    return [
        f"position {each.position} is not what {by} says it was: it, or something before it, was altered"
        if each.position <= head
        else f"the log ends at {head}, and {by} knows of position {each.position}: {_missing(head, each.position)}"
        for by, each in first.items()
    ]


def _missing(head: int, position: int) -> str:
    first = head + 1
    return (
        f"positions {first} to {position} are missing" if first < position else f"position {first} is missing"
    )


async def relay_position(pool: asyncpg.Pool, service: str) -> int:
    """The position up to which everything that crosses is said to be published."""
    position: int = await pool.fetchval(f"SELECT position FROM {service}.relay")
    return position


def relay_beyond(service: str, position: int, head: int) -> str:
    """What is wrong where the relay stands beyond the log, and what to do."""
    return (
        f"the relay stands at {position}, beyond the end of the log at {head}, so nothing more would be published: set "
        f"{service}.relay to the last position that readers have, or to 0 (they drop what they have), and start again"
    )
