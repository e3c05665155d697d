"""What a page of the inbox costs: the streams that its decisions look at are read together, whatever kind they are of."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from shared.domain.command import Command
from shared.domain.decider import Per, Stream
from shared.domain.event import Event, Record
from shared.domain.policy import Policy
from shared.team.known_people import KnowPerson
from tests.integration.toys import Appear, Appeared, Noted, Toys, child

CHILDREN, NOTES = 4, 20


class SlipWritten(Event, name="toys.SlipWritten"):
    n: int


class WriteSlip(Command, name="assessment.WriteSlip", opens=True, internal=True):
    """Each opens a thing of its own, as each entry of the chronology does."""

    slip: UUID
    n: int

    def own_id(self) -> UUID:
        return self.slip


slips = Stream(
    name="slip",
    state=0,
    evolve=lambda state, _event: state + 1,
    decide=lambda command, state, _context: [] if state else [SlipWritten(n=command.n)],
    commands=WriteSlip,
    events=SlipWritten,
    per=Per.THING,
)
policy = Policy("assessment")


@policy.on(Appeared)
def know(_event: Appeared, record: Record) -> KnowPerson:
    return KnowPerson(about=(record.stream,), kind="child")


@policy.on(Noted)
def write_slip(event: Noted, record: Record) -> WriteSlip:
    assert event.child is not None
    return WriteSlip(about=(event.child,), slip=record.envelope.event_id, n=event.n)


async def test_a_page_of_events_that_each_open_a_thing_is_decided_on_one_read(toys: Toys, monkeypatch):
    people, mash = await toys.open("people"), await toys.open("mash")
    reader = await toys.open("assessment", streams=(slips,), policy=policy)
    await people.do(*(Appear(about=(child(n),)) for n in range(CHILDREN)))
    await reader.inbox.take(await people.published())
    await mash.say([(n % CHILDREN, n) for n in range(NOTES)])
    reads = list[list[UUID]]()
    load = reader.store.load

    async def counted(stream_ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
        reads.append(list(stream_ids))
        return await load(reads[-1])

    monkeypatch.setattr(reader.store, "load", counted)

    await reader.inbox.take(await mash.published())

    assert (
        await reader.pool.fetchval(
            "SELECT count(*) FROM assessment.events WHERE topic = $1", SlipWritten.NAME
        )
        == NOTES
    )
    assert await reader.waits() == (0, 0)
    assert len(reads) == 1
    assert len(reads[0]) >= NOTES
