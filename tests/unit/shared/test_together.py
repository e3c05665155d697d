"""Questions asked together: each caller gets their own answer, and none that is older than their question."""

import asyncio

import pytest

from shared.together import MOST, Together


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


def together(ask: Asked, patience: float = 5.0) -> Together[int, int]:
    return Together(ask, patience=patience, late=Late)


async def test_those_who_come_meanwhile_are_one_question_more():
    ask = Asked()
    questions = together(ask)
    asking = [asyncio.create_task(questions.of([1]))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    # Also what is being asked already is asked again: its answer may be older than this question.
    asking += [asyncio.create_task(questions.of(keys)) for keys in ([1, 2], [2, 3], [], [-1])]
    await asyncio.sleep(0)
    ask.may.set()
    assert await asyncio.gather(*asking) == [{1: 1}, {1: 1, 2: 4}, {2: 4, 3: 9}, {}, {}]
    assert ask.asked == [[1], [1, 2, 3, -1]]
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
    first = asyncio.create_task(questions.of([1]))
    await asyncio.sleep(0)
    gone, stays = asyncio.create_task(questions.of([2])), asyncio.create_task(questions.of([3]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    ask.may.set()
    assert await asyncio.gather(first, stays) == [{1: 1}, {3: 9}]
    assert ask.asked == [[1], [3]]


async def test_a_question_has_its_bounds():
    ask = Asked()
    ask.may.set()
    questions = together(ask)
    many = [list(range(n, n + 400)) for n in range(0, 4000, 400)]
    answers = await asyncio.gather(*map(questions.of, many))
    assert [sorted(answer) for answer in answers] == many
    assert max(map(len, ask.asked)) < MOST + 400
