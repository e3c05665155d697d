"""Lists tell that they have changed: a stream of positions from a running service, driven by its follower."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.local.broker import EmbeddedBroker
from deploy.local.postgres import EmbeddedPostgres
from shared.domain.rules import Deadline
from shared.projections.deadline_board import deadline_board
from shared.projections.views import Changed, Views
from shared.web.live import MOST_STREAMS, events
from tests.integration.one_service import OneService, one_service
from tests.integration.toy_views import HOUR, T0, Log, Other, Received, contact, following

SOON = 10.0


@pytest.fixture
async def people(
    toys_server: EmbeddedPostgres, broker: EmbeddedBroker, tmp_path: Path
) -> AsyncIterator[OneService]:
    """People's process, running."""
    async with one_service(toys_server, broker, tmp_path / "one") as service:
        await service.start()
        yield service
        await service.stop()


def token(service: OneService, name: str = "A. Clerk", role: str = "business_support", **more: Any) -> str:
    return service.layout.issuer.token(name, role, "childrens_social_care", **more)


@asynccontextmanager
async def stream(
    service: OneService, bearer: str, view: str = "people", **headers: str
) -> AsyncIterator[httpx.Response]:
    async with service.http.stream(
        "GET",
        f"{service.url}/live/{view}",
        headers={"Authorization": f"Bearer {bearer}", **headers},
        timeout=SOON,
    ) as answer:
        yield answer


async def next_event(lines: AsyncIterator[str]) -> int:
    """The position of the next event; what says nothing is passed over."""
    async with asyncio.timeout(SOON):
        async for line in lines:
            if line.startswith("id: "):
                position = int(line.removeprefix("id: "))
                assert await anext(lines) == f"data: {position}"
                return position
    raise AssertionError("the stream ended")


async def test_a_list_tells_that_it_changed_and_nothing_of_whom(people: OneService) -> None:
    async with stream(people, token(people)) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 3000"
        await people.register("Kit Test")
        first = await next_event(lines)
        await people.register("Ava Test")
        second = await next_event(lines)
    head = (await people.progress())["head"]
    assert 0 < first < second <= head


async def test_opening_it_is_recorded_once_with_what_it_is_for(people: OneService) -> None:
    before = await looks(people)
    async with stream(people, token(people)) as answer:
        lines = answer.aiter_lines()
        for n in range(3):
            await people.register(f"Child {n}")
            await next_event(lines)
    (look,) = (await looks(people))[len(before) :]
    assert (look["action"], look["children"]) == ("read:worklist:people", [])
    assert look["purpose"].endswith(": live/people")


async def looks(people: OneService) -> list[Any]:
    found: list[Any] = await people.superuser.fetch("SELECT * FROM people.access ORDER BY position")
    return found


async def test_who_comes_back_is_told_what_changed_meanwhile(people: OneService) -> None:
    await people.register("Kit Test")
    async with stream(people, token(people), **{"Last-Event-ID": "0"}) as answer:
        known = await next_event(answer.aiter_lines())
    await people.register("Ava Test")
    async with stream(people, token(people), **{"Last-Event-ID": str(known)}) as answer:
        assert await next_event(answer.aiter_lines()) > known


async def test_it_ends_with_the_token(people: OneService) -> None:
    began = time.monotonic()
    async with stream(people, token(people, ttl=timedelta(seconds=2))) as answer:
        assert answer.status_code == 200
        async for _ in answer.aiter_lines():
            pass
    assert time.monotonic() - began < SOON


async def test_a_person_holds_so_many_and_no_more_and_a_closed_one_counts_no_longer(
    people: OneService,
) -> None:
    bearer = token(people)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=50), timeout=SOON) as http:
        opened = [
            await http.send(
                http.build_request(
                    "GET", f"{people.url}/live/people", headers={"Authorization": f"Bearer {bearer}"}
                ),
                stream=True,
            )
            for _ in range(MOST_STREAMS)
        ]
        assert {one.status_code for one in opened} == {200}
        async with stream(people, bearer) as one_more:
            assert one_more.status_code == 429
            assert one_more.headers["content-type"].startswith("application/problem+json")
        async with stream(people, token(people, "Another Clerk")) as another:
            assert another.status_code == 200
        await opened.pop().aclose()
        async with asyncio.timeout(SOON):
            while True:
                async with stream(people, bearer) as again:
                    if again.status_code == 200:
                        break
                await asyncio.sleep(0.05)
        for one in opened:
            await one.aclose()


async def test_it_ends_cleanly_when_the_service_stops(people: OneService) -> None:
    """A stream held open keeps no process alive, and is not cut in the middle of an event."""
    async with stream(people, token(people)) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 3000"
        assert people.process is not None
        began = time.monotonic()
        people.process.send_signal(signal.SIGTERM)
        async for _ in lines:
            pass
    code = await asyncio.to_thread(people.process.wait, SOON)
    assert (code, time.monotonic() - began < SOON) == (0, True)
    assert "Cancel" not in people.said
    assert "error" not in people.said.lower().replace("error_", "")


async def test_who_may_not_read_the_list_holds_no_stream_of_it(people: OneService) -> None:
    for role, view, status in (
        ("operator", "people", 403),
        ("business_support", "nothing", 404),
        ("business_support", "deadlines", 403),
    ):
        async with stream(people, token(people, role=role), view) as answer:
            assert answer.status_code == status, (role, view)
    async with stream(people, "nonsense") as answer:
        assert answer.status_code == 401


async def test_only_what_changed_a_list_is_told_of(pool: asyncpg.Pool) -> None:
    """An event that a view does not handle moves it on, and changes none of its rows."""
    log, views = Log(pool), Views(pool, "mash", [deadline_board([contact])], poll=0.02)
    await views.prepare()
    async with following(views):
        told = events(views, "deadlines", 0, SOON, asyncio.Event(), heartbeat=SOON)
        assert (await anext(told)).startswith("retry")
        stream_id = uuid4()
        await log.append((stream_id, Other()), (stream_id, Other()))
        assert await views.wait_for("deadlines", 2)
        assert views.changed("deadlines") == 0
        await log.append((stream_id, Received(note="", due=Deadline(T0, T0 + HOUR, "M1", "2026-11"))))
        assert await anext(told) == "id: 3\ndata: 3\n\n"
        await told.aclose()


async def test_several_changes_on_the_way_are_told_as_one() -> None:
    changed = Changed()
    waiting = asyncio.create_task(changed.after(0))
    await asyncio.sleep(0)
    for position in (3, 5, 5, 4):
        changed.to(position)
    assert await waiting == 5
    assert await changed.after(4) == 5
    later = asyncio.create_task(changed.after(5))
    await asyncio.sleep(0)
    assert not later.done()
    later.cancel()
