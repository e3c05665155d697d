"""Every answer says that no copy of it may be kept, whatever made it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from shared.web import problems
from shared.web.headers import ON_EVERY_ANSWER, SafeHeaders

NOW = datetime(2026, 12, 21, 14, 30, tzinfo=UTC)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()

    @app.get("/record")
    async def record() -> dict[str, str]:
        return {"name": "Ava"}

    @app.get("/lines")
    async def lines() -> StreamingResponse:
        async def some() -> AsyncIterator[bytes]:
            yield b"Ava\n"

        return StreamingResponse(some(), headers={"Cache-Control": "no-store, private"})

    @app.get("/refused")
    async def refused() -> None:
        raise problems.conflict()

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("Ava")

    problems.install(app)
    app.add_middleware(SafeHeaders, simulated_now=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status"), [("/record", 200), ("/refused", 409), ("/bug", 500), ("/nowhere", 404)]
)
async def test_on_answers_refusals_and_mistakes(client, path, status):
    answer = await client.get(path)
    assert answer.status_code == status
    for name, value in ON_EVERY_ANSWER:
        assert answer.headers.get_list(name.decode()) == [value.decode()]
    assert answer.headers["safeguarding-now"] == "2026-12-21T14:30:00+00:00"


async def test_by_the_real_clock_nothing_is_said_of_it():
    app = FastAPI()
    app.add_middleware(SafeHeaders)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        assert "safeguarding-now" not in (await client.get("/nowhere")).headers


async def test_what_an_answer_says_itself_stands(client):
    answer = await client.get("/lines")
    assert answer.headers.get_list("cache-control") == ["no-store, private"]
    assert answer.headers["x-content-type-options"] == "nosniff"
