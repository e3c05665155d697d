"""Liveness and readiness: what asks for a restart, what keeps callers away, and what is only said."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from shared.service.progress import Hindrances
from shared.web import health, problems


class Status:
    """Of a service that runs as this test wants."""

    def __init__(self) -> None:
        self.tasks: list[str] = []
        self.found = Hindrances(None, None)

    def ended(self) -> list[str]:
        return self.tasks

    async def hindrances(self) -> Hindrances:
        return self.found


class Store:
    service = "mash"

    async def head(self) -> int:
        return 7


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.include_router(health.health)
    problems.install(app)
    app.state.running = SimpleNamespace(status=Status(), store=Store())
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mash") as client:
        yield client


async def test_while_it_starts_or_stops_it_is_alive_and_not_ready(app, client):
    app.state.running = None
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/health/ready")).status_code == 503


async def test_it_is_ready_though_the_relay_is_hindered_and_says_so(app, client):
    app.state.running.status.found = Hindrances("KafkaConnectionError", None)
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "service": "mash",
        "head": 7,
        "relay_error": "KafkaConnectionError",
        "checkpoint_error": None,
        "not_ready": {},
    }


async def test_what_keeps_it_from_being_ready_is_said_and_is_no_cause_for_a_restart(app, client):
    reasons = {"views": "a view has stopped: deadlines", "commands": "it takes no commands"}
    app.state.running.status.found = Hindrances(None, None, reasons)
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert "deadlines" in answer.json()["detail"]
    assert "takes no commands" in answer.json()["detail"]
    assert (await client.get("/health/live")).status_code == 200


async def test_a_task_that_has_ended_asks_for_a_restart(app, client):
    app.state.running.status.tasks = ["writer"]
    answer = await client.get("/health/live")
    assert answer.status_code == 503
    assert "writer" in answer.json()["detail"]
