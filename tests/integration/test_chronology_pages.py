"""Pages of the chronology on PostgreSQL: what each reader finds in them, and what they cost in a large table."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import UUID

import asyncpg
import pytest

from deploy.local.postgres import EmbeddedPostgres
from services.chronology.audience import merged
from services.chronology.decided_audience import depth_at, resulting
from services.chronology.events import (
    AudienceDecision,
    ChildEntry,
    EntryReceived,
    EntryShared,
    EntryWithheld,
    SignificanceChanged,
)
from services.chronology.facts import INVOLVED
from services.chronology.lenses import lens_of, read_under
from services.chronology.queries import ALL, Wanted, entries_of, of_weight, page
from shared.domain.actors import Actor
from shared.domain.code_lists import LawfulBasis
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.projections.walls import reading_as
from shared.team.audience import SeenBy
from shared.testing.facts import CHILD, actor, event_id, record
from tests.integration.chronology_tables import (
    BUSY_CHILD,
    SCHOOL,
    dsn,
    fill,
    keep,
    make_database,
    make_tables,
)
from tests.unit.chronology.entry_samples import told

AT = london(2026, 4, 2, 17)
NOW, LATER = AT + timedelta(days=1), AT + timedelta(days=2)
ENTRIES = 60
MANY = 1_000_000
FIRST_PAGE = 51  # rows asked for: a page of 50, and one that says whether there are more

READERS = [
    actor("social_worker"),
    actor("police_officer", agency="police"),
    actor("police_officer", agency="police", organisation="Met"),
    actor("designated_safeguarding_lead", organisation="Elm School"),
    actor("designated_safeguarding_lead", organisation="Oak School"),
]
AUDITOR = actor("auditor")
PARTIES = [
    SeenBy(agency="childrens_social_care"),
    SeenBy(agency="police", depth="title"),
    SeenBy(agency="police", organisation="Met"),
    SeenBy(agency="education", organisation="Elm School"),
    SeenBy(agency="education", organisation="Oak School", depth="title"),
]


@dataclass(frozen=True)
class Pools:
    """Connections of who fills the read tables, and of who reads them."""

    owner: asyncpg.Pool
    reader: asyncpg.Pool


@pytest.fixture(scope="module")
def few(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server with a database of the chronology's own."""
    make_database(postgres, "few")
    yield postgres
    postgres.drop_database("few")


@pytest.fixture
async def pools(few: EmbeddedPostgres) -> AsyncIterator[Pools]:
    """On empty tables."""
    async with AsyncExitStack() as stack:
        owner, reader = [
            await stack.enter_async_context(
                asyncpg.create_pool(dsn(few, "few", role), min_size=1, max_size=2)
            )
            for role in ("chronology_views", "chronology_reader")
        ]
        async with owner.acquire() as connection:
            await connection.execute("DROP TABLE IF EXISTS chronology_views.entries, chronology_views.seen")
            await make_tables(connection)
        yield Pools(owner, reader)


class Log:
    """Entries of one child as chance has it: who sees them, what was opened later, how they weigh, what is sealed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.records: list[Record] = []
        self.audiences: dict[UUID, tuple[SeenBy, ...]] = {}
        self.decided: defaultdict[UUID, list[tuple[AudienceDecision, bool]]] = defaultdict(list)
        self.weights: dict[UUID, str] = {}
        self.told: dict[UUID, ChildEntry] = {}
        for n in range(ENTRIES):
            self.receive(n)
        for _ in range(ENTRIES):
            entry = self.chance.choice(list(self.audiences))
            self.chance.choice([self.share, self.decide, self.decide, self.weigh])(entry)

    def receive(self, n: int) -> None:
        entry = told(
            id=UUID(int=9000 + n),
            topic=self.chance.choice(["contact", "visit"]),
            agency=self.chance.choice(["police", "childrens_social_care"]),
            sensitivity=self.chance.choice(["ordinary", "ordinary", "sealed"]),
            significance=self.chance.choice(["routine", "critical"]),
        )
        seen_by = merged(self.chance.sample(PARTIES, self.chance.randrange(4)))
        self.told[entry.id], self.audiences[entry.id] = entry, seen_by
        self.weights[entry.id] = entry.significance
        self._add(EntryReceived(source_position=n, entry=entry, seen_by=seen_by), entry.id)

    def share(self, entry: UUID) -> None:
        more = self.chance.sample(PARTIES, 1)
        self.audiences[entry] = merged((*self.audiences[entry], *more))
        by_rule = self.audiences[entry]
        event = EntryShared(
            entry=entry,
            seen_by=resulting(by_rule, self.decided[entry]),
            because="rule",
            cause=event_id(9),
            by_rule=by_rule,
        )
        self._add(event, CHILD)

    def decide(self, entry: UUID) -> None:
        """A person shares it, with an end that is past or to come or none; or withholds it."""
        shares = self.chance.random() < 0.5
        decision = AudienceDecision(
            parties=tuple(
                self.chance.sample([each.party for each in PARTIES if each.organisation != "Met"], 2)
            ),
            depth=self.chance.choice(["title", "whole"] if shares else ["nothing", "withheld", "title"]),
            lawful_basis=LawfulBasis.PUBLIC_TASK,
            until=self.chance.choice([None, AT, LATER]) if shares else None,
        )
        self.decided[entry].append((decision, shares))
        shown = resulting(self.audiences[entry], self.decided[entry])
        if shares:
            self._add(EntryShared(entry=entry, seen_by=shown, because="shared", decision=decision), CHILD)
        else:
            self._add(EntryWithheld(entry=entry, seen_by=shown, decision=decision), CHILD)

    def weigh(self, entry: UUID) -> None:
        self.weights[entry] = self.chance.choice(["routine", "significant", "critical"])
        fields = {"entry": entry, "significance": self.weights[entry], "was": "routine"}
        self._add(SignificanceChanged.model_validate(fields), entry)

    def _add(self, event: Event, stream: UUID) -> None:
        n = len(self.records) + 1
        minutes = self.chance.randrange(20)  # many happened at one time
        at = AT.replace(minute=minutes)
        self.records.append(replace(record(event, at=at, n=n, service="chronology"), stream=stream))

    def seen_by(self, who: Actor, wanted: Wanted = ALL) -> list[tuple[UUID, str]]:
        """Read off the log by hand: the entries that a reader sees, in their order, each with how much of it."""
        received = [
            (one.happened_at, one.envelope.known, one.event.entry)
            for one in self.records
            if isinstance(one.event, EntryReceived)
        ]
        order = sorted(received, key=lambda one: (*one[:2], one[2].recorded_at, one[2].id))
        return [
            (entry.id, depth)
            for _, _, entry in order
            if (depth := self._depth(who, entry.id))
            and (depth != "withheld" or (wanted.topic, wanted.significance) == (None, None))
            and wanted.topic in (None, entry.topic)
            and wanted.by_agency in (None, entry.agency)
            and wanted.significance in (None, self.weights[entry.id])
        ]

    def _depth(self, who: Actor, entry: UUID) -> str | None:
        if who == AUDITOR:
            return None if self.told[entry].sensitivity == "sealed" else "whole"
        shown = resulting(self.audiences[entry], self.decided[entry])
        return depth_at(who.agency, who.organisation, shown, NOW)


async def read(pool: asyncpg.Pool, who: Actor, wanted: Wanted, limit: int = 7) -> list[tuple[UUID, str]]:
    """All pages of one reader, each begun where the one before ended."""
    found: list[tuple[UUID, str]] = []
    place = None
    everything = who == AUDITOR
    async with reading_as(pool, lens_of(who, NOW, everything=everything)) as reader:
        while rows := await entries_of(
            reader, [CHILD], who, place, limit, wanted=wanted, everything=everything
        ):
            found += [(one.row["entry"], one.depth) for one in rows]
            place = rows[-1].place
    return found


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
