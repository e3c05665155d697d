"""The head file: where a service's log ended, written beside its keys at most a second behind the log.

It lies where the owner of the database has no access. So a row that was altered before it was signed, with every digest
made anew, is found when the service starts again. It holds positions and digests alone.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

_DIGEST_BYTES: Final = 32


class BadHeadFile(ValueError):
    """The head file is not one, or another service's. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """That an operator went on with a log that others contradict.

    Attributes:
        at: when, UTC, ISO 8601.
        by: the operator's id.
        reason: theirs, in words.
        position: where the log ended then.
        against: position and digest (hexadecimal) of each message that says otherwise, and is not compared again.
    """

    at: str
    by: str
    reason: str
    position: int
    against: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class KnownEnd:
    """Where a log ended, as its own service knows it: the position, and the chained digest of the row there."""

    position: int
    digest: bytes
    accepted: tuple[Accepted, ...] = ()


class HeadFile:
    """The head file of one service. Several processes of it on one machine may write it: the furthest end stays."""

    def __init__(self, path: Path, service: str) -> None:
        """Reads nothing yet."""
        self.path = path
        self._service = service

    def read(self) -> KnownEnd | None:
        """What it says; None where there is none, as before the first event. Raises BadHeadFile."""
        try:
            fields = orjson.loads(self.path.read_bytes())
            accepted = tuple(
                Accepted(
                    **{**each, "against": tuple((int(at), str(digest)) for at, digest in each["against"])}
                )
                for each in fields["accepted"]
            )
            found = KnownEnd(int(fields["position"]), bytes.fromhex(fields["digest"]), accepted)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._bad(type(error).__name__) from None
        if fields.get("service") != self._service or found.position < 1 or len(found.digest) != _DIGEST_BYTES:
            raise self._bad("it is another service's, or out of range")
        return found

    def write(self, position: int, digest: bytes, accepted: Sequence[Accepted] | None = None) -> None:
        """Put this end there, unless one further on stands there already. Blocks; it is on the disk when this returns.

        Args:
            position: of the last row.
            digest: its chained digest.
            accepted: all decisions so far: then the end is put there wherever the old one was; None: they stay.

        Raises:
            BadHeadFile: what stands there cannot be read, and is left for somebody to look at.
            OSError: it cannot be written.
        """
        if accepted is None:
            before = self.read()
            if before is not None and before.position >= position:
                return
            accepted = () if before is None else before.accepted
        fields: dict[str, Any] = {
            "service": self._service,
            "position": position,
            "digest": digest.hex(),
            "accepted": accepted,
        }
        written = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(fields, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.path)

    def _bad(self, why: str) -> BadHeadFile:
        return BadHeadFile(
            f"the head file {self.path.name} cannot be read ({why}): see who changed it; bring it back, or remove it "
            "where the log is known to be right"
        )
