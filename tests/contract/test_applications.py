"""What every team's application promises over HTTP: its commands described as they are taken, and no spans but ours."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from deploy.catalogue import known_commands
from deploy.local.layout import Layout
from services import all_teams, names
from services.__main__ import ACCESS
from shared.domain.access_facts import NOTHING
from shared.domain.command import Command
from shared.service.process import ServiceProcess
from shared.service.settings import Settings
from shared.web.app import application
from shared.web.commands import ShortWay, schema_of

ROOT = Path(__file__).resolve().parents[2]
TEAMS = {team.name: team for team in all_teams()}


@pytest.fixture(params=names())
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """A team's application as its process makes it, not started."""
    layout = Layout(tmp_path)
    layout.make_files([request.param])
    environment = layout.environment(
        request.param,
        dsn="postgresql://127.0.0.1:1/none",
        reader_dsn="postgresql://127.0.0.1:1/none",
        bootstrap="127.0.0.1:1",
        broker="embedded",
        port=1,
        simulated=False,
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    process = ServiceProcess(TEAMS[request.param], Settings.of(request.param), access=ACCESS)
    yield application(process)
    process.keys.close()


def commands_of(app: FastAPI) -> dict[str, type]:
    team = app.state.process.service.name
    return {name: command for name, command in known_commands().items() if name.startswith(f"{team}.")}


def test_every_command_is_described_and_nothing_else(app):
    paths = app.openapi()["paths"]
    assert {path for path in paths if path.startswith("/commands/")} == {
        f"/commands/{name}" for name in commands_of(app)
    }
    for name, command in commands_of(app).items():
        (described,) = paths[f"/commands/{name}"].values()
        body, own = (
            described["requestBody"]["content"]["application/json"]["schema"],
            schema_of(name, command),
        )
        assert (body["title"], body["description"]) == (own["title"], own["description"])
        assert list(body["properties"]) == list(own["properties"]) == [*Command.model_fields, "with"]
        assert body["properties"]["with"].keys() >= {"properties", "required"}
        assert (
            body["properties"]["with"]["properties"].keys() == own["properties"]["with"]["properties"].keys()
        )
        assert [each["name"] for each in described["parameters"]] == ["Idempotency-Key"]
        assert "application/json" in described["responses"]["200"]["content"]


def references(schema: object) -> Iterator[str]:
    """Everything within that refers to something else."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for inner in schema.values():
            yield from references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)


def test_every_reference_of_the_description_is_found_where_it_points(app):
    described = app.openapi()
    found = set(references(described))
    assert len(found) > 5
    for reference in found:
        place: object = described
        assert reference.startswith("#/components/schemas/"), reference
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict)
            assert step in place, reference
            place = place[step]
    unused = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]} - found
    assert not unused


def test_every_address_says_how_one_signs_in_and_names_its_answers(app):
    described = app.openapi()
    assert described["openapi"].startswith("3.1")
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["security"] == [{"token": []}]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            if path.startswith("/health/"):
                assert (operation["security"], answers.keys()) == ([], {"200", "503"})
                continue
            assert "security" not in operation
            assert answers.keys() >= {"200", "401", "403", "503"}, path
            if path.startswith("/commands/"):
                assert answers.keys() == {"200", "401", "403", "404", "409", "413", "422", "500", "503"}
                schema = answers["200"]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/CommandAnswer"}
            if "{" in path:
                assert answers.keys() >= {"404", "422"}, path
            for status, answer in answers.items():
                if status != "200":
                    assert answer["content"].keys() == {"application/problem+json"}, (path, method, status)


def test_what_is_no_json_says_so(app):
    paths = app.openapi()["paths"]
    assert paths["/metrics"]["get"]["responses"]["200"]["content"].keys() == {"text/plain"}
    exports = [path for path in paths if path.startswith("/audit/")]
    assert exports
    for path in exports:
        for operation in paths[path].values():
            assert operation["responses"]["200"]["content"].keys() == {"application/x-ndjson"}


def test_every_command_goes_the_short_way(app):
    short = next(route for route in app.router.routes if isinstance(route, ShortWay))
    for name in commands_of(app):
        scope = {"type": "http", "method": "POST", "path": f"/commands/{name}"}
        assert short.matches(scope)[0].name == "FULL", name


def test_nothing_that_an_endpoint_needs_runs_in_a_thread(app):
    """The framework calls what is no coroutine, a class too, in a thread of its pool: as dear as the endpoint itself."""
    routes = [
        context.original_route
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    ]
    needed = [dependant for route in routes for dependant in all_of(route.dependant)]
    assert len(needed) > len(routes)
    in_threads = {each.call for each in needed if not inspect.iscoroutinefunction(each.call)}
    assert not in_threads


def all_of(dependant: Dependant) -> Iterator[Dependant]:
    """An endpoint, and all it depends on."""
    yield dependant
    for each in dependant.dependencies:
        yield from all_of(each)


async def test_before_it_is_ready_it_takes_no_command(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        for name in commands_of(app):
            answer = await client.post(f"/commands/{name}", json={})
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert "retry-after" in answer.headers


SPIES = """
import asyncio, sys
import httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

spans, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)

from fastapi import FastAPI
from shared.web.app import OF_THE_FRAMEWORK


async def spans_of(app):
    spans.clear()

    @app.get("/children/{name}")
    async def child(name: str) -> dict:
        return {}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        assert (await client.get("/children/Ava")).status_code == 200
    return len(spans.get_finished_spans())


print(asyncio.run(spans_of(FastAPI())), asyncio.run(spans_of(FastAPI(telemetry=OF_THE_FRAMEWORK))))
"""


def test_the_framework_tells_no_collector_which_addresses_were_asked_for():
    """As it would by itself where the process has a provider: an address names a child. In a process of its own."""
    said = subprocess.run(
        [sys.executable, "-c", SPIES], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert int(said[0]) > 0, "the framework has no telemetry of its own any more: OF_THE_FRAMEWORK can go"
    assert int(said[1]) == 0


def test_the_application_is_made_so(app):
    said = app._telemetry
    assert not (said["tracing"] or said["metrics"] or said["logs"] or said["auto_configure"])


@pytest.mark.parametrize("app", ["mash"], indirect=True)
def test_a_councils_policies_are_those_of_the_process(app, tmp_path, monkeypatch, caplog):
    process = app.state.process
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "council.cedar").write_text(
        '@id("nobody-holds") @rule("E9") @why("We do not.")\n'
        'forbid (principal, action == Action::"mash.HoldContact", resource);\n'
    )
    monkeypatch.setenv("SAFEGUARDING_ACCESS", str(tmp_path / "council"))
    settings = Settings.of(process.service.name)
    found = [ServiceProcess(process.service, settings, access=ACCESS) for _ in range(2)]
    for one in found:
        assert one.access.decide("mash_manager", "mash.HoldContact", NOTHING).by == ("nobody-holds",)
        one.keys.close()
    assert process.access.decide("mash_manager", "mash.HoldContact", NOTHING).allowed
    compiled = [line for line in caplog.records if "compiled at the start" in line.message]
    assert len(compiled) == 1, "services of one process compile once"


@pytest.mark.parametrize("app", ["mash"], indirect=True)
def test_a_service_does_not_start_with_a_policy_that_is_wrong(app, tmp_path, monkeypatch):
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "council.cedar").write_text(
        '@id("mistaken") permit (principal in Role::"managr", action == Action::"mash.HoldContact", resource);\n'
    )
    monkeypatch.setenv("SAFEGUARDING_ACCESS", str(tmp_path / "council"))
    started = subprocess.run(
        [sys.executable, "-m", "services", app.state.process.service.name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 2, started.stderr
    assert 'council.cedar, line 1, @id("mistaken")' in started.stderr
    assert '"managr"' in started.stderr
