"""Exports one child's events with their Merkle proofs, and checks such a file without the database.

Each event comes with the proof that it stood in the log when a checkpoint was signed, so that a court can believe it.

An export is lines of JSON: for each service its checkpoints and events, and a last line that counts them. Sealed parts
are as they are stored: whoever holds the file sees codes and dates, and no words. To check it, the file and the
services' public keys are enough.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from shared.audit.checkpoint import Checkpoint, NotACheckpoint, PublicKeys
from shared.audit.checkpoint_tables import CheckpointTables
from shared.crypto import merkle
from shared.crypto.hash_chain import COVERED, content

FORMAT: Final = "safeguarding.export.v1"


_PAGE: Final = 1000


class NotExportable(Exception):
    """A row is not what was signed, so nothing is proved of it: run `safeguarding verify`, which says where."""


async def export_lines(tables: CheckpointTables, child: UUID) -> AsyncIterator[bytes]:
    """The events of one child in a service's log, in order, as lines of JSON.

    Everything must be signed already: what stands after the last checkpoint is left out.

    Raises:
        NotExportable: the log is not what its checkpoints say.
    """
    covering: Checkpoint | None = None
    leaves: list[bytes] = []
    count = after = 0
    _, signed, _ = await tables.standing()
    while rows := await _rows(tables, child, after, signed):
        for row in rows:
            after = row["notification_id"]
            if covering is None or after > covering.last:
                covering = await tables.own(after)
                if covering is None:
                    raise NotExportable(f"no checkpoint of {tables.service} covers position {after}")
                leaves = await _leaves(tables, covering)
                yield _line({"checkpoint": covering.fields()})
            yield _line({"event": _event(tables.service, row, covering, leaves)})
            count += 1
    yield _line({"end": {"service": tables.service, "child": str(child), "events": count, "signed": signed}})


async def _rows(tables: CheckpointTables, child: UUID, after: int, until: int) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await tables.pool.fetch(
        f"""SELECT notification_id, originator_id, originator_version, topic, recorded_at, state, sealed
              FROM {tables.service}.events
             WHERE child = $1 AND notification_id > $2 AND notification_id <= $3 ORDER BY notification_id LIMIT $4""",
        child,
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
    index = row["notification_id"] - covering.first
    return {
        "service": service,
        "position": row["notification_id"],
        "stream": str(row["originator_id"]),
        "version": row["originator_version"],
        "name": row["topic"],
        "recorded_at": row["recorded_at"].isoformat(timespec="microseconds"),
        "state": b64encode(row["state"]).decode(),
        "sealed": None if row["sealed"] is None else b64encode(row["sealed"]).decode(),
        "proof": [each.hex() for each in merkle.proof(leaves, index)],
    }


def _line(what: dict[str, Any]) -> bytes:
    return orjson.dumps(what) + b"\n"


def head_line(child: UUID, made_at: datetime, services: Iterable[str]) -> bytes:
    """The first line of an export's file: whose it is, when it was made, which services' lines follow."""
    head = {
        "format": FORMAT,
        "child": str(child),
        "made_at": made_at.isoformat(),
        "services": sorted(services),
    }
    return _line({"export": head})


@dataclass
class Proved:
    """What checking an export showed.

    Attributes:
        child: whose events it says it holds.
        events: how many of each service are proved.
        signed: up to where each service's log was signed when it was made.
        troubles: what does not hold, in plain words; empty when all is well.
    """

    child: str = ""
    events: dict[str, int] = field(default_factory=dict)
    signed: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    _covering: Checkpoint | None = None
    _versions: dict[tuple[str, str], int] = field(default_factory=dict)
    _position: int = 0

    def take(self, number: int, line: bytes, keys: PublicKeys) -> None:
        """Check the next line."""
        try:
            [(kind, what)] = orjson.loads(line).items()
            match kind:
                case "export" if number == 1 and what["format"] == FORMAT:
                    self.child = str(UUID(what["child"]))
                    self.events = dict.fromkeys(map(str, what["services"]), 0)
                case "checkpoint":
                    self._checkpoint(number, Checkpoint.parse(what), keys)
                case "event":
                    self._event(number, what)
                case "end":
                    self._end(number, what)
                case _:
                    raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotACheckpoint):
            self.troubles.append(f"line {number} is no line of an export")

    def _checkpoint(self, number: int, checkpoint: Checkpoint, keys: PublicKeys) -> None:
        if self._covering is None or self._covering.service != checkpoint.service:
            self._position = 0
        self._covering = checkpoint
        if not keys.signed(checkpoint):
            self.troubles.append(f"line {number}: {checkpoint.service} did not sign this checkpoint")

    def _event(self, number: int, event: dict[str, Any]) -> None:
        service, position, version = str(event["service"]), int(event["position"]), int(event["version"])
        state = b64decode(event["state"], validate=True)
        leaf = content(
            position,
            UUID(event["stream"]),
            version,
            str(event["name"]),
            datetime.fromisoformat(event["recorded_at"]),
            state,
            None if event["sealed"] is None else b64decode(event["sealed"], validate=True),
        )
        by = self._covering
        siblings = [bytes.fromhex(each) for each in event["proof"]]
        place = f"line {number}: {service}, position {position}, stream {event['stream']}"
        if (
            by is None
            or by.service != service
            or not merkle.included(leaf, position - by.first, by.last - by.first + 1, siblings, by.root)
        ):
            self.troubles.append(f"{place}: this event is not what was signed")
        elif orjson.loads(state).get("child") != self.child:
            self.troubles.append(f"{place}: this event is about somebody else")
        elif position <= self._position:
            self.troubles.append(f"{place}: this event is out of order")
        elif version != self._versions.get((service, event["stream"]), 0) + 1:
            self.troubles.append(f"{place}: an earlier event of this stream is not in the file")
        else:
            self.events[service] = self.events.get(service, 0) + 1
        self._position = position
        self._versions[service, event["stream"]] = version

    def _end(self, number: int, end: dict[str, Any]) -> None:
        service, count = str(end["service"]), int(end["events"])
        self.signed[service] = int(end["signed"])
        self.events.setdefault(service, 0)
        if self.events[service] != count and not self.troubles:
            self.troubles.append(
                f"line {number}: {service} gave {count} events, and {self.events[service]} are here"
            )


def check_export(lines: Iterable[bytes], keys: PublicKeys) -> Proved:
    """Check an export's file, line by line.

    It shows that each event stood at its place when the checkpoint was signed, and that none is missing between others
    of its stream. It cannot show that there is no later one: for that, ask for a fresh export.
    """
    proved = Proved()
    for number, line in enumerate(lines, 1):
        proved.take(number, line, keys)
    if not proved.child:
        proved.troubles.insert(0, "this is no export: its first line must say whose it is")
    for service in sorted(proved.events.keys() - proved.signed.keys()):
        proved.troubles.append(f"the file is cut short: the last line of {service} is not in it")
    return proved
