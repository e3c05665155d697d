"""What a service gives to a bundle about one child: its events with their proofs, who looked, and a signed statement.

Lines of JSON with one member each, whose name says the kind: `checkpoint`, `event`, `access`, and last `statement`. What
stands behind the name is the line of the bundle's file, byte for byte, and what the statement's digests cover. Sealed
parts are as they are stored: whoever holds them sees codes and dates, and no words.
"""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from shared.audit import attestation
from shared.audit.attestation import BundleRequest, Holding, LinesGiven
from shared.audit.checkpoint import Checkpoint
from shared.audit.checkpoint_tables import COLUMNS, CheckpointTables
from shared.crypto import merkle
from shared.crypto.hash_chain import COVERED

_PAGE: Final = 1000


Attest = Callable[[bytes], Mapping[str, str]]
"""Signs a text for the service: `text`, `signature` in hex, `public_keys` as PEM."""


class NotExportable(Exception):
    """A row is not what was signed, so nothing is proved of it: run `safeguarding verify`, which says where."""


@dataclass
class _Lines:
    """The lines of one kind, as they go out."""

    kind: str
    count: int = 0
    _sha: Any = field(default_factory=hashlib.sha256)

    def line(self, what: Mapping[str, Any]) -> bytes:
        body = orjson.dumps(what)
        self.count += 1
        self._sha.update(body + b"\n")
        return b'{"%s":%s}\n' % (self.kind.encode(), body)

    def given(self) -> LinesGiven:
        return LinesGiven(self.count, self._sha.digest())


async def bundle_lines(
    tables: CheckpointTables, asked: BundleRequest, services: Iterable[str], attest: Attest
) -> AsyncIterator[bytes]:
    """Everything of one child that a service holds and has signed, in order; what is not signed yet is left out.

    Args:
        tables: of the service's checkpoints; its log and its record of access are beside them.
        asked: by whom, about whom.
        services: all whose public keys the service holds: each is to be found in the bundle.
        attest: signs the statement.

    Raises:
        NotExportable: the log is not what its checkpoints say.
    """
    events, checkpoints, access = _Lines("event"), _Lines("checkpoint"), _Lines("access")
    streams: dict[UUID, tuple[int, int]] = {}
    covering: Checkpoint | None = None
    leaves: list[bytes] = []
    after = 0
    _, signed_to, _ = await tables.standing()
    while rows := await _events(tables, asked.ids, after, signed_to):
        for row in rows:
            after = row["notification_id"]
            if covering is None or after > covering.last:
                covering = await tables.own(after)
                if covering is None:
                    raise NotExportable(f"no checkpoint of {tables.service} covers position {after}")
                leaves = await _leaves(tables, covering)
                yield checkpoints.line(signed_text(covering))
            count, _ = streams.get(row["originator_id"], (0, 0))
            streams[row["originator_id"]] = count + 1, row["originator_version"]
            yield events.line(_event(tables.service, row, covering, leaves))
    as_of = await tables.own(signed_to) if signed_to else None
    if as_of is not None and (covering is None or covering.last < as_of.last):
        yield checkpoints.line(signed_text(as_of))
    async for row in _looks(tables, asked.ids):
        yield access.line(_look(tables.service, row, asked.ids))
    held = Holding(signed_to, as_of, events.given(), checkpoints.given(), access.given(), after, streams)
    said = attestation.statement(tables.service, services, asked, held, datetime.now(UTC))
    yield _Lines("statement").line(attest(said))


async def kept_lines(
    tables: CheckpointTables, export: UUID, positions: Mapping[str, Iterable[int]], attest: Attest
) -> AsyncIterator[bytes]:
    """The copies that a service keeps of others' checkpoints over these positions, all of them where they differ.

    Lines of kind `copy`, and last one of kind `kept`, which is signed.
    """
    copies = _Lines("copy")
    for source, some in sorted(positions.items()):
        if source == tables.service:
            continue
        rows = await tables.pool.fetch(
            f"""SELECT {COLUMNS} FROM {tables.service}.kept_checkpoints WHERE service = $1 AND EXISTS
                    (SELECT FROM unnest($2::bigint[]) wanted WHERE wanted BETWEEN first AND last)
                 ORDER BY last, digest""",
            source,
            sorted(set(some)),
        )
        for row in rows:
            yield copies.line(signed_text(Checkpoint.row(source, row)))
    said = attestation.kept(tables.service, export, copies.given(), datetime.now(UTC))
    yield _Lines("kept").line(attest(said))


def signed_text(checkpoint: Checkpoint) -> dict[str, str]:
    """A checkpoint as a bundle holds it: the very text that was signed, and the signature in hex."""
    return {"text": checkpoint.text().decode(), "signature": checkpoint.signature.hex()}


async def _events(
    tables: CheckpointTables, ids: tuple[UUID, ...], after: int, until: int
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await tables.pool.fetch(
        f"""SELECT notification_id, originator_id, originator_version, topic, recorded_at, state, sealed
              FROM {tables.service}.events
             WHERE child = ANY ($1) AND notification_id > $2 AND notification_id <= $3
             ORDER BY notification_id LIMIT $4""",
        ids,
        after,
        until,
        _PAGE,
        timeout=300,  # on a log from before its index, an export reads the whole of it
    )
    return rows


async def _leaves(tables: CheckpointTables, covering: Checkpoint) -> list[bytes]:
    rows = await tables.pool.fetch(
        f"""SELECT {COVERED} AS covered FROM {tables.service}.events
             WHERE notification_id BETWEEN $1 AND $2 ORDER BY notification_id""",
        covering.first,
        covering.last,
    )
    leaves = [hashlib.sha256(row["covered"] or b"").digest() for row in rows]
    if len(leaves) != covering.last - covering.first + 1 or merkle.root(leaves) != covering.root:
        place = f"positions {covering.first} to {covering.last} of {tables.service}"
        raise NotExportable(f"{place} are not what was signed: run `safeguarding verify`, which says where")
    return leaves


def _event(service: str, row: asyncpg.Record, covering: Checkpoint, leaves: list[bytes]) -> dict[str, Any]:
    return {
        "service": service,
        "position": row["notification_id"],
        "stream": str(row["originator_id"]),
        "version": row["originator_version"],
        "name": row["topic"],
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "open": row["state"].decode(),
        "sealed": None if row["sealed"] is None else b64encode(row["sealed"]).decode(),
        "proof": [each.hex() for each in merkle.proof(leaves, row["notification_id"] - covering.first)],
    }


async def _looks(tables: CheckpointTables, ids: tuple[UUID, ...]) -> AsyncIterator[asyncpg.Record]:
    async with (
        tables.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        async for row in connection.cursor(
            f"SELECT * FROM {tables.service}.access WHERE children && $1 ORDER BY recorded_at, position",
            ids,
            prefetch=_PAGE,
        ):
            yield row


def _look(service: str, row: asyncpg.Record, ids: tuple[UUID, ...]) -> dict[str, Any]:
    """A row of the record of access. Of a list of many children it names this one alone."""
    plain = {name: _plain(value) for name, value in row.items()}
    return {"service": service, **plain, "children": [str(each) for each in row["children"] if each in ids]}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes():
            return value.hex()
        case UUID():
            return str(value)
        case list():
            return [_plain(each) for each in value]
        case _:
            return value
