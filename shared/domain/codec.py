"""Reads and writes the open part of an event as it is stored and published.

Three ways lead to one event. The *fast path* reads the body straight from its JSON text: pydantic reads a text by the
rules by which it reads parsed values, in less time. Text and values part where numbers are concerned (the text's reader
takes whole numbers of any size, `orjson` 64 bits), so only a class whose fields are known to read alike goes this way.
The *checked path* takes what the fast path gives up. The *upcast path* first brings an older version up to today's.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from functools import cache
from operator import attrgetter
from typing import Any, Final

import orjson
from pydantic import BaseModel, ValidationError

from shared.domain.event import _EVENTS, Envelope, Event


class UnknownEvent(Exception):
    """No event of this name, or a newer version of it than this program knows."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"event {name} version {version} is not known here; deploy the version that knows it"
        )
        self.name = name
        self.version = version


_ENVELOPE: Final = dict.fromkeys(field.name for field in fields_of(Envelope))


_in_envelope: Final = attrgetter(*_ENVELOPE)


def encode(event: Event, envelope: Envelope) -> bytes:
    """The open part as it is stored and published: the body's fields, `class_version` past 1, and the envelope."""
    body = event.__pydantic_serializer__.to_json(event, exclude_none=True)
    about = {
        name: value
        for name, value in zip(_ENVELOPE, _in_envelope(envelope), strict=True)
        if value is not None and value is not False
    }
    version = b'"class_version":%d,' % event.VERSION if event.VERSION > 1 else b""
    fields = body[1:-1] + b"," if len(body) > 2 else b""
    return b"{" + fields + version + b'"envelope":' + orjson.dumps(about) + b"}"


def decode(name: str, state: bytes) -> tuple[Event, Envelope]:
    """Read a stored open part, brought up to the version this program knows.

    Raises:
        UnknownEvent: no such event, or a newer version.
    """
    fields: dict[str, Any] = orjson.loads(state)
    about = fields.pop("envelope")
    event = _directly(name, state) or _event(name, fields)
    try:
        return event, Envelope(**about)
    except TypeError:
        # What a newer program says of every event beside its body is not for this one, and no reason to stop.
        return event, Envelope(**{key: value for key, value in about.items() if key in _ENVELOPE})


def decode_body(name: str, state: bytes) -> Event:
    """As `decode`, the event alone: for folding, which looks at nothing else. Raises as `decode`."""
    fields: dict[str, Any] = orjson.loads(state)
    del fields["envelope"]
    return _directly(name, state) or _event(name, fields)


def _directly(name: str, state: bytes) -> Event | None:
    """The event in what is laid out as `encode` does it, in this program's version, read from the text before the
    envelope; the whole is known to be JSON. None for anything else, and for all that is wrong with it: `_event` says.
    """
    cls = _EVENTS.get(name)
    known = None if cls is None else _direct(cls)
    if known is None:
        return None
    read, between, numbers = known
    body, found, envelope = state.rpartition(between)
    if not found or envelope.find(b"}") != len(envelope) - 2:  # something may stand behind it
        return None
    try:
        event: Event = read(body + b"}")
    except ValidationError:
        return None
    for number in numbers:
        value = getattr(event, number)
        if value is not None and not LEAST <= value <= MOST:
            return None
    return event


@cache
def _direct(cls: type[Event]) -> tuple[Callable[[bytes], Event], bytes, tuple[str, ...]] | None:
    """How the body of an event of the present version is read, what stands between it and the envelope, and its
    fields of whole numbers; None where the class is not read directly.
    """
    numbers = numbers_of(cls)
    if numbers is None:
        return None
    version = b',"class_version":%d' % cls.VERSION if cls.VERSION > 1 else b""
    return cls.__pydantic_validator__.validate_json, version + b',"envelope":{', numbers


def _event(name: str, fields: dict[str, Any]) -> Event:
    version = fields.pop("class_version", 1)
    cls = _EVENTS.get(name)
    if cls is None or version > cls.VERSION:
        raise UnknownEvent(name, version)
    while version < cls.VERSION:
        upcast: Callable[[dict[str, Any]], None] = getattr(cls, f"upcast_v{version}_v{version + 1}")
        upcast(fields)
        version += 1
    # A field that a later program added without a new version is not for this one; it stays in what is stored.
    known = cls.__pydantic_fields__
    if not fields.keys() <= known.keys():
        fields = {name: value for name, value in fields.items() if name in known}
    event: Event = cls.__pydantic_validator__.validate_python(fields)
    return event


def body_fields(event: Event) -> dict[str, Any]:
    """The open part of an event as stored, without the envelope: its fields, and `class_version` past 1."""
    fields: dict[str, Any] = orjson.loads(event.__pydantic_serializer__.to_json(event, exclude_none=True))
    return fields | ({"class_version": event.VERSION} if event.VERSION > 1 else {})


def event_of_fields(name: str, fields: dict[str, Any]) -> Event:
    """The event in the fields of an open part without its envelope, brought up to this program's version.

    Raises:
        UnknownEvent: no such event, or a newer version.
        ValidationError: the fields are not of the event's shape.
    """
    return _event(name, fields)


def trace_of(state: bytes) -> str | None:
    """The trace context a stored open part carries; None, without reading it, for what was not sampled."""
    if b'"trace":"' not in state:
        return None
    trace: str | None = orjson.loads(state)["envelope"].get("trace")
    return trace


def sealed_bytes(event: Event, actor_name: str) -> bytes | None:
    """The sealed part as it is encrypted: the event's own text, and the name of the person who acted."""
    text = event.sealed.model_dump(mode="json", exclude_none=True) if event.sealed is not None else {}
    if actor_name:
        text["recorded_by"] = actor_name
    return orjson.dumps(text) if text else None


_ALIKE: Final = frozenset({"bool", "date", "datetime", "str", "uuid"})


_INSIDE: Final = {
    "default": "schema",
    "nullable": "schema",
    "function-before": "schema",
    "json-or-python": "python_schema",
    "model": "schema",
    "dataclass": "schema",
    "model-field": "schema",
    "dataclass-field": "schema",
    "tuple": "items_schema",
    "model-fields": "fields",
    "dataclass-args": "fields",
}
"""Where a schema of this kind holds the schemas it is made of."""


LEAST: Final = -(2**63)


MOST: Final = 2**64 - 1
"""The whole numbers that the parser of values gives as such."""


def numbers_of(model: type[BaseModel]) -> tuple[str, ...] | None:
    """The fields that hold whole numbers, whose values must then be from `LEAST` to `MOST`; None: not read directly."""
    schema: Mapping[str, Any] = model.__pydantic_core_schema__
    shared: dict[str, Mapping[str, Any]] = {}
    if schema["type"] == "definitions":  # what stands in several fields is defined once
        shared = {one["ref"]: one for one in schema["definitions"]}
        schema = schema["schema"]
    if schema["type"] != "model" or schema["schema"]["type"] != "model-fields":
        return None
    numbers = []
    for name, field in schema["schema"]["fields"].items():
        inner = field["schema"]
        while inner["type"] in ("default", "nullable"):
            inner = inner["schema"]
        if inner["type"] == "int":
            numbers.append(name)
        elif not _alike(inner, shared):
            return None
    return tuple(numbers)


def _alike(schema: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> bool:
    kind = schema["type"]
    if kind in _ALIKE:
        return True
    if kind == "definition-ref":
        # Looked through once: one that is made of itself would be looked through for ever.
        ref = schema["schema_ref"]
        rest = {name: one for name, one in shared.items() if name != ref}
        return ref in shared and _alike(shared[ref], rest)
    if kind == "literal":
        return all(isinstance(one, str) for one in schema["expected"])
    if kind == "enum":
        return schema.get("sub_type") == "str"
    inside = schema.get(_INSIDE.get(kind, ""))
    if isinstance(inside, Mapping):
        parts = [inside] if "type" in inside else list(inside.values())
        return all(_alike(part, shared) for part in parts)
    return isinstance(inside, list) and all(_alike(part, shared) for part in inside)
