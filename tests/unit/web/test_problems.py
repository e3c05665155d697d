import logging
import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.access.access_log import AccessNotRecorded
from shared.access.key_sets import KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.infrastructure.logs import JsonLines
from shared.web import problems
from shared.web.field_errors import WrongField
from shared.web.problems import Problem

SECRET = "Ava Test of 5 Elm Row"


class DomainRefusal(Exception):
    pass


class Dog(BaseModel):
    kind: Literal["dog"]


class Cat(BaseModel):
    kind: Literal["cat"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    child: UUID
    at: datetime
    level: int = Field(ge=1, le=4)
    potential: Literal["child_in_need", "early_help"]
    pet: Annotated[Dog | Cat, Field(discriminator="kind")] | None = None
    nhs_number: str = "x"
    names: dict[str, int] = {}

    @field_validator("nhs_number")
    @classmethod
    def check(cls, value: str) -> str:
        if value != "x":
            raise ValueError(f"{value} is no NHS number")
        return value

    @field_validator("level", mode="before")
    @classmethod
    def count(cls, value: object) -> object:
        if value == 9:
            raise ValueError("nine is too many; use 1 to 4")
        return value


GOOD = {"child": str(UUID(int=1)), "at": "2026-04-02T15:40:00Z", "level": 1, "potential": "early_help"}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.post("/body")
    async def body(body: Body) -> dict:
        return {}

    @app.get("/raise/{what}")
    async def raise_(what: str) -> dict:
        raise {
            "problem": problems.refused(("M7", "E9"), "A screener may not decide.", by_role=True),
            "http": HTTPException(400, SECRET),
            "teapot": HTTPException(499, SECRET),
            "token": NotAuthenticated("this token has expired: sign in again"),
            "keys": KeySetUnavailable("the issuer's key set cannot be read: try again shortly"),
            "access": AccessNotRecorded("this could not be recorded"),
            "refusal": DomainRefusal("It cannot be held again."),
            "bug": RuntimeError(SECRET),
        }[what]

    @app.get("/caused")
    async def caused() -> dict:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error

    @app.get("/wrong-answer", response_model=Body)
    async def wrong_answer() -> dict:
        return {"child": SECRET}

    @app.get("/late")
    async def late() -> StreamingResponse:
        async def stream():
            yield b"start"
            raise RuntimeError(SECRET)

        return StreamingResponse(stream())

    @app.middleware("http")
    async def broken(request: Request, call_next):
        if request.url.path == "/middleware":
            raise RuntimeError(SECRET)
        return await call_next(request)

    problems.install(app, {DomainRefusal: lambda error: problems.refused(("M5",), str(error), by_role=False)})
    return app


@pytest.fixture
async def client(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


def read(answer: httpx.Response, status: int, kind: str) -> dict:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:safeguarding:problem:{kind}"
    assert body["title"]
    assert body["detail"].endswith(".")
    assert body["what_to_do"].endswith(".")
    assert isinstance(body["rules"], list)
    assert SECRET not in answer.text
    return body


async def test_a_refusal_names_its_rules(client):
    body = read(await client.get("/raise/problem"), 403, "refused")
    assert body["rules"] == ["M7", "E9"]
    assert body["detail"] == "A screener may not decide."


async def test_an_exception_of_the_apps_own_becomes_the_problem_it_says(client):
    assert read(await client.get("/raise/refusal"), 409, "refused")["rules"] == ["M5"]


@pytest.mark.parametrize(
    ("change", "field", "code", "message"),
    [
        ({"child": SECRET}, "child", "not_an_id", "not an id"),
        ({"child": None}, "child", "not_an_id", "not an id"),
        ({"at": SECRET}, "at", "not_a_time", "not a time"),
        ({"level": SECRET}, "level", "not_a_number", "whole number"),
        ({"level": 7}, "level", "out_of_range", "give 4 or less"),
        ({"level": 9}, "level", "rule", "Nine is too many; use 1 to 4."),
        ({"potential": SECRET}, "potential", "choose", "one of these: child_in_need or early_help."),
        ({"pet": {"kind": SECRET}}, "pet", "choose", "none of the kinds"),
        ({"pet": {"name": SECRET}}, "pet", "missing", "which kind"),
        ({"nhs_number": SECRET}, "nhs_number", "wrong", "not of the right kind"),
        ({"colour": SECRET}, "body", "unknown", "a field here that is not known"),
        ({SECRET: 1}, "body", "unknown", "a field here that is not known"),
        ({"names": {SECRET: "x"}}, "names.(unnamed)", "not_a_number", "whole number"),
    ],
)
async def test_bad_input_is_told_by_field_and_never_repeated(client, change, field, code, message):
    body = read(await client.post("/body", json={**GOOD, **change}), 422, "invalid")
    [error] = body["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert message in error["message"]


async def test_a_missing_field_and_several_at_once(client):
    body = read(await client.post("/body", json={}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"child", "at", "level", "potential"}
    assert "4 fields" in body["detail"]


@pytest.mark.parametrize("content", [b"", b"{", b"nonsense", b"[]", b'"x"', b"\xff\xfe"])
async def test_what_is_no_json_object_is_refused(client, content):
    answer = await client.post("/body", content=content, headers={"content-type": "application/json"})
    assert {error["field"] for error in read(answer, 422, "invalid")["errors"]} == {"body"}


async def test_good_input_passes(client):
    assert (await client.post("/body", json=GOOD)).status_code == 200


async def test_the_frameworks_own_refusals_are_problems_too(client):
    read(await client.get("/nowhere"), 404, "not-found")
    assert "POST" in (await client.get("/body")).headers["allow"]
    read(await client.get("/body"), 405, "method-not-allowed")
    read(await client.get("/raise/http"), 422, "invalid")
    read(await client.get("/raise/teapot"), 499, "refused")


async def test_who_is_not_signed_in_is_told_how(client):
    answer = await client.get("/raise/token")
    assert "expired" in read(answer, 401, "not-authenticated")["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("what", ["keys", "access"])
async def test_what_will_pass_says_when_to_come_back(client, what):
    answer = await client.get(f"/raise/{what}")
    read(answer, 503, "not-ready")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/raise/bug", "/caused", "/wrong-answer", "/middleware"])
async def test_the_last_resort_reveals_nothing_and_logs_only_places(client, caplog, path):
    read(await client.get(path), 500, "unexpected")
    assert SECRET not in caplog.text
    assert "Ava" not in caplog.text
    [record] = [record for record in caplog.records if record.name == "shared.web.uncaught"]
    assert record.levelno == logging.ERROR
    assert record.exc_info is None  # which a formatter of another kind would write with its message
    line = JsonLines("mash").format(record)
    assert SECRET not in line
    assert orjson.loads(line)["message"] == "unexpected error"
    assert "test_problems.py" in line or path == "/wrong-answer"


async def test_causes_are_named_in_the_log(client, caplog):
    await client.get("/caused")
    [record] = [record for record in caplog.records if record.name == "shared.web.uncaught"]
    line = orjson.loads(JsonLines("mash").format(record))
    assert (line["error"], [cause["error"] for cause in line["causes"]]) == ("RuntimeError", ["KeyError"])
    assert re.fullmatch(r"test_problems\.py:\d+ caused", line["frames"][-1])  # the place, not the source line
    assert re.fullmatch(r"test_problems\.py:\d+ caused", line["causes"][0]["frames"][-1])


async def test_an_error_after_the_answer_began_is_logged_and_nothing_more(client, caplog):
    answer = await client.get("/late")
    assert answer.status_code == 200
    [record] = [record for record in caplog.records if record.name == "shared.web.uncaught"]
    line = JsonLines("mash").format(record)
    assert "RuntimeError" in line
    assert SECRET not in line + caplog.text


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (problems.refused(("M5",), "It cannot be held again.", by_role=False), 409),
        (problems.refused(("L9",), "Only the LADO.", by_role=True), 403),
        (problems.conflict(), 409),
        (problems.conflict("the clock never goes back"), 409),
        (problems.different_command(), 422),
        (
            problems.invalid(WrongField("about", "this child is not known here; register the child first")),
            422,
        ),
        (problems.not_found(), 404),
        (problems.too_large(65536), 413),
        (problems.not_ready(retry_after=5), 503),
        (problems.unexpected(), 500),
        (problems.not_authenticated("Sign in first."), 401),
    ],
)
def test_every_problem_says_what_to_do(problem: Problem, status: int):
    assert problem.status == status
    assert problem.what_to_do.endswith(".")
    assert problem.detail.endswith(".")
    assert problem.response().status_code == status
    assert problem.body()["type"].startswith("urn:safeguarding:problem:")


def test_errors_of_pydantic_outside_the_framework():
    with pytest.raises(ValidationError) as wrong:
        Body.model_validate({**GOOD, "child": SECRET})
    problem = problems.bad_input(wrong.value.errors())
    assert problem.extra["errors"][0]["field"] == "child"
    assert SECRET not in str(problem.body())


def test_a_problem_in_a_log_says_no_more_than_its_kind():
    problem = problems.invalid(WrongField("about", f"{SECRET} is not known"))
    assert str(problem) == "422 This could not be understood"


def test_marks_of_code_do_not_reach_people():
    problem = problems.refused(
        ("M12",), "record one, or name a `lawful_basis`", by_role=False, what_to_do="Read `re`."
    )
    assert (problem.detail, problem.what_to_do) == ("record one, or name a lawful_basis", "Read re.")
    [error] = problems.invalid(WrongField("with", "say in `reason` why")).extra["errors"]
    assert error["message"] == "Say in reason why."


def test_extra_members_cannot_replace_its_own():
    assert Problem("x", "X", 400, "Y.", extra={"status": 200, "limit": 1}).body() == {
        "type": "urn:safeguarding:problem:x",
        "title": "X",
        "status": 400,
        "detail": "Y.",
        "rules": [],
        "what_to_do": "",
        "limit": 1,
    }
