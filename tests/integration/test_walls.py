"""The second wall around children's records: what each login of the chronology can do to them, whatever it asks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

import services
from deploy.local.postgres import EmbeddedPostgres
from services.chronology.events import EntryReceived
from services.chronology.lenses import lens_of
from services.chronology.queries import entries_of
from services.chronology.views import entries, seen
from shared.domain.actors import Actor
from shared.domain.instants import london
from shared.projections.views import Views
from shared.projections.walls import NO_ONE_ELSE, reading_as
from shared.service.logins import DatabasePools, check_reader
from shared.service.settings import BadSettings, Settings
from shared.team.audience import SeenBy
from shared.testing.facts import CHILD, actor
from tests.integration.chronology_tables import LOGINS, VIEWS, dsn, make_database
from tests.integration.toy_views import EVENT_COLUMNS, row_of
from tests.unit.chronology.entry_samples import told

AT = london(2026, 4, 2, 17)
CARE = SeenBy(agency="childrens_social_care")
ELM = SeenBy(agency="education", organisation="Elm School", depth="title")
SCHOOL = actor("designated_safeguarding_lead", organisation="Elm School")
SOCIAL_WORKER = actor("social_worker")
AUDITOR = actor("auditor")
SEALED, SHOWN = 5, 2
"""Of the ten entries of the log, the one that is sealed and shown to social care alone, and that which the school sees."""
ENTRIES = 10
DATABASE = "walls"


@dataclass(frozen=True)
class Chronology:
    """The chronology's log and read tables, and connections of each of its roles."""

    owner: asyncpg.Pool
    own: asyncpg.Pool
    reader: asyncpg.Pool
    views: Views

    def of(self, role: str) -> asyncpg.Pool:
        pool: asyncpg.Pool = getattr(self, role)
        return pool


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """With the chronology's database, and ten entries of a child in its log."""
    make_database(postgres, DATABASE)
    asyncio.run(_fill(postgres.dsn(DATABASE)))
    yield postgres
    postgres.drop_database(DATABASE)


async def _fill(superuser: str) -> None:
    connection = await asyncpg.connect(superuser)
    rows = []
    for n in range(1, ENTRIES + 1):
        entry = told(id=UUID(int=9000 + n), sensitivity="sealed" if n == SEALED else "ordinary")
        seen_by = (CARE, ELM) if n == SHOWN else (CARE,)
        event = EntryReceived(source_position=n, entry=entry, seen_by=seen_by)
        rows.append(row_of(n, entry.id, 1, event.placed(child=CHILD, happened_at=AT), "entry"))
    await connection.copy_records_to_table(
        "events", schema_name="chronology", columns=EVENT_COLUMNS, records=rows
    )
    await connection.close()


@pytest.fixture
async def chronology(server: EmbeddedPostgres) -> AsyncIterator[Chronology]:
    async with AsyncExitStack() as stack:
        pools = [
            await stack.enter_async_context(
                asyncpg.create_pool(dsn(server, DATABASE, role), min_size=0, max_size=4)
            )
            for role in ("chronology_views", "chronology", "chronology_reader")
        ]
        views = Views(pools[0], "chronology", VIEWS, logins=LOGINS)
        await views.prepare()
        for view in VIEWS:  # as another test may have left them
            await views.rebuild(view.name)
        yield Chronology(*pools, views)


# -- each login


@pytest.mark.parametrize("role", ["own", "reader"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE chronology_views.seen SET depth = 'whole'",
        "UPDATE chronology_views.entries SET title = 'x'",
        "DELETE FROM chronology_views.entries",
        "INSERT INTO chronology_views.seen SELECT * FROM chronology_views.seen",
        "TRUNCATE chronology_views.seen",
        "DROP TABLE chronology_views.seen",
        "ALTER TABLE chronology_views.seen DISABLE ROW LEVEL SECURITY",
        "DROP POLICY reader ON chronology_views.entries",
        "CREATE POLICY mine ON chronology_views.entries USING (true)",
        "UPDATE chronology.views SET position = 0",
        "SET ROLE chronology_views",
    ],
)
async def test_who_sees_what_is_changed_by_nobody_but_who_follows_the_log(
    chronology: Chronology, role: str, sql: str
) -> None:
    async with chronology.of(role).acquire() as connection:
        await connection.execute("SET default_transaction_read_only = off")  # whoever reads may ask for that
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)


@pytest.mark.parametrize("view", ["seen", "entries"])
async def test_the_service_s_own_login_reads_no_record_past_the_wall(
    chronology: Chronology, view: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await chronology.own.fetch(f"SELECT * FROM chronology_views.{view}")


# -- what a question that forgets who asks finds


async def count(connection: Any) -> tuple[int, int]:
    """How many rows each table has for whoever asks for all."""
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM chronology_views.seen) AS seen, "
        "(SELECT count(*) FROM chronology_views.entries) AS entries"
    )
    return row["seen"], row["entries"]


async def test_it_finds_nothing_where_the_database_was_not_told_who_reads(chronology: Chronology) -> None:
    async with chronology.reader.acquire() as connection:
        assert await count(connection) == (0, 0)
    async with reading_as(
        chronology.reader, lens_of(SOCIAL_WORKER, datetime.now(UTC), everything=False)
    ) as connection:
        assert await count(connection) == (ENTRIES, ENTRIES)
    for _ in range(4):  # whichever connection it gets: what was told ended with the transaction
        async with chronology.reader.acquire() as connection:
            assert await count(connection) == (0, 0)


@pytest.mark.parametrize(
    ("who", "everything", "found"),
    [
        (SCHOOL, False, (1, 1)),
        (actor("designated_safeguarding_lead", organisation="Oak School"), False, (0, 0)),
        (actor("police_officer"), False, (0, 0)),
        (AUDITOR, True, (0, ENTRIES - 1)),
        (replace(AUDITOR, agency="childrens_social_care"), True, (0, ENTRIES - 1)),
    ],
)
async def test_it_finds_what_this_reader_may_see_and_no_more(
    chronology: Chronology, who: Actor, everything: bool, found: tuple[int, int]
) -> None:
    async with reading_as(
        chronology.reader, lens_of(who, datetime.now(UTC), everything=everything)
    ) as connection:
        assert await count(connection) == found
        sealed = await connection.fetchval(
            "SELECT count(*) FROM chronology_views.entries WHERE sensitivity = 'sealed'"
        )
        assert sealed == 0


async def test_a_reader_changes_nothing(chronology: Chronology) -> None:
    async with reading_as(
        chronology.reader, lens_of(SOCIAL_WORKER, datetime.now(UTC), everything=False)
    ) as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("CREATE TEMPORARY TABLE mine (a int)")


# -- rebuilding


async def page(chronology: Chronology, who: Actor) -> list[UUID]:
    async with reading_as(chronology.reader, lens_of(who, datetime.now(UTC), everything=False)) as connection:
        rows = await entries_of(connection, [CHILD], who, None, 50, everything=False)
    return [one.row["entry"] for one in rows]


@pytest.mark.parametrize("view", ["seen", "entries"])
async def test_a_table_that_was_built_again_has_its_wall_and_those_that_look_through_it_have_theirs(
    chronology: Chronology, view: str
) -> None:
    before = await page(chronology, SOCIAL_WORKER)
    assert len(before) == ENTRIES
    await chronology.views.rebuild(view)
    assert await page(chronology, SOCIAL_WORKER) == before
    assert await page(chronology, SCHOOL) == [UUID(int=9000 + SHOWN)]
    async with chronology.reader.acquire() as connection:
        assert await count(connection) == (0, 0)
    policies = await chronology.owner.fetch(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'chronology_views' ORDER BY 1"
    )
    assert [tuple(row) for row in policies] == [("entries", "reader"), ("seen", "reader")]


@pytest.mark.parametrize("view", ["seen", "entries"])
async def test_without_its_wall_a_table_refuses(chronology: Chronology, view: str) -> None:
    """What is left out when a table is built again keeps everybody out, and lets nobody in."""
    bare = Views(chronology.owner, "chronology", VIEWS, logins=NO_ONE_ELSE)
    await bare.rebuild(view)  # nobody was let in
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await page(chronology, SOCIAL_WORKER)
    await chronology.views.prepare()  # a start lets in again whoever reads
    assert len(await page(chronology, SOCIAL_WORKER)) == ENTRIES
    await chronology.owner.execute(f"DROP POLICY reader ON chronology_views.{view}")
    assert await page(chronology, SOCIAL_WORKER) == []


async def test_nobody_who_reads_meanwhile_finds_less_or_waits_for_ever(chronology: Chronology) -> None:
    done = asyncio.Event()

    async def reading() -> int:
        pages = 0
        while not done.is_set():
            assert len(await page(chronology, SOCIAL_WORKER)) == ENTRIES
            pages += 1
        return pages

    readers = [asyncio.create_task(reading()) for _ in range(3)]
    for _ in range(4):
        for view in (seen, entries):
            await chronology.views.rebuild(view.name)
    done.set()
    assert min(await asyncio.gather(*readers)) > 0


# -- the start


def settings(server: EmbeddedPostgres, own: str, reader: str | None) -> Settings:
    """Those of the logins alone."""
    superuser = server.dsn(DATABASE)
    where = {
        name: dsn(server, DATABASE, name) for name in ("chronology", "chronology_views", "chronology_reader")
    }
    where["superuser"] = superuser
    return Settings.model_construct(
        dsn=SecretStr(where[own]),
        views_dsn=SecretStr(where["chronology_views"]),
        reader_dsn=SecretStr(where[reader]) if reader else None,
        pool=2,
    )


@pytest.mark.parametrize(
    ("own", "reader", "said"),
    [
        ("chronology_views", "chronology_reader", "CHRONOLOGY_DSN: its role chronology_views could change"),
        ("chronology", "chronology_views", "CHRONOLOGY_READER_DSN: its role chronology_views could change"),
        ("chronology", "superuser", "CHRONOLOGY_READER_DSN: its role"),
    ],
)
async def test_a_start_is_refused_whose_logins_are_not_kept_apart(
    server: EmbeddedPostgres, own: str, reader: str, said: str
) -> None:
    service = services.team("chronology")
    pools = await DatabasePools.open(service, settings(server, own, reader))
    try:
        with pytest.raises(BadSettings, match=said):
            await pools.logins(service)
    finally:
        pools.terminate()


async def test_a_start_whose_logins_are_apart_goes_on_and_one_without_a_reader_does_not(
    server: EmbeddedPostgres,
) -> None:
    service = services.team("chronology")
    given = settings(server, "chronology", "chronology_reader")
    check_reader(service, given)
    pools = await DatabasePools.open(service, given)
    try:
        assert await pools.logins(service) == LOGINS
    finally:
        pools.terminate()
    with pytest.raises(BadSettings, match="SAFEGUARDING_CHRONOLOGY_READER_DSN: Field required"):
        check_reader(service, settings(server, "chronology", None))
    check_reader(services.team("mash"), settings(server, "chronology", None))
