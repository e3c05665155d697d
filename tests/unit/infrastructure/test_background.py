"""The loop that every background task of a service is: what it does after a step that works, pauses or fails."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import islice, pairwise
from typing import Any

import orjson
import pytest

from shared.infrastructure.background import Backoff, end, run_forever, started
from shared.infrastructure.logs import JsonLines

AWAY = (ConnectionError, TimeoutError)


class Told(Exception):
    """Says what a person wrote, which no log may repeat."""


class CountedBackoff(Backoff):
    """Waits for nothing, and remembers what it was asked: a number a pause, from 0 where they start small again."""

    def __init__(self, calm: float = 60.0) -> None:
        super().__init__(0.0, 0.0, calm)
        object.__setattr__(self, "asked", [])

    asked: list[int]

    def pauses(self) -> Iterator[float]:
        for number in range(1_000_000):
            self.asked.append(number)
            yield 0.0


class Steps:
    """A step that does these one after the other, and then waits until it is cancelled."""

    def __init__(self, *results: Exception | Callable[[], Awaitable[object]] | None) -> None:
        self.left = list(results)

    async def __call__(self) -> None:
        if not self.left:
            await asyncio.Event().wait()
        match self.left.pop(0):
            case Exception() as error:
                raise error
            case None:
                return
            case work:
                await work()


async def until_done(step: Steps, **options: Any) -> asyncio.Task[Any]:
    """Run the loop until the step has nothing left to do."""
    task = asyncio.create_task(run_forever(step, **({"name": "relay:mash", "away": AWAY} | options)))
    async with asyncio.timeout(10):
        while step.left:
            await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    return task


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [orjson.loads(JsonLines("mash").format(record)) for record in caplog.records]


def test_pauses_double_up_to_the_longest_and_stay_there_each_in_the_upper_half_of_its_length() -> None:
    for _ in range(50):
        pauses = list(islice(Backoff(first=0.1, longest=0.5).pauses(), 6))
        bounds = [0.1, 0.2, 0.4, 0.5, 0.5, 0.5]
        assert all(bound / 2 <= pause <= bound for pause, bound in zip(pauses, bounds, strict=True))


def test_pauses_of_two_processes_are_not_the_same() -> None:
    assert list(islice(Backoff().pauses(), 5)) != list(islice(Backoff().pauses(), 5))


async def test_what_is_away_is_a_warning_with_its_kind_and_the_step_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    backoff = CountedBackoff()
    task = await until_done(Steps(ConnectionResetError("of Amy"), TimeoutError()), backoff=backoff)
    assert backoff.asked == [0, 1]
    assert [(line["level"], line["loop"], line["error"]) for line in lines(caplog)] == [
        ("warning", "relay:mash", "ConnectionResetError"),
        ("warning", "relay:mash", "TimeoutError"),
    ]
    await end(task)


async def test_a_fault_is_an_error_with_its_kind_and_place_and_without_its_words_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worked = asyncio.Event()

    async def work() -> None:
        worked.set()

    task = await until_done(Steps(Told("Amy was hit"), work), backoff=CountedBackoff())
    assert worked.is_set()
    [line] = lines(caplog)
    assert (line["level"], line["loop"], line["error"]) == ("error", "relay:mash", "Told")
    assert any("test_background.py" in frame and "__call__" in frame for frame in line["frames"])
    assert "Amy" not in str(line)
    await end(task)


async def test_each_error_is_told_before_the_pause_and_a_step_that_works_tells_nothing() -> None:
    told: list[str] = []
    results = (ConnectionError(), None, Told("x"), None)
    task = await until_done(
        Steps(*results), backoff=CountedBackoff(), failed=lambda error: told.append(type(error).__name__)
    )
    assert told == ["ConnectionError", "Told"]
    await end(task)


async def test_a_step_that_worked_makes_the_pauses_small_again() -> None:
    backoff = CountedBackoff()
    task = await until_done(Steps(ConnectionError(), ConnectionError(), None, Told("x")), backoff=backoff)
    assert backoff.asked == [0, 1, 0]
    await end(task)


async def test_a_step_that_ran_calmly_before_it_failed_makes_the_pauses_small_again() -> None:
    async def calm_then_lost() -> None:
        await asyncio.sleep(0.06)
        raise ConnectionError

    backoff = CountedBackoff(calm=0.05)
    task = await until_done(
        Steps(ConnectionError(), ConnectionError(), calm_then_lost, ConnectionError()), backoff=backoff
    )
    assert backoff.asked == [0, 1, 0, 1]
    await end(task)


async def test_the_next_step_begins_so_long_after_the_last_and_a_pause_is_waited_for() -> None:
    began: list[float] = []

    async def work() -> None:
        began.append(asyncio.get_running_loop().time())
        if len(began) == 3:
            raise ConnectionError

    step = Steps(work, work, work, work)
    task = asyncio.create_task(
        run_forever(step, name="timers", away=AWAY, every=0.03, backoff=Backoff(first=0.2, longest=0.2))
    )
    async with asyncio.timeout(10):
        while len(began) < 4:
            await asyncio.sleep(0.01)
    rests = [later - earlier for earlier, later in pairwise(began)]
    assert rests[0] >= 0.03
    assert rests[1] >= 0.03
    assert rests[2] >= 0.1
    await end(task)


async def test_a_cancelled_loop_ends_though_its_step_or_its_pause_is_under_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for step in (Steps(), Steps(ConnectionError())):
        task = await until_done(step, backoff=Backoff(first=60, longest=60))
        await end(task)
        assert task.cancelled()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_ending_nothing_or_what_has_ended_is_no_error() -> None:
    await end(None)
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    await end(done)
    assert not done.cancelled()


async def test_what_a_task_had_failed_of_is_logged_when_it_is_ended_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = asyncio.create_task(Steps(Told("Amy was hit"))(), name="writer:mash")
    await asyncio.wait([task])
    await end(task)
    [line] = lines(caplog)
    assert (line["message"], line["loop"], line["error"]) == (
        "background task had failed",
        "writer:mash",
        "Told",
    )
    assert "Amy" not in str(line)


async def test_who_is_cancelled_while_ending_a_task_is_cancelled() -> None:
    release = asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await release.wait()

    task = asyncio.create_task(slow_to_end())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ending.cancel()
    await asyncio.wait([ending])
    assert ending.cancelled()
    release.set()
    await asyncio.wait([task])
    assert task.cancelled()


class Part:
    """Notes when it starts and stops."""

    def __init__(self, name: str, notes: list[str], *, fails: bool = False) -> None:
        self.name, self.notes, self.fails = name, notes, fails

    async def start(self) -> None:
        if self.fails:
            raise ConnectionError
        self.notes.append(f"{self.name} starts")

    async def stop(self) -> None:
        self.notes.append(f"{self.name} stops")


async def test_parts_on_a_stack_are_stopped_in_the_reverse_of_the_order_in_which_they_were_started() -> None:
    notes: list[str] = []
    async with AsyncExitStack() as stack:
        for name in ("store", "views", "consumer"):
            part = await stack.enter_async_context(started(Part(name, notes)))
            assert part.name == name
        notes.append("runs")
    assert notes == [
        *("store starts", "views starts", "consumer starts", "runs"),
        *("consumer stops", "views stops", "store stops"),
    ]


async def test_where_a_part_fails_to_start_those_before_it_are_stopped_and_it_is_not() -> None:
    notes: list[str] = []
    with pytest.raises(ConnectionError):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(started(Part("store", notes)))
            await stack.enter_async_context(started(Part("views", notes, fails=True)))
    assert notes == ["store starts", "store stops"]
