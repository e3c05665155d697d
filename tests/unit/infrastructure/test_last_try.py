"""Whether the last try worked: nobody is asked while it did, and the probe says when it does again."""

import asyncio

from shared.infrastructure import last_try
from shared.infrastructure.last_try import LastTry


class Part:
    """Something that works or not, and counts how often it is asked."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def probe(self) -> None:
        self.asked += 1
        if self.away:
            raise OSError


async def test_while_all_works_nobody_is_asked():
    part = Part()
    tried = LastTry(part.probe)
    assert await tried.works()
    tried.worked()
    assert await tried.works()
    assert part.asked == 0


async def test_what_failed_is_probed_until_it_works_and_not_too_often(monkeypatch):
    monkeypatch.setattr(last_try, "AGAIN", 0.05)
    part = Part()
    part.away = True
    tried = LastTry(part.probe)
    tried.failed()
    assert not await tried.works()
    assert part.asked == 0
    await asyncio.sleep(0.06)
    assert [await tried.works() for _ in range(5)] == [False] * 5
    assert part.asked == 1
    part.away = False
    await asyncio.sleep(0.06)
    assert await tried.works()
    assert await tried.works()
    assert part.asked == 2


async def test_a_probe_that_hangs_does_not_work(monkeypatch):
    monkeypatch.setattr(last_try, "PROBING", 0.02)
    monkeypatch.setattr(last_try, "AGAIN", 0.0)
    tried = LastTry(asyncio.Event().wait)
    tried.failed()
    assert not await tried.works()
