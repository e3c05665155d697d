"""A log whose rows are written straight into its table, two views that follow it, and what tests ask of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg

from shared.domain.codec import encode
from shared.domain.decider import Stream
from shared.domain.event import Envelope, Event
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.domain.view import Delete, Insert, Update, Upsert, View
from shared.projections.views import Views

T0 = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Received(Event, name="test_views.Received"):
    note: str
    due: Annotated[Deadline, Starts("M1", of="")] | None = None
    answer: Annotated[Deadline, Starts("M3", of="")] | None = None


class Decided(Event, name="test_views.Decided", meets=("M1",)):
    outcome: str
    tell: Annotated[Deadline, Starts("M4", of="")] | None = None


class Withdrawn(Event, name="test_views.Withdrawn", ends=("M1", "M4")):
    pass


class Other(Event, name="test_views.Other"):
    pass


ContactEvent = Received | Decided | Withdrawn | Other
contact = Stream(
    name="contact",
    state=(),
    evolve=lambda state, event: (*state, event.NAME),
    decide=lambda _command, _state, _context: [],
    commands=None,
    events=ContactEvent,
)


@dataclass
class Row:
    stream: UUID
    received_at: datetime
    note: str = ""
    outcome: str | None = None
    tags: list[str] = field(default_factory=list)
    seen: list[UUID] | None = None
    sealed: bytes | None = None
    changes: int = 0


def worklist(name: str = "worklist", **more: Any) -> View[Row]:
    view = View(name, row=Row, key=("stream",), indexes=(("received_at", "stream"),), **more)

    @view.on(Received)
    def _(event: Received, record: Any) -> Insert:
        return Insert(
            stream=record.stream,
            received_at=record.happened_at,
            note=event.note,
            sealed=record.sealed,
            tags=["new"],
        )

    @view.on(Decided)
    def _(event: Decided, record: Any) -> Update:
        return Update({"stream": record.stream, "outcome": None}, outcome=event.outcome, seen=[record.stream])

    @view.on(Withdrawn)
    def _(_event: Withdrawn, record: Any) -> Delete:
        return Delete(stream=record.stream)

    return view


@dataclass
class Count:
    topic: str
    last: int
    first: int | None = None


def counts() -> View[Count]:
    """Handles every event."""
    view = View("counts", row=Count, key=("topic",))

    @view.on_every
    def _(event: Event, record: Any) -> Upsert:
        return Upsert(topic=event.NAME, last=record.position)

    return view


class Log:
    """A log with rows written straight into it, as the store would."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.position = 0
        self.versions: dict[UUID, int] = {}

    async def append(self, *events: tuple[UUID, Event], category: str = "contact") -> list[UUID]:
        rows, ids = [], []
        for stream, event in events:
            self.position += 1
            self.versions[stream] = self.versions.get(stream, 0) + 1
            placed = event.placed(child=stream, happened_at=T0)
            rows.append(row_of(self.position, stream, self.versions[stream], placed, category))
            ids.append(rows[-1][6])
        await self.pool.copy_records_to_table(
            "events", schema_name="mash", columns=EVENT_COLUMNS, records=rows
        )
        return ids


EVENT_COLUMNS = [
    "originator_id",
    "originator_version",
    "topic",
    "state",
    "notification_id",
    "sealed",
    "event_id",
    "category",
    "child",
    "recorded_at",
    "digest",
]


def row_of(position: int, stream: UUID, version: int, event: Event, category: str) -> tuple[Any, ...]:
    event_id = uuid4()
    envelope = Envelope(
        id=str(event_id),
        known_at=T0.isoformat(),
        actor="worker",
        role="screener",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public task",
        correlation=str(stream),
        command=str(stream),
        thing=str(stream),
    )
    sealed = hashlib.sha256(stream.bytes).digest() * 4
    state = encode(event, envelope)
    recorded = T0 + timedelta(seconds=position)
    digest = hashlib.sha256(state).digest()
    return (
        stream,
        version,
        event.NAME,
        state,
        position,
        sealed,
        event_id,
        category,
        stream,
        recorded,
        digest,
    )


@asynccontextmanager
async def following(*several: Views) -> AsyncIterator[None]:
    for views in several:
        await views.start()
    try:
        yield
    finally:
        for views in several:
            await views.stop()


async def rows(pool: asyncpg.Pool, view: View[Any]) -> list[Any]:
    found = await pool.fetch(f"SELECT * FROM {view.table('mash')} ORDER BY {', '.join(view.key)}")
    return [view.row(**row) for row in found]


async def stopped(views: Views, name: str) -> tuple[int, str]:
    async with asyncio.timeout(5):
        while True:
            position, error = (await views.positions())[name]
            if error is not None:
                return position, error
            await asyncio.sleep(0.01)


def some_life(streams: Sequence[UUID]) -> list[tuple[UUID, Event]]:
    """Received, and then decided, withdrawn, both or neither, with others' events between."""
    due = Deadline(T0, due_at=T0 + 24 * HOUR, rule="M1", edition="2026-11")
    life: list[tuple[UUID, Event]] = [(stream, Received(note=f"n {stream}", due=due)) for stream in streams]
    for n, stream in enumerate(streams):
        if n % 2:
            life.append((stream, Decided(outcome="accepted" if n % 4 == 1 else "closed")))
            life.append((stream, Other()))
        if n % 3 == 0:
            life.append((stream, Withdrawn()))
    return life
