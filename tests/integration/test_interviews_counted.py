"""What return interviews say together, and how they go, as the database counts it: equal to a recount of what stands (R1, R6)."""

from collections import defaultdict
from dataclasses import asdict
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import pytest

from services.missing.app import app
from services.missing.codes import DeclinedBy, MissingFrom
from services.missing.events import IntelligenceShared, ReturnInterviewRecorded
from services.missing.queries import counted, figures
from services.missing.streams.intelligence import LinkIntelligence
from services.missing.streams.missing_episode import CloseEpisode, DeclineInterview, OfferInterview
from services.missing.views import mentions, returns, same_people, same_things
from services.missing.wording import digest_of, wording
from shared.domain.corrections import records_as_corrected
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.domain.view import View
from shared.domain.view_fold import fold
from shared.projections import table
from shared.team.corrections import CorrectRecord
from shared.team.known_people import KnowMerge
from shared.testing.addressing import same_of
from shared.testing.deciders import Story, story_of
from shared.testing.facts import CHILD
from shared.testing.teams import team_of
from shared.testing.words import Unsealed
from tests.unit.missing.episodes import (
    ASSIGN,
    BACK,
    COORDINATOR,
    OFFICER,
    REPORT,
    RETURN,
    TY,
    WORKER,
    interview,
)

SCHEMA = "mash"
"""The toy database's own: the views stand in it under their names."""
VIEWS: tuple[View[Any], ...] = (mentions, same_things, same_people, returns)
CHILDREN = tuple(uuid5(CHILD, name) for name in ("first", "second", "third"))
WORDS = ("Retail park", "RETAIL  park", "The arches", "Station steps", "Pier", "Old pier")
KINDS = ("places", "people", "groups")
PEOPLE = {child: KnownPerson(kind="child", born=date(2013, 1, 1)) for child in CHILDREN}


@pytest.fixture
async def tables(pool: asyncpg.Pool) -> asyncpg.Pool:
    """The views' tables, with nothing in them."""
    async with pool.acquire() as connection:
        for view in VIEWS:
            await connection.execute(table.create(view, SCHEMA, view.name))
    return pool


async def fill(pool: asyncpg.Pool, story: Story) -> None:
    """The tables as they stand after the story."""
    async with pool.acquire() as connection:
        for view in VIEWS:
            rows = [asdict(row) for row in fold(view, story.records, Unsealed()).values()]
            await connection.execute(f"TRUNCATE {view.table(SCHEMA)}")
            await connection.copy_records_to_table(
                view.name,
                schema_name=f"{SCHEMA}_views",
                columns=list(view.columns),
                records=[tuple(row[name] for name in view.columns) for row in rows],
            )


def missed_and_back(story: Story, child: UUID, at: Any, **report: Any) -> tuple[Story, UUID]:
    """A child is reported missing and returns: the story, and the episode."""
    reported = REPORT.model_copy(update={"about": (child,), **report})
    story = story.when(reported, at=at, by=OFFICER)
    assert story.refusal is None
    episode = story.id
    story = story.when(RETURN.model_copy(update={"re": episode}), at=at + timedelta(hours=2), by=OFFICER)
    assert story.refusal is None
    return story, episode


# -- R6


def history(draw: Random) -> Story:
    """Interviews with some children, corrected and withdrawn; things linked, and links withdrawn; records merged and not."""
    story, at = story_of(team_of(app, people=PEOPLE)), london(2026, 5, 4, 9)
    held: list[UUID] = []
    links: list[UUID] = []
    told_at = 0
    for _ in range(draw.randint(4, 18)):
        at += timedelta(hours=draw.randint(3, 60))
        what = draw.choice(
            ("interview", "interview", "interview", "correct", "withdraw", "link", "unlink", "merge")
        )
        if what == "interview":
            story, episode = missed_and_back(story, draw.choice(CHILDREN), at)
            at += timedelta(hours=3)
            said = {kind: tuple(draw.sample(WORDS, draw.randint(0, 3))) for kind in KINDS}
            story = story.when(interview(**said).model_copy(update={"re": episode}), at=at, by=WORKER)
            held.append(story.id)
        elif what == "correct" and held:
            fields = {draw.choice(KINDS): draw.sample(WORDS, draw.randint(0, 3))}
            right = CorrectRecord(re=draw.choice(held), reason="Misheard.", fields=fields)
            story = story.when(right, at=at, by=COORDINATOR)
        elif what == "withdraw" and held:
            gone = CorrectRecord(re=held.pop(draw.randrange(len(held))), reason="Another's.", withdrawn=True)
            story = story.when(gone, at=at, by=COORDINATOR)
        elif what == "link":
            same = tuple(draw.sample(WORDS, draw.randint(2, 3)))
            linked = story.when(LinkIntelligence(same_as=same, reason="One place."), at=at, by=COORDINATOR)
            if linked.refusal is None:  # two ways of writing at least
                story = linked
                links.append(story.id)
        elif what == "unlink" and links:
            gone = CorrectRecord(re=links.pop(draw.randrange(len(links))), reason="Not so.", withdrawn=True)
            story = story.when(gone, at=at, by=COORDINATOR)
        elif what == "merge":
            told_at += 1
            kept, *others = draw.sample(CHILDREN, draw.randint(1, 3))
            known = KnowMerge(about=(kept, *others), kept=kept, others=tuple(others), told_at=told_at)
            story = story.when(known, at=at)
        assert story.refusal is None, story.refusal
    return story


def recounted(story: Story) -> set[tuple[str, str, int, int]]:
    """The same, from what stands in the logs: kind, thing, in how many interviews, of how many children."""
    standing = [right for one in story.logs.streams.values() for right in records_as_corrected(one.told)]
    links = sorted(
        (one for one in standing if isinstance(one.event, IntelligenceShared)),
        key=lambda one: one.recorded_at,
    )
    first: dict[str, str] = {}
    for link in links:
        same = [wording(each) for each in (link.text or {}).get("same_as") or ()]
        if not same:
            continue
        joined = [first.get(each, same[0]) for each in same]
        earliest = next((first[each] for each in first if first[each] in joined), same[0])
        for each in [*same, *(word for word in first if first[word] in joined)]:
            first[each] = earliest
    interviews: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    children: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for one in standing:
        if not isinstance(one.event, ReturnInterviewRecorded) or one.event.child is None:
            continue
        child = same_of(story.logs, story.teams[0], one.event.child).kept
        for kind in KINDS:
            for said in (one.text or {}).get(kind) or ():
                thing = first.get(wording(said), wording(said))
                interviews[kind, thing].add(one.stream)
                children[kind, thing].add(child)
    return {(*key, len(found), len(children[key])) for key, found in interviews.items()}


async def test_r6_what_is_counted_is_what_a_recount_of_the_logs_says(tables: asyncpg.Pool) -> None:
    """After corrections, withdrawals, joined aliases, merges and what ended them, over made-up histories."""
    names = {digest_of(Unsealed().digest, word): wording(word) for word in WORDS}
    seen = 0
    for seed in range(60):
        story = history(Random(seed))
        await fill(tables, story)
        rows = await counted(tables, SCHEMA, None, 200)
        found = {(row["kind"], names[row["thing"]], row["count"], row["children"]) for row in rows}
        assert found == recounted(story), f"seed {seed}"
        assert len(rows) == len(found)
        seen += len(rows)
    assert seen > 100  # the histories say something


async def test_r6_what_was_linked_in_two_steps_is_one_thing(tables: asyncpg.Pool) -> None:
    story, at = story_of(team_of(app, people=PEOPLE)), london(2026, 5, 4, 9)
    for child, place in zip(CHILDREN, ("Pier", "Old pier", "The arches"), strict=True):
        story, episode = missed_and_back(story, child, at)
        at += timedelta(hours=3)
        said = interview(places=(place,)).model_copy(update={"re": episode, "people": ()})
        story = story.when(said, at=at, by=WORKER)
        at += timedelta(days=1)
    for same in (("Pier", "Old pier"), ("Old pier", "The arches")):
        story = story.when(LinkIntelligence(same_as=same, reason="One place."), at=at, by=COORDINATOR)
        at += timedelta(hours=1)
    link = story.id
    await fill(tables, story)
    (one,) = await counted(tables, SCHEMA, None, 200)
    assert (one["thing"], one["count"], one["children"]) == (digest_of(Unsealed().digest, "pier"), 3, 3)
    apart = story.when(CorrectRecord(re=link, reason="Not so.", withdrawn=True), at=at, by=COORDINATOR)
    await fill(tables, apart)
    assert [row["count"] for row in await counted(tables, SCHEMA, None, 200)] == [2, 1]
    merge = KnowMerge(about=CHILDREN, kept=CHILDREN[0], others=CHILDREN[1:], told_at=9)
    await fill(tables, story.when(merge, at=at))
    (one,) = await counted(tables, SCHEMA, None, 200)
    assert (one["count"], one["children"]) == (3, 1)


# -- R1: how interviews go


async def test_r1_figures_say_how_many_were_offered_accepted_and_in_time(tables: asyncpg.Pool) -> None:
    story, at = story_of(team_of(app, people=PEOPLE)), BACK
    first, second, third = CHILDREN

    def then(story: Story, episode: UUID, command: Any, hours: int) -> Story:
        done = story.when(
            command.model_copy(update={"re": episode}), at=at + timedelta(hours=hours), by=COORDINATOR
        )
        assert done.refusal is None
        return done

    story, held = missed_and_back(story, first, at, missing_from=MissingFrom.HOME)
    story = then(then(story, held, ASSIGN, 3), held, interview(), 20)
    story, late = missed_and_back(story, second, at, missing_from=MissingFrom.HOME)
    story = then(then(story, late, ASSIGN, 3), late, OfferInterview(by=TY, accepted=True), 5)
    story = then(story, late, interview(), 90)
    story, no = missed_and_back(story, third, at, missing_from=MissingFrom.CARE)
    for_them = DeclineInterview(by=DeclinedBy.PARENT, reason="She is tired.", child_asked=False)
    story = then(story, no, for_them, 4)
    await fill(tables, story)

    async def said(**months: date) -> dict[tuple[str, str | None], tuple[int, ...]]:
        asked = {"since": date(2026, 5, 20), "until": date(2026, 5, 31), **months}
        names = ("returned", "offered", "accepted", "held", "declined", "in_time")
        rows = await figures(tables, SCHEMA, asked["since"], asked["until"])
        return {(row["origin"], row["service"]): tuple(row[name] for name in names) for row in rows}

    found = await said()
    assert found.pop(("home", "known_adult")) == (2, 2, 2, 2, 0, 1)
    [((origin, _), rest)] = found.items()
    assert (origin, rest) == ("care", (1, 1, 0, 0, 0, 0))  # nobody declines for a child who was not asked
    assert await said(since=date(2026, 6, 1), until=date(2026, 6, 30)) == {}
    own = then(story, no, DeclineInterview(by=DeclinedBy.CHILD, reason="No."), 8)
    await fill(tables, own)
    assert [rest for (origin, _), rest in (await said()).items() if origin == "care"] == [(1, 1, 0, 0, 1, 1)]
    wrong = then(own, no, CloseEpisode(reason="At her aunt's."), 9)
    await fill(tables, wrong)
    assert {origin for origin, _ in await said()} == {"home"}
