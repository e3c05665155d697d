"""The past of one child's chronology, from the log alone: as known at a position, through a lens, and what differs since.

It reads the child's records and folds them in memory (`past.py`); the read tables are not asked. Today's policy is asked
about yesterday's record: who looked, and what the policies were, is not replayed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.chronology.past import TOPICS, Lens, Past, Place, Sighting, knew
from shared.audit.replay import of_children, position_at, recorded, same_person_at
from shared.domain.event import Record
from shared.domain.people import SamePerson
from shared.eventstore.reader import BREATH, head

SERVICE: Final = "chronology"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the chronology knew: up to a position of its log, and the instant (UTC) at which that is asked."""

    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that a lens shows otherwise at one moment than at another, and the records that made it so, in order.

    Attributes:
        was: as it was shown; None: it was not.
        now: as it is shown then; None: it is not.
        because: the records. None of them: time alone did it, as what was shared until a day.
    """

    was: Sighting | None
    now: Sighting | None
    because: tuple[Record, ...]

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands in the order."""
        one = self.now or self.was
        assert one is not None
        return one.place


@dataclass
class ChildReplay:
    """One child's records, taken in as far as they were asked for. Later moments are asked after earlier ones.

    Attributes:
        child: by any of their ids.
        ids: every id whose records are read: all that any moment asked for counts as theirs.
    """

    source: asyncpg.Pool | asyncpg.Connection
    child: UUID
    ids: Sequence[UUID]
    past: Past = field(default_factory=Past)
    position: int = 0
    touched: dict[Place, list[Record]] = field(default_factory=lambda: defaultdict(list))
    """Which records said something of which entry, since `touched` was emptied."""

    async def to(self, position: int) -> None:
        """Take in what stands up to a position."""
        pages = of_children(
            self.source, SERVICE, self.ids, after=self.position, until=position, topics=TOPICS
        )
        async with aclosing(pages):
            async for records in pages:
                for n, record in enumerate(records):
                    for place in self.past.take(record):
                        self.touched[place].append(record)
                    if n % BREATH == 0:
                        await asyncio.sleep(0)
        self.position = max(self.position, position)


async def known_at(pool: asyncpg.Pool, said: int | datetime | None, now: datetime) -> Knowledge:
    """What was known at a position, or at an instant; None: what is known now.

    Raises:
        ValueError: the log has not come to that position.
    """
    last = await head(pool, SERVICE)
    if said is None:
        return Knowledge(last, now)
    if isinstance(said, datetime):
        return Knowledge(await position_at(pool, SERVICE, said), said)
    if said > last:
        raise ValueError("this log has not come so far: take a position from an answer of the chronology")
    return Knowledge(said, now if said == last else await recorded(pool, SERVICE, said) if said else now)


async def as_known(
    pool: asyncpg.Pool,
    child: UUID,
    known: Knowledge,
    lens: Lens | None,
    *,
    knew_at: datetime | None = None,
    within: tuple[Knowledge, Lens | None] | None = None,
) -> tuple[tuple[UUID, ...], dict[Place, Sighting]]:
    """The child's ids as known then, and all that a lens showed.

    Args:
        pool: of the chronology.
        child: by any id.
        known: at which moment.
        lens: through whose eyes; None: all that is not sealed.
        knew_at: only what the lens' agency knew by this instant.
        within: never more than another lens shows at a later moment: what was withheld since is not shown by asking for
            an earlier day.
    """
    earlier = None if knew_at is None else min(known.position, await position_at(pool, SERVICE, knew_at))
    moments = [
        known.position,
        *([] if earlier is None else [earlier]),
        *([within[0].position] if within else []),
    ]
    people = {at: (await same_person_at(pool, SERVICE, child, at))[0] for at in moments}
    replay = ChildReplay(pool, child, _all_ids(people.values()))
    then: Mapping[Place, Sighting] = {}
    if earlier is not None and knew_at is not None:
        await replay.to(earlier)
        then = replay.past.page(people[earlier].ids, lens, knew_at)
    await replay.to(known.position)
    ids = people[known.position].ids
    page = replay.past.page(ids, lens, known.at)
    if lens is not None and knew_at is not None:
        page = knew(lens, knew_at, then, page)
    if within is not None:
        now, widest = within
        await replay.to(now.position)
        allowed = replay.past.page(people[now.position].ids, widest, now.at)
        page = {place: one.at_most(allowed[place]) for place, one in page.items() if place in allowed}
    return ids, page


async def differences(
    pool: asyncpg.Pool, child: UUID, earlier: Knowledge, later: Knowledge, lens: Lens | None
) -> list[Change]:
    """What a lens showed otherwise at the later moment than at the earlier, in the order of pages."""
    before, merges_before = await same_person_at(pool, SERVICE, child, earlier.position)
    after, merges_after = await same_person_at(pool, SERVICE, child, later.position)
    merges = merges_after[len(merges_before) :]
    replay = ChildReplay(pool, child, _all_ids((before, after)))
    await replay.to(earlier.position)
    was = replay.past.page(before.ids, lens, earlier.at)
    replay.touched.clear()
    await replay.to(later.position)
    now = replay.past.page(after.ids, lens, later.at)
    found = []
    for place in {**was, **now}:
        one, other = was.get(place), now.get(place)
        if one != other:
            moved = merges if (place.child in before.ids) != (place.child in after.ids) else []
            because = sorted((*replay.touched.get(place, ()), *moved), key=lambda record: record.position)
            found.append(Change(one, other, tuple(because)))
    return sorted(found, key=lambda change: change.place)


def _all_ids(people: Iterable[SamePerson]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(each for one in people for each in one.ids))
