"""Signed ends of a record of who looked, for other services to keep: so that nobody cuts off, or writes anew, who looked.

The record is chained apart from the log, and so it is signed apart: a look at a child is no fact about the child, and a
bundle for a court need not say how many looks there were. Pure.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

import orjson

from shared.audit.checkpoint import Checkpoint, NotACheckpoint
from shared.crypto.hash_chain import GENESIS

KIND: Final = "access"
"""What tells one from a checkpoint of a log, on the topic and in the auditor's file."""


_SERVICE: Final = re.compile(r"[a-z][a-z_]{0,62}", re.ASCII)


_DIGEST_BYTES: Final = 32


_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class AccessCheckpoint:
    """What a service signed about its record of access up to `position`.

    Attributes:
        service: whose record.
        position: the last row then; rows stand at 1..n.
        head: that row's digest, which is chained to every row before it.
        recorded_at: when that row was recorded, by the service's clock (UTC).
        made_at: when it was signed, by the real clock (UTC); never before the one before.
        previous: `digest` of the one before; GENESIS in the first one.
        signature: Ed25519 over `text`.
    """

    service: str
    position: int
    head: bytes
    recorded_at: datetime
    made_at: datetime
    previous: bytes
    signature: bytes = b""

    def text(self) -> bytes:
        """What is signed: one field a line, so that anybody can check a signature with a common tool."""
        lines = (
            "safeguarding access checkpoint v1",
            self.service,
            str(self.position),
            self.head.hex(),
            _written(self.recorded_at),
            _written(self.made_at),
            self.previous.hex(),
        )
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def digest(self) -> bytes:
        """What the next one calls `previous`: SHA-256 of `text`."""
        return hashlib.sha256(self.text()).digest()

    def json(self) -> bytes:
        """As it is published and kept in files: one line, bytes as hex."""
        return orjson.dumps(
            {
                "kind": KIND,
                "service": self.service,
                "position": self.position,
                "head": self.head.hex(),
                "recorded_at": _written(self.recorded_at),
                "made_at": _written(self.made_at),
                "previous": self.previous.hex(),
                "signature": self.signature.hex(),
            }
        )

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self:
        """From the members of what `json` gave. Raises NotACheckpoint."""
        try:
            found = cls(
                service=str(fields["service"]),
                position=int(fields["position"]),
                head=bytes.fromhex(fields["head"]),
                recorded_at=datetime.fromisoformat(fields["recorded_at"]).astimezone(UTC),
                made_at=datetime.fromisoformat(fields["made_at"]).astimezone(UTC),
                previous=bytes.fromhex(fields["previous"]),
                signature=bytes.fromhex(fields["signature"]),
            )
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise NotACheckpoint(f"this is no checkpoint ({type(error).__name__})") from None
        if (
            fields.get("kind") != KIND
            or not _SERVICE.fullmatch(found.service)
            or not 1 <= found.position < 2**63
            or any(len(each) != _DIGEST_BYTES for each in (found.head, found.previous))
            or len(found.signature) != _SIGNATURE_BYTES
        ):
            raise NotACheckpoint("this is no checkpoint (a field is out of range)")
        return found

    @classmethod
    def row(cls, service: str, row: Mapping[str, Any]) -> Self:
        """From a row of `access_checkpoints` or `kept_access_checkpoints`."""
        names = ("position", "head", "recorded_at", "made_at", "previous", "signature")
        return cls(service, **{name: row[name] for name in names})

    def follows(self, before: "AccessCheckpoint | None") -> bool:
        """Whether it is the next one after `before`; None: whether it is the first."""
        if before is None:
            return self.previous == GENESIS
        return self.position > before.position and self.previous == before.digest


def parse_any(body: bytes) -> Checkpoint | AccessCheckpoint:
    """A line of the topic or of an auditor's file: about a log, or about a record of access. Raises NotACheckpoint."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotACheckpoint("this is no checkpoint (JSONDecodeError)") from None
    if isinstance(fields, dict) and "kind" in fields:
        return AccessCheckpoint.parse(fields)
    return Checkpoint.parse(fields)


def contradict(one: AccessCheckpoint, other: AccessCheckpoint) -> bool:
    """Whether two of a service cannot belong to one record: a record only grows, and what stands in it stays."""
    if one.digest == other.digest:
        return False
    if one.position == other.position:
        return True
    earlier, later = sorted((one, other), key=lambda each: each.position)
    return later.made_at < earlier.made_at or later.recorded_at < earlier.recorded_at


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
