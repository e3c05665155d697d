"""Questions asked together: each caller gets their own answer, and none that is older than their question."""

import asyncio

import pytest

from shared.infrastructure.batching import MAX_CALLERS, MAX_KEYS, MAX_QUERIES, Batcher


class Late(Exception):
    pass


class Asked:
    """Answers each key with its square once it is let; notes what was asked at a time."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may = asyncio.Event()
        self.fails = False

    async def __call__(self, keys: list[int]) -> dict[int, int]:
        self.asked.append(keys)
        await self.may.wait()
        if self.fails:
            raise ValueError("away")
        return {key: key * key for key in keys if key >= 0}


def together(ask: Asked, patience: float = 5.0) -> Batcher[int, int]:
    return Batcher(ask, patience=patience, late=Late)


async def under_way(questions: Batcher[int, int]) -> list[asyncio.Task[dict[int, int]]]:
    """As many questions as are asked at once: whoever comes now waits for one of them."""
    asking = []
    for n in range(MAX_QUERIES):
        asking.append(asyncio.create_task(questions.of([n])))
        for _ in range(3):
            await asyncio.sleep(0)
    return asking


async def test_those_who_come_meanwhile_are_one_question_more():
    ask = Asked()
    questions = together(ask)
    asking = await under_way(questions)
    # Also what is being asked already is asked again: its answer may be older than this question.
    asking += [asyncio.create_task(questions.of(keys)) for keys in ([0, 2], [2, 3], [], [-1])]
    await asyncio.sleep(0)
    ask.may.set()
    answers = await asyncio.gather(*asking)
    assert answers[MAX_QUERIES:] == [{0: 0, 2: 4}, {2: 4, 3: 9}, {}, {}]
    assert ask.asked == [*([n] for n in range(MAX_QUERIES)), [0, 2, 3, -1]]
    assert await questions.of([5]) == {5: 25}


async def test_a_question_that_fails_fails_for_those_who_asked_it_and_for_nobody_after():
    ask = Asked()
    ask.fails = True
    questions = together(ask)
    first = asyncio.create_task(questions.of([1]))
    await asyncio.sleep(0)
    ask.may.set()
    with pytest.raises(ValueError, match="away"):
        await first
    ask.fails = False
    assert await questions.of([2]) == {2: 4}


async def test_nobody_waits_longer_than_they_have_patience():
    ask = Asked()
    questions = together(ask, patience=0.02)
    asking = [asyncio.create_task(questions.of([n])) for n in range(3)]
    for one in asking:
        with pytest.raises(Late):
            await one
    ask.may.set()
    assert await questions.of([4]) == {4: 16}


async def test_who_went_away_is_asked_for_no_more():
    ask = Asked()
    questions = together(ask)
    before = await under_way(questions)
    gone, stays = asyncio.create_task(questions.of([20])), asyncio.create_task(questions.of([30]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    ask.may.set()
    await asyncio.gather(*before)
    assert await stays == {30: 900}
    assert ask.asked[MAX_QUERIES:] == [[30]]


async def test_a_question_has_its_bounds():
    ask = Asked()
    ask.may.set()
    questions = together(ask)
    many = [list(range(n, n + 400)) for n in range(0, 4000, 400)]
    answers = await asyncio.gather(*map(questions.of, many))
    assert [sorted(answer) for answer in answers] == many
    assert max(map(len, ask.asked)) < MAX_KEYS + 400
    assert len(await asyncio.gather(*(questions.of([n]) for n in range(5 * MAX_CALLERS)))) == 5 * MAX_CALLERS
    assert max(map(len, ask.asked[-5:])) <= MAX_CALLERS
