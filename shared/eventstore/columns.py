"""From the members of a group to the columns of one insert: positions, versions, digests. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
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
    """One list a column of `events`, in the order of the insert."""

    positions: list[int] = field(default_factory=list)
    streams: list[UUID] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    states: list[bytes] = field(default_factory=list)
    sealed: list[bytes | None] = field(default_factory=list)
    event_ids: list[UUID] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    children: list[UUID | None] = field(default_factory=list)
    keys: list[UUID | None] = field(default_factory=list)
    recorded: list[datetime] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)

    def head(self, before: LogHead) -> LogHead:
        """The last row of the log once these are written behind `before`."""
        if not self.positions:
            return before
        return LogHead(self.positions[-1], self.digests[-1], self.recorded[-1])

    def columns(self) -> tuple[list[Any], ...]:
        """The arrays, in the order of the insert."""
        return (
            self.positions,
            self.streams,
            self.versions,
            self.names,
            self.states,
            self.sealed,
            self.event_ids,
            self.categories,
            self.children,
            self.keys,
            self.recorded,
            self.digests,
        )


@dataclass(slots=True)
class CommandColumns:
    """One list a column of `commands`."""

    ids: list[UUID] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def columns(self) -> tuple[list[Any], ...]:
        """The arrays, in the order of the insert."""
        return (self.ids, self.bodies, self.firsts, self.lasts)


def group_rows(
    head: LogHead, taken: Sequence[Accepted], now: datetime
) -> tuple[EventColumns, CommandColumns, list[Accepted]]:
    """Number, date and chain the rows of all accepted members after `head`.

    Returns the columns of both inserts and the members with the places their parts got. `recorded_at` is `now`, but
    never less than the last row's.
    """
    recorded_at = now if head.recorded_at is None else max(now, head.recorded_at)
    position, digest = head.position, head.digest
    events, commands, done = EventColumns(), CommandColumns(), list[Accepted]()
    for accepted in taken:
        places: list[Appended] = []
        for part in accepted.member.parts:
            if part.command in accepted.known:
                places.append(accepted.known[part.command])
                continue
            first = position + 1
            for write in part.writes:
                for version, row in enumerate(write.rows, write.expected + 1):
                    position += 1
                    covered = content(
                        position, write.stream, version, row.name, recorded_at, row.state, row.sealed
                    )
                    digest = link(digest, covered)
                    events.positions.append(position)
                    events.streams.append(write.stream)
                    events.versions.append(version)
                    events.names.append(row.name)
                    events.states.append(row.state)
                    events.sealed.append(row.sealed)
                    events.event_ids.append(row.event_id)
                    events.categories.append(row.category)
                    events.children.append(row.child)
                    events.keys.append(row.key)
                    events.recorded.append(recorded_at)
                    events.digests.append(digest)
            places.append(Appended(first, position))
            commands.ids.append(part.command)
            commands.bodies.append(part.body)
            commands.firsts.append(first)
            commands.lasts.append(position)
        done.append(replace(accepted, parts=tuple(places)))
    return events, commands, done
