"""What one school tells the front door is read by that school, and not by every school of the agency."""

from collections.abc import Iterator

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.chronology.policy import receive_entry
from services.chronology.queries import entries_of
from services.chronology.rules import RULES
from services.chronology.streams.child_record import child_record
from services.chronology.views import audience, entries
from services.mash.rules import RULES as MASH_RULES
from services.mash.streams.contact import contact
from shared.domain.actors import Actor
from shared.domain.instants import london
from shared.projections.table import apply, create
from shared.testing.deciders import decider
from shared.testing.facts import CHILD, actor
from tests.unit.mash.contacts import RECEIVE

NOW = london(2026, 4, 2, 17)


@pytest.fixture
def schools(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with room for the chronology's views; where its role connects."""
    postgres.execute("CREATE ROLE chronology LOGIN PASSWORD 'app'")
    postgres.create_database("schools")
    postgres.execute("CREATE SCHEMA chronology_views AUTHORIZATION chronology", "schools")
    yield postgres.dsn("schools", "chronology", "app")
    postgres.drop_database("schools")
    postgres.execute("DROP ROLE chronology")


def head(organisation: str | None) -> Actor:
    return actor("designated_safeguarding_lead", "L. Shaw", organisation=organisation)


async def test_a_school_reads_its_own_worry_and_another_school_does_not(schools: str) -> None:
    told = RECEIVE.referrer.model_copy(update={"agency": "education"})
    story = decider(contact, MASH_RULES).given()
    story = story.when(RECEIVE.model_copy(update={"referrer": told}), at=NOW, by=head("Elm School"))
    [fact] = story.records
    command = receive_entry(fact.event, fact)
    assert command is not None
    [received] = (
        decider(child_record, RULES)
        .given()
        .when(command, at=NOW, by=Actor.service("chronology", "childrens_social_care"))
        .records
    )
    async with asyncpg.create_pool(schools, min_size=1, max_size=2) as pool:
        for view in (entries, audience):
            await pool.execute(create(view, "chronology", view.name))
            async with pool.acquire() as connection:
                await apply(connection, view, "chronology", view.name, view.changes(received))

        async def seen(who: Actor) -> list[str]:
            return [
                one.row["source_event"]
                for one in await entries_of(pool, CHILD, who, None, 10, everything=False)
            ]

        assert await seen(head("Elm School")) == ["mash.ContactReceived"]
        assert await seen(head("Oak School")) == []
        assert await seen(actor("mash_screener")) == ["mash.ContactReceived"]
