"""The feed of an organisation on PostgreSQL: whoever takes in all of it has what their pages show, wherever they stopped."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.chronology.feeds import FeedPlace, feed_after
from services.chronology.lenses import lens_of
from services.chronology.queries import ALL
from shared.domain.actors import Actor
from shared.projections.walls import reading_as
from shared.testing.facts import actor
from tests.integration.chronology_log import LATER, NOW, Log, read
from tests.integration.chronology_tables import Pools, keep, make_database, on_empty_tables

READERS: Final = [
    actor("police_system", agency="police"),
    actor("police_system", agency="police", organisation="Met"),
    actor("school_system", agency="education", organisation="Elm School"),
    actor("school_system", agency="education", organisation="Oak School"),
]


class Copy:
    """What an organisation's own program has kept of its feed."""

    def __init__(self, who: Actor, head: int) -> None:
        self.who = who
        self.kept: dict[UUID, str] = {}
        self.place = FeedPlace.beginning(head, NOW)
        self.told_gone: list[UUID] = []

    async def follow(self, pool: asyncpg.Pool, head: int, now: datetime, limit: int) -> None:
        """Take in all that there is, a page at a time."""
        more = True
        while more:
            async with reading_as(pool, lens_of(self.who, now, everything=False, feed=True)) as reader:
                page = await feed_after(reader, self.who, self.place, head, limit)
            for one in page.told:
                if one.row is None:
                    self.kept.pop(one.entry, None)
                    self.told_gone.append(one.entry)
                else:
                    self.kept[one.entry] = one.depth
            assert len(page.told) <= limit
            self.place, more = FeedPlace.of(page.place.parts), page.more


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server with a database of the chronology's own."""
    make_database(postgres, "feeds")
    yield postgres
    postgres.drop_database("feeds")


@pytest.fixture
async def pools(server: EmbeddedPostgres) -> AsyncIterator[Pools]:
    """Connections of who fills the read tables, and of who reads them, on empty tables."""
    async with on_empty_tables(server, "feeds") as found:
        yield found


@pytest.mark.parametrize("seed", range(4))
async def test_a_feed_that_is_followed_is_the_page_wherever_it_stands(pools: Pools, seed: int) -> None:
    owner, pool = pools.owner, pools.reader
    log = Log(seed)
    copies = [Copy(who, 0) for who in READERS]
    head = 0
    for first in range(0, len(log.records), 15):
        some = log.records[first : first + 15]
        await keep(owner, some)
        head += len(some)
        for copy in copies:
            await copy.follow(pool, head, NOW, limit=4)
            assert copy.kept == dict(await read(pool, copy.who, ALL)), (copy.who, head)
    assert any(copy.told_gone for copy in copies)


@pytest.mark.parametrize("seed", range(4))
async def test_a_feed_that_is_begun_late_tells_all_that_is_shown_and_nothing_that_was_taken_away(
    pools: Pools, seed: int
) -> None:
    owner, pool = pools.owner, pools.reader
    log = Log(seed)
    await keep(owner, log.records)
    for who in READERS:
        for limit in (1, 7, 500):
            copy = Copy(who, len(log.records))
            await copy.follow(pool, len(log.records), NOW, limit)
            assert copy.kept == dict(log.seen_by(who)), (who, limit)
            assert not copy.told_gone


async def test_what_was_shared_for_a_time_is_told_gone_when_that_ends_though_nothing_is_recorded(
    pools: Pools,
) -> None:
    owner, pool = pools.owner, pools.reader
    ended = 0
    for seed in range(4):
        log = Log(seed)
        async with owner.acquire() as connection:
            await connection.execute("TRUNCATE chronology_views.entries, chronology_views.seen")
        await keep(owner, log.records)
        for who in READERS:
            copy = Copy(who, len(log.records))
            await copy.follow(pool, len(log.records), NOW, limit=5)
            before = dict(copy.kept)
            await copy.follow(pool, len(log.records), LATER, limit=5)
            assert copy.kept == dict(await read(pool, who, ALL, now=LATER)), who
            ended += before != copy.kept
            await copy.follow(pool, len(log.records), LATER, limit=5)
            assert copy.kept == dict(await read(pool, who, ALL, now=LATER)), who
    assert ended
