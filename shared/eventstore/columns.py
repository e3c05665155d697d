"""Numbers, dates and chains the events of a group, as the columns of one insert. Pure.

A list a column is what PostgreSQL's `unnest` takes: a group of any size is one statement with the same parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.crypto.hash_chain import GENESIS, content, link
from shared.eventstore.append import Appended
from shared.eventstore.concurrency import Accepted


@dataclass(frozen=True, slots=True)
class LogHead:
    """The last row of a log: its position, digest and moment (UTC)."""

    position: int
    digest: bytes
    recorded_at: datetime | None


GENESIS_HEAD = LogHead(0, GENESIS, None)


@dataclass(slots=True)
class EventColumns:
    """The rows of `events` that a group adds, one list a column; all of a group are recorded at one moment (UTC)."""

    recorded_at: datetime
    positions: list[int] = field(default_factory=list)
    stream_ids: list[UUID] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    states: list[bytes] = field(default_factory=list)
    sealed: list[bytes | None] = field(default_factory=list)
    event_ids: list[UUID] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    children: list[UUID | None] = field(default_factory=list)
    keys: list[UUID | None] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)

    def head(self, before: LogHead) -> LogHead:
        """The last row of the log once these are written behind `before`."""
        if not self.positions:
            return before
        return LogHead(self.positions[-1], self.digests[-1], self.recorded_at)


@dataclass(slots=True)
class CommandColumns:
    """The rows of `commands` that a group adds, one list a column."""

    ids: list[UUID] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)


def group_rows(
    head: LogHead, taken: Sequence[Accepted], now: datetime
) -> tuple[EventColumns, CommandColumns, list[Accepted]]:
    """Number, date and chain the rows of all accepted requests after `head`.

    Returns the columns of both inserts and the requests with the places their parts got. `recorded_at` is `now`, but
    never less than the last row's.
    """
    recorded_at = now if head.recorded_at is None else max(now, head.recorded_at)
    position, digest = head.position, head.digest
    events, commands, done = EventColumns(recorded_at), CommandColumns(), list[Accepted]()
    for accepted in taken:
        places: list[Appended] = []
        for part in accepted.request.parts:
            if part.command in accepted.known:
                places.append(accepted.known[part.command])
                continue
            first = position + 1
            for write in part.writes:
                for version, row in enumerate(write.rows, write.expected + 1):
                    position += 1
                    covered = content(
                        position, write.stream_id, version, row.name, recorded_at, row.state, row.sealed
                    )
                    digest = link(digest, covered)
                    events.positions.append(position)
                    events.stream_ids.append(write.stream_id)
                    events.versions.append(version)
                    events.names.append(row.name)
                    events.states.append(row.state)
                    events.sealed.append(row.sealed)
                    events.event_ids.append(row.event_id)
                    events.categories.append(row.category)
                    events.children.append(row.child)
                    events.keys.append(row.key)
                    events.digests.append(digest)
            places.append(Appended(first, position))
            commands.ids.append(part.command)
            commands.bodies.append(part.body)
            commands.firsts.append(first)
            commands.lasts.append(position)
        done.append(Accepted(accepted.request, accepted.known, tuple(places)))
    return events, commands, done
