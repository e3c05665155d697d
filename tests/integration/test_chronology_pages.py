"""Pages of the chronology on PostgreSQL: what each reader finds in them, and what they cost in a large table."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.chronology.facts import INVOLVED
from services.chronology.lenses import lens_of, read_under
from services.chronology.queries import ALL, Wanted, of_weight, page
from shared.domain.actors import Actor
from shared.projections.walls import reading_as
from shared.testing.facts import actor
from tests.integration.chronology_log import AUDITOR, NOW, Log, read
from tests.integration.chronology_tables import (
    BUSY_CHILD,
    SCHOOL,
    Pools,
    dsn,
    fill,
    keep,
    make_database,
    on_empty_tables,
)

MANY = 1_000_000
FIRST_PAGE = 51  # rows asked for: a page of 50, and one that says whether there are more

READERS = [
    actor("social_worker"),
    actor("police_officer", agency="police"),
    actor("police_officer", agency="police", organisation="Met"),
    actor("designated_safeguarding_lead", organisation="Elm School"),
    actor("designated_safeguarding_lead", organisation="Oak School"),
]


@pytest.fixture(scope="module")
def few(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server with a database of the chronology's own."""
    make_database(postgres, "few")
    yield postgres
    postgres.drop_database("few")


@pytest.fixture
async def pools(few: EmbeddedPostgres) -> AsyncIterator[Pools]:
    """On empty tables."""
    async with on_empty_tables(few, "few") as found:
        yield found


@pytest.mark.parametrize("seed", range(4))
async def test_every_reader_finds_what_was_decided_on_pages_that_follow_each_other(
    pools: Pools, seed: int
) -> None:
    log = Log(seed)
    await keep(pools.owner, log.records)
    for who in (*READERS, AUDITOR):
        assert await read(pools.reader, who, ALL) == log.seen_by(who), who
        for wanted in (
            Wanted(topic="visit"),
            Wanted(by_agency="police"),
            Wanted("contact", None, "critical"),
        ):
            assert await read(pools.reader, who, wanted) == log.seen_by(who, wanted), (who, wanted)


async def test_nothing_that_is_sealed_is_read_by_an_auditor_or_stands_in_a_list(pools: Pools) -> None:
    log = Log(7)
    await keep(pools.owner, log.records)
    sealed = {entry.id for entry in log.told.values() if entry.sensitivity == "sealed"}
    weighing = {entry for entry, weight in log.weights.items() if weight != "routine"} - sealed
    assert sealed
    assert not sealed & {entry for entry, _ in await read(pools.reader, AUDITOR, ALL)}
    for who in (*READERS, AUDITOR):
        everything = who == AUDITOR
        async with reading_as(pools.reader, lens_of(who, NOW, everything=everything)) as connection:
            rows = await of_weight(connection, who, None, 200, everything=everything)
        may_see = {entry for entry, depth in log.seen_by(who) if depth != "withheld"}
        assert {one.row["entry"] for one in rows} == weighing & may_see, who
        positions = [one.row["position"] for one in rows]
        assert positions == sorted(positions, reverse=True)


# -- what a page costs


@pytest.fixture(scope="module")
def many(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A million entries, 5,000 of them of one child; where the reader connects."""
    make_database(postgres, "many")
    asyncio.run(_fill(dsn(postgres, "many", "chronology_views")))
    yield dsn(postgres, "many", "chronology_reader")
    postgres.drop_database("many")


async def _fill(where: str) -> None:
    connection = await asyncpg.connect(where)
    try:
        await fill(connection, MANY)
    finally:
        await connection.close()


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("who", "rows", "most"),
    [
        (actor("designated_safeguarding_lead", organisation=SCHOOL), 3, 50),
        (actor("social_worker"), FIRST_PAGE, 500),
        (actor("police_officer", agency="police"), FIRST_PAGE, 500),
        (actor("designated_safeguarding_lead", organisation="Oak School"), 0, 50),
    ],
    ids=["a school", "social care", "police", "another school"],
)
async def test_a_first_page_reads_what_it_shows(
    many: str, who: Actor, rows: int, most: int, plan: str
) -> None:
    found, buffers = await cost(many, who, ALL, plan)
    assert found == rows
    assert buffers <= most


async def test_a_filter_is_answered_by_the_index_of_the_page(many: str) -> None:
    """Of a child's 5,000 entries those of one weight: none of the others is looked up in the table."""
    wanted = Wanted(topic="visit", by_agency="police", significance="critical")
    found, buffers = await cost(many, actor("social_worker"), wanted, "force_custom_plan")
    assert found == FIRST_PAGE
    assert buffers <= 500


async def test_whether_a_reader_is_involved_is_one_look_in_that_index(many: str) -> None:
    for who in (actor("social_worker"), actor("designated_safeguarding_lead", organisation=SCHOOL)):
        async with asyncpg.create_pool(many, min_size=1, max_size=1) as pool:
            found, buffers = await explained(pool, who, INVOLVED, [BUSY_CHILD])
        assert found == 1
        assert buffers <= 10


async def cost(where: str, who: Actor, wanted: Wanted, plan: str) -> tuple[int, int]:
    """How many rows a first page has, and how many buffers of PostgreSQL it reads, behind the wall."""
    asked = (wanted.topic, wanted.by_agency, wanted.significance, FIRST_PAGE)
    async with asyncpg.create_pool(where, min_size=1, max_size=1) as pool:
        return await explained(pool, who, page(1), [BUSY_CHILD], None, None, None, None, *asked, plan=plan)


async def explained(
    pool: asyncpg.Pool, who: Actor, question: str, *asked: object, plan: str = "auto"
) -> tuple[int, int]:
    async with reading_as(pool, lens_of(who, NOW, everything=False)) as reader:
        await reader.execute(f"SET LOCAL plan_cache_mode = {plan}")
        [row] = await reader.fetch(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {question}",
            *(*asked, who.agency, *read_under(who.organisation)),
        )
    [plans] = json.loads(row[0])
    top = plans["Plan"]
    return top["Actual Rows"], top["Shared Hit Blocks"] + top["Shared Read Blocks"]
