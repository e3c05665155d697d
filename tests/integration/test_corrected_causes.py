"""A fact of another team that is corrected: what was noted of it follows, and a person looks at what else was done."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import orjson
import pytest

from shared.commands.stream_ids import child_stream
from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.deadlines import DeadlineClock
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy, TaskFor
from shared.team.corrections import CorrectRecord
from shared.team.elsewhere import NoteAct, NoteEnd, NoteStart, elsewhere_stream
from tests.integration.toy_plans import RULES, due
from tests.integration.toys import Appear, Appeared, Copy, Jot, Noted, Ponder, Team, Toys, child, copies, know

MANAGER = Actor(uuid4(), "Mo Diaz", "mash_manager", "childrens_social_care")
HOUR = timedelta(hours=1)
START, ACT, END, BOTH, DONE = 1, 2, 3, 4, 5
NOTED = elsewhere_stream([due])
assert NOTED is not None
STREAMS = (due, copies, NOTED)
reading = Policy("assessment", manager="senior_practitioner")
reading.on(Appeared, corrected=AlreadySo)(know)


@reading.on(Noted)
def follow(event: Noted, record: Record) -> list[Command]:
    """By its number: a start, an act, an end, an act that starts the next, or an act of the team itself."""
    cause, about = record.envelope.event_id, (record.stream,)
    return {
        START: [NoteStart(about=about, rule="R8", cause=cause)],
        ACT: [NoteAct(about=about, rule="R8", act=cause)],
        END: [NoteEnd(about=about, rule="R8", cause=cause)],
        BOTH: [NoteAct(about=about, rule="R8", act=cause, repeats=True, stands_alone=True)],
        DONE: [Copy(about=about, n=DONE)],
    }.get(event.n, [])


class Story:
    """What one team says of a child and corrects, and another that takes it in at once."""

    def __init__(self, said: Team, toys: Toys, reader: Team) -> None:
        self.said, self.toys, self.reader = said, toys, reader
        self.at_once = False
        """Whether nothing is taken until it is said."""
        self.now = said.runner.clock.now()

    async def note(self, n: int, *, hours: float) -> UUID:
        """Noted to have happened so many hours ago."""
        command = Jot(about=(child(1),), n=n, happened=self.now - hours * HOUR)
        answer = await self.said.runner.run(command, MANAGER, uuid4())
        await self.take()
        return answer.id

    async def correct(self, step: UUID, **what: object) -> None:
        await self.said.runner.run(CorrectRecord(re=step, reason="Otherwise.", **what), MANAGER, uuid4())
        await self.take()

    async def take(self) -> None:
        """The reader is given everything, also what it has taken in already."""
        if self.at_once:
            return
        await self.reader.inbox.take(await self.said.published())
        assert await self.reader.waits() == (0, 0)

    async def clocks(self, team: Team | None = None) -> list[tuple[float, str]]:
        """The clocks of R8: how many hours ago each started, and how it stands."""
        where = child_stream("assessment", due, child(1))
        folded = await (team or self.reader).runner.reader(fresh=True).get({where: due})
        clocks: list[DeadlineClock] = list(folded[where].clocks)
        return [
            ((self.now - clock.deadline.starts_at) / HOUR, str(clock.state(self.now))) for clock in clocks
        ]

    async def tasks(self) -> list[tuple[str, str]]:
        rows = await self.reader.pool.fetch(
            "SELECT state FROM assessment.events WHERE topic = 'team.TaskRaised' ORDER BY notification_id"
        )
        told = [orjson.loads(row["state"]) for row in rows]
        return [(each["role"], each["reason"]) for each in told]


@pytest.fixture
async def story(toys: Toys) -> Story:
    people, said = await toys.open("people"), await toys.open("mash")
    reader = await toys.open("assessment", streams=STREAMS, policy=reading, rules=RULES)
    await people.do(Appear(about=(child(1),)))
    await said.do(Ponder(about=(child(1),)))
    await reader.inbox.take(await people.published())
    return Story(said, toys, reader)


async def test_a_start_moves_is_withdrawn_and_stands_again(story: Story) -> None:
    reported = await story.note(START, hours=10)
    assert await story.clocks() == [(10, "open")]
    await story.correct(reported, right_happened=story.now - 30 * HOUR)
    assert await story.clocks() == [(30, "missed")]
    await story.correct(reported, withdrawn=True)
    assert await story.clocks() == [(30, "ended")]
    await story.correct(reported, right_happened=story.now - 2 * HOUR)
    assert await story.clocks() == [(2, "open")]
    assert await story.tasks() == []


async def test_an_act_moves_before_the_start_and_what_it_was_becomes_another_thing(story: Story) -> None:
    await story.note(START, hours=20)
    acted = await story.note(ACT, hours=10)
    assert await story.clocks() == [(20, "met")]
    await story.correct(acted, right_happened=story.now - 21 * HOUR)
    assert await story.clocks() == [(20, "open")]
    await story.correct(acted, right_happened=story.now - 9 * HOUR, fields={"n": END})
    assert await story.clocks() == [(20, "ended")]
    await story.correct(acted, fields={"n": BOTH})
    assert await story.clocks() == [(20, "met"), (9, "open")]
    await story.correct(acted, fields={"words": "another name"})  # says nothing new to clocks
    assert await story.clocks() == [(20, "met"), (9, "open")]
    await story.correct(acted, withdrawn=True)
    assert await story.clocks() == [(20, "open"), (9, "ended")]


async def test_whoever_takes_all_of_it_in_one_page_ends_at_the_same(story: Story) -> None:
    story.at_once = True
    await story.note(START, hours=20)
    acted = await story.note(ACT, hours=10)
    await story.correct(acted, right_happened=story.now - 21 * HOUR)
    await story.correct(acted, right_happened=story.now - 5 * HOUR, fields={"n": BOTH})
    await story.note(ACT, hours=1)
    story.at_once = False
    await story.take()
    assert await story.clocks() == [(20, "met"), (5, "met")]


@pytest.mark.parametrize("seed", range(8))
async def test_the_clocks_are_those_of_the_facts_as_they_are_right(story: Story, seed: int) -> None:
    """Random facts, corrections and withdrawals, taken one by one or several in a page."""
    chance = Random(seed)
    moments = chance.sample(range(1, 90), 20)  # no two at one, whose order is that of writing down
    right: dict[UUID, tuple[float, int] | None] = {}
    await story.note(0, hours=99)  # what a stream began with is withdrawn last
    for _ in range(14):
        story.at_once = chance.random() < 0.4
        if not right or chance.random() < 0.5:
            hours, n = moments.pop(), chance.choice([START, ACT, END, BOTH])
            right[await story.note(n, hours=hours)] = (hours, n)
            continue
        step = chance.choice([*right])
        if right[step] is not None and chance.random() < 0.3:
            await story.correct(step, withdrawn=True)
            right[step] = None
        else:
            hours, n = moments.pop(), chance.choice([START, ACT, END, BOTH])
            await story.correct(step, right_happened=story.now - hours * HOUR, fields={"n": n})
            right[step] = (hours, n)
        if not story.at_once:
            assert {each for each in await story.clocks() if each[1] != "ended"} == not_ended(right)
    story.at_once = False
    await story.take()
    assert {each for each in await story.clocks() if each[1] != "ended"} == not_ended(right)


def not_ended(right: Mapping[UUID, tuple[float, int] | None]) -> set[tuple[float, str]]:
    """The clocks that no end stopped in time, read off by hand: an act and an end stop what started before them."""
    facts = [one for one in right.values() if one is not None]
    stops = [(hours, "act" if n in (ACT, BOTH) else "end") for hours, n in facts if n != START]
    found = set()
    for start in (hours for hours, n in facts if n in (START, BOTH)):
        later = [one for one in stops if one[0] < start]
        stop = max(later, key=lambda one: (one[0], one[1] == "act"), default=None)
        if stop is None:
            found.add((start, "open" if start < 24 else "missed"))
        elif start - stop[0] >= 24:
            found.add((start, "missed"))
        elif stop[1] == "act":
            found.add((start, "met"))
    return found


async def test_a_manager_looks_once_at_what_was_done_of_a_fact_that_was_not_so(story: Story) -> None:
    done = await story.note(DONE, hours=3)
    await story.correct(done, withdrawn=True)
    await story.take()
    assert await story.tasks() == [("senior_practitioner", "corrected")]
    assert await story.reader.copied() == {child(1): [DONE]}
    noted = await story.note(START, hours=3)
    await story.correct(noted, fields={"n": DONE})  # what would now be done is for a person too
    assert await story.tasks() == [("senior_practitioner", "corrected")] * 2
    assert await story.clocks() == [(3, "ended")]


async def test_a_reaction_says_who_looks_or_that_nothing_is_left_to_do() -> None:
    assert Policy("mash").manager == TaskFor("mash_manager")
    assert Policy("missing").manager == TaskFor("team_manager")
    assert Policy("missing", manager="missing_coordinator").manager == TaskFor("missing_coordinator")
    with pytest.raises(ValueError, match="is no role of a person"):
        Policy("missing", manager="boss")
