"""What a search over 200,000 people and a page of 20,000 open contacts read of PostgreSQL, whatever is asked."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from deploy.database.provision import logins_of, statements
from deploy.local.postgres import EmbeddedPostgres
from services.people.matching.asked import asked
from services.people.matching.queries import (
    CANDIDATES,
    MOST_OF_ONE_DIGEST,
    MOST_PEOPLE,
    candidates,
)
from services.people.matching.views import search_keys
from shared.service.migrations import migrate
from tests.benchmarks.people_fill import BORN, COMMON, digest, fill
from tests.benchmarks.worklist_fill import PAGE, fill_worklist

MANY = 200_000
OPEN = 20_000
JOHN_SMITH = " ".join(COMMON)


@pytest.fixture(scope="module")
def people(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with so many people to be found; where the role that owns the read tables connects."""
    yield from _database(postgres, "people", fill, MANY)


@pytest.fixture(scope="module")
def mash(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with so many contacts that wait."""
    yield from _database(postgres, "mash", fill_worklist, OPEN)


def _database(server: EmbeddedPostgres, service: str, filled: Any, count: int) -> Iterator[str]:
    name = f"many_{service}"
    server.create_database(name)
    before = asyncio.run(_passwords(server, logins_of(service)))
    for statement in statements(service, name):
        server.execute(statement, name)
    for role in logins_of(service):
        server.execute(f"ALTER ROLE {role} PASSWORD '{role}'")
    owner = server.dsn(name, f"{service}_owner", f"{service}_owner")
    asyncio.run(migrate(owner, service, service))
    where = server.dsn(name, f"{service}_views", f"{service}_views")

    async def make() -> None:
        connection = await asyncpg.connect(where)
        try:
            await filled(connection, count)
        finally:
            await connection.close()

    asyncio.run(make())
    yield where
    server.drop_database(name)
    # Roles are the server's, which other modules share: they get their own passwords back.
    for role in logins_of(service):
        if role not in before:
            server.execute(f"DROP ROLE {role}")
        elif before[role]:
            server.execute(f"ALTER ROLE {role} PASSWORD '{before[role]}'")


async def _passwords(server: EmbeddedPostgres, roles: Iterable[str]) -> dict[str, str | None]:
    """Those of these roles that there are, with their passwords as the server keeps them."""
    connection = await asyncpg.connect(server.dsn())
    try:
        rows = await connection.fetch(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY($1::text[])",
            list(roles),
        )
    finally:
        await connection.close()
    return {row["rolname"]: row["rolpassword"] for row in rows}


async def explained(where: str, plan: str, question: str, *given: object) -> tuple[int, int]:
    """How many rows it answers, and how many buffers it reads."""
    connection = await asyncpg.connect(where)
    try:
        await connection.execute(f"SET plan_cache_mode = {plan}")
        [row] = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {question}", *given)
    finally:
        await connection.close()
    top = json.loads(row[0])[0]["Plan"]
    return top["Actual Rows"], top["Shared Hit Blocks"] + top["Shared Read Blocks"]


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("sought", "most_rows", "most"),
    [
        ({"nhs_number": "9990000379"}, 1, 30),
        ({"name": JOHN_SMITH, "born": BORN}, MOST_PEOPLE, 3_000),
        ({"born": date(2016, 3, 4)}, MOST_PEOPLE, 3_000),
        ({"name": JOHN_SMITH}, MOST_PEOPLE, 3_000),
        ({"name": COMMON[1]}, MOST_PEOPLE, 3_000),
        ({"name": "Qqxyzzy Wjfrobnitz"}, 0, 60),
    ],
    ids=["a number", "a common name and a birth", "a birth", "a common name", "a family name", "nobody"],
)
async def test_a_search_reads_a_bounded_part_of_the_index(
    people: str, sought: dict[str, Any], most_rows: int, most: int, plan: str
) -> None:
    by = asked(digest, **sought)
    question = CANDIDATES.format(table=search_keys.table("people"))
    given = (list(by.by), list(by.beside | by.by), MOST_OF_ONE_DIGEST, MOST_PEOPLE)
    rows, buffers = await explained(people, plan, question, *given)
    assert rows <= most_rows
    assert buffers <= most


async def test_a_name_that_too_many_have_says_that_there_are_more(people: str) -> None:
    async with asyncpg.create_pool(people, min_size=1, max_size=1) as pool:
        for sought, more in (({"name": COMMON[1]}, True), ({"nhs_number": "9990000379"}, False)):
            by = asked(digest, **sought)
            found = await candidates(pool, "people", by.by, by.beside)
            assert found.more is more
            assert len(found.digests) <= MOST_PEOPLE


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
async def test_a_page_of_the_worklist_reads_what_it_shows(mash: str, plan: str) -> None:
    rows, buffers = await explained(mash, plan, PAGE, 51)
    assert rows == 51
    assert buffers <= 120
