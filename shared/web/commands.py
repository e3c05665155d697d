"""One POST for each command, made from its class: the HTTP body and a step of a case file have the same shape."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from shared.commands.handler import Answer
from shared.domain.actors import Actor
from shared.domain.command import ADDRESS, Command, NotFound, Refused
from shared.domain.fields import Names
from shared.eventstore.append import AnotherBody
from shared.inbox.newcomers import StillOnTheirWay
from shared.infrastructure.tracing import beginning
from shared.service.process import RunningService, ServiceProcess
from shared.team.authorisation import Forbidden, known_before
from shared.web.dependencies import actor, record, running_service, within_limits
from shared.web.field_errors import WrongField, said_by_us, wrong_field
from shared.web.json_body import one_object
from shared.web.problems import Problem, invalid, too_large

MOST_BYTES: Final = 256 * 1024
"""The longest body of a command; a text beyond it is a document."""


_LONGEST_KEY: Final = 200


_KEYS: Final = UUID("8b0f4b0e-6d1b-4a5c-8f2a-0a3d5a7c9e11")


def schema_of(name: str, command: type[Command]) -> dict[str, Any]:
    """The JSON Schema of a command's body: about, re, with, happened, known."""
    own = command.model_json_schema(by_alias=True)
    definitions = own.pop("$defs", {})
    address = {field: own["properties"].pop(field) for field in Command.model_fields}
    for said, field in command.IN_WITH.items():
        own["properties"][said] = own["properties"].pop(field)
    with_: dict[str, Any] = {
        "type": "object",
        "properties": own["properties"],
        "additionalProperties": False,
        "required": own.get("required", []),
    }
    schema: dict[str, Any] = {
        "title": name,
        "description": (command.__doc__ or "").strip(),
        "type": "object",
        "properties": {**address, "with": with_},
        "additionalProperties": False,
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


_BESIDE: Final = f"only {', '.join(sorted(ADDRESS))} and with"


def read_command(command: type[Command], body: bytes, names: Names) -> Command:
    """Read a body into a command, strictly: a number is no text, and "yes" is not true.

    Raises:
        Problem: it is too large, no JSON, or not of the command's shape; nothing of it is repeated.
    """
    if len(body) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    asked = one_object(body or b"{}")
    own = asked.pop("with", {}) or {}
    if not isinstance(own, dict):
        raise invalid(WrongField("with", "send the command's own fields as one object", "not_an_object"))
    # Never by its name: what somebody wrote in the wrong place may be a name.
    astray = [
        WrongField("body", f"{_BESIDE} stand here; the command's own fields go into with", "unknown")
    ] * bool(set(asked) - ADDRESS)
    astray += [
        WrongField(f"with.{field}", "say this beside with, not in it", "unknown")
        for field in sorted((set(own) & ADDRESS) - command.IN_WITH.keys())
    ]
    if astray:
        raise invalid(*astray)
    own = {command.IN_WITH.get(field, field): value for field, value in own.items()}
    fields = orjson.dumps({**own, **{k: v for k, v in asked.items() if v is not None}})
    try:
        return command.model_validate_json(fields, strict=True, context=names)
    except ValidationError as error:
        raise invalid(
            *(wrong_field(_path(command, said_by_us(each)), each) for each in error.errors(include_url=False))
        ) from None


def _path(command: type[Command], location: tuple[int | str, ...]) -> str:
    """Where a field stands in the body."""
    if not location:
        return "with"
    first, *within = location
    if first not in ADDRESS:
        said = {field: name for name, field in command.IN_WITH.items()}
        within, first = [said.get(str(first), first), *within], "with"
    return ".".join(str(step) for step in (first, *within))


def commands_router(process: ServiceProcess) -> APIRouter:
    """The routes of every command a person may send to this service."""
    router = APIRouter(tags=["commands"])
    for command in process.personal_commands():
        name = process.action_of(command)
        router.add_api_route(
            f"/commands/{name}",
            _endpoint(name, command),
            methods=["POST"],
            response_model=dict[str, Any],
            name=name,
            summary=(command.__doc__ or name).strip().splitlines()[0],
            description=(command.__doc__ or "").strip(),
            openapi_extra={
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema_of(name, command)}},
                },
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "schema": {"type": "string", "maxLength": _LONGEST_KEY},
                        "description": "the same key again gets the old answer; another body under it is refused",
                    }
                ],
            },
        )
    return router


def _endpoint(name: str, command: type[Command]) -> Callable[[Request], Awaitable[Response]]:
    # It asks for the service and the actor itself, and answers in bytes: so it needs nothing of the framework, and
    # `ShortWay` can call it.
    async def run(request: Request) -> Response:
        running = await running_service(request)
        who = await actor(request, running)
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= _LONGEST_KEY:
            raise invalid(
                WrongField("Idempotency-Key", f"send a key of 1 to {_LONGEST_KEY} characters", "too_long")
            )
        command_id = own_command_id(who, key) if key is not None else uuid4()
        await within_limits(running, who, name)
        names = Names(running.names_key, who.agency, running.keys.compared)
        try:
            asked = read_command(command, await _body(request), names)
        except Problem:
            await _refuse_a_stranger(running, who, name)
            raise
        try:
            with beginning(
                name, request.headers.get("traceparent"), service=running.service.name, command=name
            ):
                answer = await running.handle(asked, who, command_id)
        except (Refused, Forbidden) as refusal:
            await record(
                running, who, name, children=asked.about, subject=asked.re, shown=False, rules=refusal.rules
            )
            raise
        except (NotFound, StillOnTheirWay, AnotherBody):
            await record(running, who, name, children=asked.about, subject=asked.re, shown=False)
            raise
        if (shown := asked.shows()) is not None:
            await record(running, who, name, children=asked.about, subject=answer.id, why=shown)
        return _answer(answer)

    return run


async def _refuse_a_stranger(running: RunningService, who: Actor, name: str) -> None:
    """Refuse by their role whoever may not send the command, whatever stands in the body: its shape answers no stranger.

    Raises Forbidden; not for a colleague of the team, whose mistake is told beside what else forbids it.
    """
    known = known_before(running.service.agency, who)
    verdict = running.access.may(who, name, known)
    of_the_team = not verdict.alone and running.access.allows(
        who, f"read:worklist:{running.service.name}", known
    )
    if verdict.allowed or (of_the_team and who.agency == running.service.agency):
        return
    await record(running, who, name, shown=False, rules=verdict.rules, decision=verdict)
    raise Forbidden(verdict.why, verdict.rules)


def own_command_id(who: Actor, key: str) -> UUID:
    """The id of a command sent under an Idempotency-Key, which is the sender's own: of this person, in this role, for
    this organisation. Nobody can learn of, or take, another's answer by guessing a key; and who acts for a second school
    with the key of a form (`2026-11-24-1`) does not get the first school's answer for it.
    """
    # By the sign-in, which stays the same when People says whose it is.
    scope = [str(who.sign_in or who.id), who.role, who.agency, who.organisation, key]
    return uuid5(_KEYS, orjson.dumps(scope).decode())


async def _body(request: Request) -> bytes:
    """The body, read no further than a command may be long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large(MOST_BYTES)
    return body


def _answer(answer: Answer) -> Response:
    said = {
        "id": answer.id,
        "position": answer.position,
        "events": answer.events,
        "late": answer.late,
        "again": answer.again,
    }
    return Response(orjson.dumps(said), media_type="application/json")


class ShortWay(BaseRoute):
    """Takes a POST to one of some addresses to the endpoint that its route describes, by one look in a table."""

    def __init__(self, described: APIRouter) -> None:
        """Of every POST in `described`: addresses without parameters, endpoints that take the request alone."""
        self._endpoints: dict[str, Callable[[Request], Awaitable[Response]]] = {
            route.path: route.endpoint
            for route in described.routes
            if isinstance(route, APIRoute) and "POST" in (route.methods or ())
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is one of these, fully or not at all: another method is for the route to refuse."""
        known = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._endpoints
        return (Match.FULL if known else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the endpoint answer; what it raises is answered as everywhere."""
        response = await self._endpoints[scope["path"]](Request(scope, receive))
        await response(scope, receive, send)
