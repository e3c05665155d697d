"""The API's description (OpenAPI 3.1) of a service, for whoever is signed in: whole, so that a client can be made of it.

The framework describes what it knows. It knows no refusal of ours, not how one signs in, and leaves the definitions within a
command's own schema where no reference finds them: those are added here, once for every address.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from shared.domain.field_errors import Code
from shared.web.dependencies import CurrentActor
from shared.web.problems import MEDIA_TYPE

router = APIRouter(tags=["description"])


_COMPONENTS: Final = "#/components/schemas/"


_OPEN_TO_ALL: Final = "/health/"


class FieldProblem(BaseModel):
    """A field that is wrong, and how."""

    field: str = Field(description="where it stands, as `with.referrer.name`")
    code: Code = Field(description="the kind of mistake, the same for ever")
    message: str = Field(description="what to do, for people")


class ProblemAnswer(BaseModel):
    """A refusal (RFC 9457): what happened, which rules forbid it, and what to do. It repeats nothing of what was sent."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="the kind of it, the same each time: `urn:safeguarding:problem:...`")
    title: str
    status: int
    detail: str = Field(description="this one in a sentence, for people")
    rules: list[str] = Field(description="the rules that forbid it, as `M7`; empty where it is no rule")
    what_to_do: str
    errors: list[FieldProblem] | None = Field(default=None, description="of 422: the fields that are wrong")


class CommandAnswer(BaseModel):
    """What a command recorded."""

    id: str = Field(description="of the command, and of what it opened: `re` of what follows")
    position: int = Field(
        description="the log's last position it wrote: `after` of a read that should show it"
    )
    events: list[str] = Field(description="names of the events")
    late: bool = Field(description="whether it was recorded later than rule E1 allows")
    again: bool = Field(description="whether this Idempotency-Key had been answered before")


class Items(BaseModel):
    """A page of a list."""

    items: list[dict[str, Any]]
    next: str | None = Field(description="`cursor` of the next page; none after the last")
    position: int | None = Field(
        default=None, description="up to which the list is: `after` of the stream that tells of its changes"
    )


_ANSWERS: Final[Mapping[str, str]] = {
    "401": "nobody is signed in, or the token does not count",
    "403": "the role, or a wall, does not allow it; the rules say which",
    "404": "there is nothing here; also where one may not know that there is",
    "409": "the state of the record does not allow it, or a rule forbids it",
    "413": "more than the service takes at once",
    "422": "not of the right shape: `errors` names the fields",
    "429": "as many are open as one person may have at a time: see `Retry-After`",
    "500": "the service made a mistake",
    "503": "the service, or what it stands on, cannot do it now: see `Retry-After`",
}


_HEADERS: Final = {
    "429": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    "503": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
}


class DescribedAPI(FastAPI):
    """An application whose description has every refusal, how one signs in, and every definition where it is found."""

    _whole: dict[str, Any] | None = None

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self._whole is None:
            self._whole = _whole(super().openapi())
        return self._whole


def _whole(described: dict[str, Any]) -> dict[str, Any]:
    components = described.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, own = models_json_schema(
        [(model, "serialization") for model in (ProblemAnswer, CommandAnswer, Items)],
        ref_template=f"{_COMPONENTS}{{model}}",
    )
    schemas.update(own["$defs"])
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "OpenID Connect"}
    }
    described["security"] = [{"token": []}]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            _lift_definitions(operation, schemas)
            _answers(path, method, operation)
    return described


def _answers(path: str, method: str, operation: dict[str, Any]) -> None:
    """Name every answer of an address."""
    answers: dict[str, Any] = operation["responses"]
    answers.pop("422", None)
    if path.startswith(_OPEN_TO_ALL):
        operation["security"] = []
        wanted = {"503"}
    else:
        wanted = {"401", "403", "500", "503"}
        if operation.get("parameters") or "requestBody" in operation:
            wanted.add("422")
        if "{" in path or method == "post":
            wanted.add("404")
        if method == "post" or path.startswith("/audit/"):
            wanted.add("409")
        if path.startswith("/commands/"):
            wanted.add("413")
            answers["200"] = _answered("what it recorded", "application/json", CommandAnswer)
    if path.startswith("/live/"):
        wanted.add("429")
        answers["200"] = {"description": "server-sent events", "content": {"text/event-stream": {}}}
    if path.startswith("/audit/"):
        answers["200"] = {"description": "lines of JSON", "content": {"application/x-ndjson": {}}}
    if any(each["name"] == "cursor" for each in operation.get("parameters", ())):
        answers["200"] = _answered("a page", "application/json", Items)
    for status in sorted(wanted):
        answers[status] = {
            **_answered(_ANSWERS[status], MEDIA_TYPE, ProblemAnswer),
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }


def _answered(what: str, media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": f"{_COMPONENTS}{model.__name__}"}
    return {"description": what, "content": {media_type: {"schema": schema}}}


def _lift_definitions(operation: Mapping[str, Any], schemas: dict[str, Any]) -> None:
    """Put the definitions within a body's schema among the components, and let what refers to them find them there.

    Raises:
        ValueError: two definitions of one name say different things, which a client could not tell apart.
    """
    for content in operation.get("requestBody", {}).get("content", {}).values():
        definitions: dict[str, Any] = content["schema"].pop("$defs", {})
        for schema in (content["schema"], *definitions.values()):
            for reference in _references(schema):
                reference["$ref"] = reference["$ref"].replace("#/$defs/", _COMPONENTS, 1)
        for name, schema in definitions.items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two definitions are called {name}: give one of the classes another name")


def _references(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object within that refers to another."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


@router.get("/openapi.json", include_in_schema=False)
async def description(request: Request, _who: CurrentActor) -> dict[str, Any]:
    """Every address of this service, what it takes and what it answers."""
    described: dict[str, Any] = request.app.openapi()
    return described
