"""Find what a step recorded: the command that `re` names, where a command may be about anything that the team wrote down.

As an audit, a copy that was given, an escalation. A step is found by the id of its command, not by the streams that it
was addressed to, so it may have been about anything; read from the log each time, for such commands are rare.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.domain.clock_facts import is_a_record
from shared.domain.corrections import RecordCorrected, records_as_corrected
from shared.domain.decider import RecordedStep
from shared.domain.event import Event, Record
from shared.eventstore.reader import between, to_record
from shared.eventstore.store import Store


def is_recorded(event: Event) -> bool:
    """Whether somebody recorded it, a correction among them: not what the kernel says of clocks by itself."""
    return is_a_record(type(event)) or type(event) is RecordCorrected


class Steps:
    """Finds the steps of one service."""

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store

    async def records(self, command: UUID) -> list[Record]:
        """Everything that a command recorded, in order; nothing of one that is not known here."""
        known = await self._store.command(command)
        if known is None:
            return []
        rows = await between(self._store.pool, self._service, after=known[1] - 1, until=known[2])
        return [to_record(self._service, row) for row in rows]

    async def find(self, command: UUID) -> dict[UUID, RecordedStep]:
        """The step as a decision may look at it, for each child that it recorded something about."""
        found: dict[UUID, list[Record]] = {}
        for one in await self.records(command):
            if one.event.child is not None and is_recorded(one.event):
                found.setdefault(one.event.child, []).append(one)
        things = await self._things(command, found)
        return {
            child: RecordedStep(
                command=command,
                thing=records[0].envelope.thing_id or command,
                recorder=records[0].envelope.recorder,
                took_part=frozenset(UUID(one.envelope.actor) for one in (*records, *things.get(child, ()))),
            )
            for child, records in found.items()
        }

    async def standing(self, stream: UUID) -> tuple[Record, ...]:
        """What somebody recorded on a stream, as it is right by now, in its order; words unopened."""
        rows = (await self._store.whole([stream])).get(stream, [])
        told = records_as_corrected(to_record(self._service, row) for row in rows)
        return tuple(one for one in told if is_recorded(one.event))

    async def _things(
        self, command: UUID, recorded: dict[UUID, list[Record]]
    ) -> dict[UUID, Sequence[Record]]:
        """What stands by now on the thing that the step opened, of each child: whoever decided it took part."""
        opened = {
            child: {one.stream for one in records if one.envelope.thing_id == command}
            for child, records in recorded.items()
        }
        rows = await self._store.whole(set[UUID]().union(*opened.values()))
        return {
            child: [
                record
                for stream in streams
                for record in (to_record(self._service, row) for row in rows[stream])
                if is_recorded(record.event)
            ]
            for child, streams in opened.items()
        }

    async def said_of(self, stream: UUID, what: UUID) -> frozenset[UUID]:
        """The events of a stream that an id names: of a step, at their root or by itself, or of the thing they belong to."""
        rows = (await self._store.whole([stream])).get(stream, [])
        records = [to_record(self._service, row) for row in rows]
        return frozenset(
            one.envelope.event_id
            for one in records
            if what in (one.envelope.root_id, one.envelope.command_id, one.envelope.thing_id, one.stream)
        )
