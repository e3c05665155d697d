"""What one school tells the front door is read by that school, and not by every school of the agency."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.chronology.facts import facts_about
from services.chronology.queries import entries_of
from services.mash.entries import entries as mash_entries
from services.mash.rules import RULES
from services.mash.streams.contact import contact
from services.mash.streams.open_case import open_case
from shared.domain.access_facts import NOTHING, Fact
from shared.domain.actors import Actor
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, actor, record
from tests.integration.chronology_tables import dsn, keep, make_database, make_tables
from tests.unit.chronology import toy_team as toy
from tests.unit.chronology.sights import taken_in
from tests.unit.mash.contacts import RECEIVE

NOW = london(2026, 4, 2, 17)


@pytest.fixture(scope="module")
def schools(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of the chronology's; where the owner of its read tables connects."""
    make_database(postgres, "schools")
    yield dsn(postgres, "schools", "chronology_views")
    postgres.drop_database("schools")


@pytest.fixture
async def pool(schools: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(schools, min_size=1, max_size=2) as made:
        async with made.acquire() as connection:
            await connection.execute("DROP TABLE IF EXISTS chronology_views.entries, chronology_views.seen")
            await make_tables(connection)
        yield made


async def shown(pool: asyncpg.Pool, who: Actor) -> list[tuple[str, str]]:
    async with pool.acquire() as connection:
        rows = await entries_of(connection, [CHILD], who, None, 10, everything=False)
    return [(one.row["source_event"], one.depth) for one in rows]


def head(organisation: str | None) -> Actor:
    return actor("designated_safeguarding_lead", "L. Shaw", organisation=organisation)


async def test_a_school_reads_its_own_worry_and_another_school_does_not(pool: asyncpg.Pool) -> None:
    told = RECEIVE.referrer.model_copy(update={"agency": "education"})
    story = decider(contact, RULES, beside=[open_case]).given()
    story = story.when(RECEIVE.model_copy(update={"referrer": told}), at=NOW, by=head("Elm School"))
    await keep(pool, taken_in(story.records, {"mash": (mash_entries, RULES)}))
    assert await shown(pool, head("Elm School")) == [("mash.ContactReceived", "whole")]
    assert await shown(pool, head("Oak School")) == []
    assert await shown(pool, actor("mash_screener")) == [("mash.ContactReceived", "whole")]


async def test_what_a_later_fact_opens_is_read_from_then_on(pool: asyncpg.Pool) -> None:
    nurse, other = (actor("health_practitioner", organisation=ward) for ward in ("Elm Ward", "Oak Ward"))
    contact_of = record(toy.Told(by=SeenBy(agency="police").party), at=NOW, n=1, service="toy")
    assert contact_of.envelope.thing_id is not None
    check = toy.CheckAsked(
        contact=contact_of.envelope.thing_id,
        of=SeenBy(agency="health", organisation="Elm Ward").party,
        depth="title",
    )
    later = record(check, at=NOW, n=2, service="toy")
    await keep(pool, taken_in([contact_of, later], {"toy": (toy.entries, toy.RULES)}))
    assert await shown(pool, nurse) == [(toy.Told.NAME, "title"), (toy.CheckAsked.NAME, "whole")]
    assert await shown(pool, other) == []
    assert await shown(pool, actor("health_practitioner")) == []


@pytest.mark.parametrize("agency", ["police", "education"])
@pytest.mark.parametrize("stands", [None, "A", "B"])
async def test_a_row_is_read_by_whom_its_rule_lets(
    pool: asyncpg.Pool, agency: str, stands: str | None
) -> None:
    """The question in SQL, and `SeenBy.lets`, answer alike."""
    recorder = actor("police_officer", agency=agency, organisation=stands)
    fact = record(toy.Began(by=SeenBy(agency="police").party), at=NOW, by=recorder, service="toy")
    await keep(pool, taken_in([fact], {"toy": (toy.entries, toy.RULES)}))
    for reads in (None, "A", "B"):
        lets = SeenBy(agency=agency, organisation=stands).lets(agency, reads)
        found = await shown(pool, actor("police_officer", agency=agency, organisation=reads))
        assert bool(found) is lets, reads


async def test_only_the_school_that_told_is_involved(pool: asyncpg.Pool) -> None:
    """What the access policies ask about a reader and a child, before any of its entries is read."""
    told = RECEIVE.referrer.model_copy(update={"agency": "education"})
    story = decider(contact, RULES, beside=[open_case]).given()
    story = story.when(RECEIVE.model_copy(update={"referrer": told}), at=NOW, by=head("Elm School"))
    await keep(pool, taken_in(story.records, {"mash": (mash_entries, RULES)}))
    involved = frozenset({Fact.ORGANISATION_INVOLVED})
    for who, facts in (
        (head("Elm School"), involved),
        (head("Oak School"), NOTHING),
        (actor("social_worker"), involved),
        (actor("keyworker"), NOTHING),
        (actor("police_officer", agency="police"), NOTHING),
    ):
        assert await facts_about(pool, [CHILD], who) == facts, who
    assert await facts_about(pool, [uuid4()], actor("social_worker")) == NOTHING
