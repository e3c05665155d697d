"""A view to try, and records to show it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.domain.event import Envelope, Event, Record
from shared.domain.view import Change, View
from shared.domain.view_fold import fold

T0 = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


class Received(Event, name="test_projection.Received"):
    note: str = ""


class Decided(Event, name="test_projection.Decided"):
    outcome: str


@dataclass(frozen=True)
class Row:
    id: UUID
    note: str
    outcome: str | None = None
    count: int = 0
    tags: list[str] = field(default_factory=list)


def record(event: Event, stream: UUID = A, position: int = 1, event_id: UUID | None = None) -> Record:
    envelope = Envelope(
        id=str(event_id or UUID(int=1000 + position)),
        known_at=T0.isoformat(),
        actor="worker",
        role="screener",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public task",
        correlation=str(A),
        command=str(UUID(int=9)),
    )
    recorded = T0 + timedelta(seconds=position)
    return Record(
        event.placed(child=stream, happened_at=T0), envelope, "mash", stream, position, position, recorded
    )


def worklist(*made: Change) -> View[Row]:
    """A view that makes these changes of every Received."""
    view = View("worklist", row=Row, key=("id",))

    @view.on(Received)
    def _(_event: Received, _record: Record) -> list[Change]:
        return list(made)

    return view


def rows_after(*made: Change) -> dict[Any, Row]:
    return fold(worklist(*made), [record(Received())])
