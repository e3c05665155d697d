"""The short way to the commands: what it takes, what it leaves to the routes, and that it refuses as they do."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from shared.access.refusals import NotAuthenticated
from shared.infrastructure.logs import JsonLines
from shared.web import problems
from shared.web.commands import ShortWay

SECRET = "Ava Test of 5 Elm Row"
ADDRESS = "/commands/mash.Try"


def described() -> APIRouter:
    router = APIRouter()

    @router.post(ADDRESS)
    async def attempt(request: Request) -> Response:
        match (await request.body()).decode():
            case "no token":
                raise NotAuthenticated("sign in first")
            case "bug":
                raise RuntimeError(SECRET)
            case said:
                return Response(f"{said} at {request.url.path}")

    @router.get("/worklist")
    async def worklist() -> dict[str, int]:
        return {"items": 0}

    return router


@pytest.fixture(params=["alone", "before its routes"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    app, router = FastAPI(), described()
    app.router.routes.append(ShortWay(router))
    if request.param != "alone":
        app.include_router(router)
    problems.install(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


async def test_a_post_is_answered_without_its_route(client):
    answer = await client.post(ADDRESS, content="tried")
    assert (answer.status_code, answer.text) == (200, f"tried at {ADDRESS}")


async def test_what_the_endpoint_raises_is_answered_as_a_problem(client):
    answer = await client.post(ADDRESS, content="no token")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_error_nobody_expected_is_answered_without_a_word_of_it(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = await client.post(ADDRESS, content="bug")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    [record] = caplog.records
    line = JsonLines("mash").format(record)
    assert "test_commands.py" in line
    assert SECRET not in answer.text + line + caplog.text


@pytest.mark.parametrize("client", ["before its routes"], indirect=True)
async def test_what_it_does_not_take_its_routes_do(client):
    other = await client.get(ADDRESS)
    assert (other.status_code, other.headers["allow"]) == (405, "POST")
    assert (await client.post(f"{ADDRESS}s", content="tried")).status_code == 404
    assert (await client.get("/worklist")).json() == {"items": 0}
    assert (await client.post("/worklist")).status_code == 405
    moved = await client.post(f"{ADDRESS}/", content="tried", follow_redirects=True)
    assert moved.text == f"tried at {ADDRESS}"


@pytest.mark.parametrize("client", ["alone"], indirect=True)
async def test_it_takes_no_other_method_and_no_other_address(client):
    for method, address in (("GET", ADDRESS), ("PUT", ADDRESS), ("POST", "/commands"), ("GET", "/worklist")):
        assert (await client.request(method, address)).status_code == 404
