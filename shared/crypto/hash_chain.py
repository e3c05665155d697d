"""The digest chain over a log: each row's digest covers its content and the digest of the row before."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from struct import Struct
from typing import Any, Final
from uuid import UUID

GENESIS = bytes(32)
"""What stands before position 1."""


COVERED: Final = """
    int8send(notification_id) || uuid_send(originator_id) || int8send(originator_version)
    || int8send(CASE WHEN isfinite(recorded_at) THEN (extract(epoch FROM recorded_at) * 1000000)::bigint ELSE 0 END)
    || int4send(octet_length(topic)) || textsend(topic) || int4send(length(state)) || state
    || CASE WHEN sealed IS NULL THEN '\\x0000000000'::bytea ELSE '\\x01'::bytea || int4send(length(sealed)) || sealed END"""
"""The bytes whose SHA-256 is `content`, put together by the database (whose encoding is UTF-8): for reading many rows. A
column that is empty and must not be makes them NULL."""


COVERED_HEAD: Final = Struct(">q16sqqI")
"""How those bytes begin: position, stream, version, microseconds of `recorded_at` since 1970, length of the name; then
come the name, four bytes with the length of the open part, and the open part.
"""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """Microseconds from 1970-01-01 (UTC) to an instant with its zone: whole, and negative before."""
    gap = instant - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def content(
    position: int,
    stream: UUID,
    version: int,
    name: str,
    recorded_at: datetime,
    state: bytes,
    sealed: bytes | None,
) -> bytes:
    """SHA-256 over the stored bytes of one row, each part of variable length led by its length.

    `recorded_at` (UTC) is part of it, so that back-dating a row shows.
    """
    title = name.encode()
    blob = sealed or b""
    return hashlib.sha256(
        b"".join(
            (
                position.to_bytes(8, "big"),
                stream.bytes,
                version.to_bytes(8, "big"),
                microseconds(recorded_at).to_bytes(8, "big", signed=True),
                len(title).to_bytes(4, "big"),
                title,
                len(state).to_bytes(4, "big"),
                state,
                b"\x00" if sealed is None else b"\x01",
                len(blob).to_bytes(4, "big"),
                blob,
            )
        )
    ).digest()


def link(previous: bytes, content_digest: bytes) -> bytes:
    """The digest of a row: SHA-256(digest of the row before ‖ its content digest)."""
    return hashlib.sha256(previous + content_digest).digest()


def first_break(rows: Iterable[Mapping[str, Any]], *, after: int = 0, digest: bytes = GENESIS) -> int | None:
    """The first position at which rows of a log, in order, do not follow from what stands before; None: all do.

    Args:
        rows: with every column of `events` that the digest covers.
        after: the position before the first of them.
        digest: the digest at that position.
    """
    for position, row in enumerate(rows, after + 1):
        covered = content(
            position,
            row["originator_id"],
            row["originator_version"],
            row["topic"],
            row["recorded_at"],
            row["state"],
            row["sealed"],
        )
        digest = link(digest, covered)
        if row["notification_id"] != position or row["digest"] != digest:
            return position
    return None
