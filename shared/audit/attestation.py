"""Attestations: what a service signs about a bundle of one child's events, a field a line, as checkpoints are signed.

A statement says how many events of the child the service holds, in which streams, up to which versions and position,
as of which of its checkpoints, and the digest of every line it gave: so a bundle from which something was left out
contradicts what its maker signed. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from shared.audit.checkpoint import Checkpoint

STATEMENT: Final = "safeguarding statement v1"
"""The first line of what a service signs about the events it gave."""


WITHHELD: Final = "safeguarding withheld v1"
"""The first line of what a service behind a wall signs instead. It is the same whether it holds anything or not."""


KEPT: Final = "safeguarding kept v1"
"""The first line of what a service signs about the copies it gave of others' checkpoints."""


@dataclass(frozen=True, slots=True)
class BundleRequest:
    """Who asks for a bundle about whom, and why.

    Attributes:
        export: the bundle's id, the same for every service that is asked.
        child: the child, as they were asked for.
        ids: every id this service knows the child by, `child` among them.
        by: the id of the professional who asks.
        role: theirs.
        basis: the lawful basis, a code of `LawfulBasis`.
    """

    export: UUID
    child: UUID
    ids: tuple[UUID, ...]
    by: UUID
    role: str
    basis: str


@dataclass(frozen=True, slots=True)
class LinesGiven:
    """How many lines of a kind were given, and the SHA-256 of them, each with its line feed."""

    count: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.count} {self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Holding:
    """What a service gave of one child.

    Attributes:
        signed_to: the last position of its log that is signed: what stands there later is not in the bundle.
        checkpoint: its checkpoint at that position; None where it signed nothing yet.
        events: the lines of events it gave.
        checkpoints: the lines of checkpoints that cover them.
        access: the lines of who looked at the child here.
        last_position: of the last of those events; 0 where there is none.
        streams: of each stream how many of the events belong to it, and the version of the last.
    """

    signed_to: int
    checkpoint: Checkpoint | None
    events: LinesGiven
    checkpoints: LinesGiven
    access: LinesGiven
    last_position: int
    streams: Mapping[UUID, tuple[int, int]]


def statement(
    service: str, services: Iterable[str], asked: BundleRequest, held: Holding, made_at: datetime
) -> bytes:
    """What a service signs about what it gave. `services` are all whose keys it holds; `made_at` is by the real clock."""
    return _text(
        STATEMENT,
        *_beginning(service, services, asked, made_at),
        ("ids", ",".join(sorted(map(str, asked.ids)))),
        ("basis", asked.basis),
        ("signed_to", held.signed_to),
        ("checkpoint", "none" if held.checkpoint is None else held.checkpoint.digest.hex()),
        ("events", held.events),
        ("checkpoints", held.checkpoints),
        ("access", held.access),
        ("last_position", held.last_position),
        *(
            (f"stream:{stream}", f"{count} {version}")
            for stream, (count, version) in sorted(held.streams.items())
        ),
    )


def withheld(
    service: str, services: Iterable[str], asked: BundleRequest, rule: str, made_at: datetime
) -> bytes:
    """What a service signs that may not say whether it holds anything."""
    return _text(WITHHELD, *_beginning(service, services, asked, made_at), ("rule", rule))


def kept(service: str, export: UUID, copies: LinesGiven, made_at: datetime) -> bytes:
    """What a service signs about the copies of others' checkpoints that it gave."""
    return _text(
        KEPT, ("service", service), ("export", export), ("made_at", _instant(made_at)), ("kept", copies)
    )


def _beginning(
    service: str, services: Iterable[str], asked: BundleRequest, made_at: datetime
) -> tuple[tuple[str, object], ...]:
    return (
        ("service", service),
        ("export", asked.export),
        ("child", asked.child),
        ("asked_by", asked.by),
        ("role", asked.role),
        ("made_at", _instant(made_at)),
        ("services", ",".join(sorted(services))),
    )


def _text(title: str, *fields: tuple[str, object]) -> bytes:
    # One line a field, whatever is in it: a role comes from a token.
    lines = [title, *(" ".join((name, *str(value).split())) for name, value in fields)]
    return "".join(f"{line}\n" for line in lines).encode()


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
