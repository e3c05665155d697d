"""Other processes are told of appends by NOTIFY, where they have something to do about them."""

import asyncio
from functools import partial

import asyncpg
import pytest

from shared.infrastructure.notify import Notifier
from tests.integration.toys import until


class Process:
    """One of several of a service: what it was woken for."""

    def __init__(self, dsn: str, *, needed: bool) -> None:
        self.needed = needed
        self.woken = 0
        self.notifier = Notifier(
            partial(asyncpg.connect, dsn), "mash", [self._wake], needed=lambda: self.needed
        )

    def _wake(self) -> None:
        self.woken += 1

    async def was_woken(self, times: int) -> bool:
        return self.woken == times


@pytest.fixture
async def processes(log_database):
    both = [Process(log_database.app, needed=True) for _ in range(2)]
    for each in both:
        await each.notifier.start()
        await until(partial(each.was_woken, 1))  # for what may have come before it listened
    yield both
    for each in both:
        await each.notifier.stop()


async def test_the_other_process_hears_of_an_append_and_the_one_that_appended_does_not(processes):
    one, other = processes
    one.notifier.appended()
    await until(partial(other.was_woken, 2))
    assert one.woken == 1


async def test_nobody_is_told_where_nobody_has_to_do_anything(processes):
    one, other = processes
    one.needed = False
    one.notifier.appended()
    other.notifier.appended()
    await until(partial(one.was_woken, 2))
    await asyncio.sleep(0.05)
    assert other.woken == 1


async def test_many_appends_at_once_are_told_of_together(processes):
    one, other = processes
    for _ in range(50):
        one.notifier.appended()
    await until(partial(other.was_woken, 2))
    await asyncio.sleep(0.05)
    assert other.woken == 2
