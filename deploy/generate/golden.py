"""Golden files: how each version of each event was stored, so that it can be read for as long as a log is kept.

`make generate` makes that of a new event, or of an event's new version, from a sample that fills every field. A golden
file is never changed once events of its version may be stored; a new version of an event gets a new file beside it, and an entry
`reads_as` is added to the older ones: how they read today, once their upcasters have run.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID, uuid5

import orjson
from pydantic import BaseModel

from deploy.catalogue import events
from shared.domain.codec import decode, encode, sealed_bytes
from shared.domain.event import Envelope, Event
from shared.domain.instants import london
from shared.domain.rules import Deadline

FOLDER: Final = Path(__file__).parents[2] / "tests" / "contract" / "golden"
_NAMES: Final = UUID("1f4dd9a4-7f0e-5a0e-9b7a-3a5b0f6f2c11")
_AT: Final = london(2026, 4, 2, 16, 40)


def path_of(name: str, version: int, folder: Path = FOLDER) -> Path:
    """Where the golden file of a version is."""
    return folder / f"{name}.v{version}.json"


def sample(event: type[Event]) -> Event:
    """An event of this class with every field filled, the same each time."""
    values = {
        name: _value(f"{event.NAME} {name}", field.annotation)
        for name, field in event.model_fields.items()
        if name != "sealed"
    }
    for name, value in values.items():
        if isinstance(value, Deadline):
            clock = event.CLOCK_FIELDS.get(name)
            values[name] = replace(value, rule=clock.rule if clock else values["rule"])
        elif name.endswith("agency"):
            values[name] = "police"
        elif name.endswith("agencies"):
            values[name] = ("police",)
    text = _value(event.NAME, event.TEXT) if event.TEXT else None
    return event(**values, sealed=text)


def golden(event: type[Event]) -> dict[str, Any]:
    """The golden file of an event's present version, as data."""
    made = sample(event)
    envelope = Envelope(
        id=str(uuid5(_NAMES, event.NAME)),
        known_at=_AT.isoformat(),
        actor=str(uuid5(_NAMES, "actor")),
        role="mash_manager",
        agency="childrens_social_care",
        organisation="Elm School",
        purpose="safeguarding",
        basis="public_task",
        correlation=str(uuid5(_NAMES, "correlation")),
        causation=str(uuid5(_NAMES, "causation")),
        command=str(uuid5(_NAMES, "command")),
        thing=str(uuid5(_NAMES, "thing")),
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        sensitivity=event.SENSITIVITY,
        late=True,
    )
    text = sealed_bytes(made, "Ana Lim")
    return {
        "name": event.NAME,
        "version": event.VERSION,
        "stored": orjson.loads(encode(made, envelope)),
        "sealed": orjson.loads(text) if text else None,
    }


def reads_as(stored: Mapping[str, Any], name: str) -> dict[str, Any]:
    """How a stored open part reads today: brought up to the present version, and written again."""
    event, envelope = decode(name, orjson.dumps(stored))
    again: dict[str, Any] = orjson.loads(encode(event, envelope))
    return again


def write(name: str, folder: Path = FOLDER) -> Path:
    """Makes the golden file of an event's present version.

    Raises:
        KeyError: there is no such event.
        FileExistsError: it stands there already; golden files are never changed.
    """
    event = events()[name]
    path = path_of(name, event.VERSION, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(golden(event), indent=2, ensure_ascii=False) + "\n")
    for version in range(1, event.VERSION):
        older = path_of(name, version, folder)
        held = json.loads(older.read_text(encoding="utf-8"))
        held["reads_as"] = reads_as(held["stored"], name)
        older.write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _value(name: str, hint: Any) -> Any:
    """A value of a type, the same each time."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(name, next(part for part in parts if part is not NoneType))
    if origin is Literal:
        return parts[0]
    if origin in (tuple, list, frozenset):
        if Ellipsis in parts or origin is not tuple:
            return origin((_value(f"{name} item", parts[0]),))
        return tuple(_value(f"{name} {n}", part) for n, part in enumerate(parts))
    if origin is dict:  # an open part of any shape
        return {"outcome": "as it should have been"}
    if origin is not None:  # Annotated, where it stands within another type
        return _value(name, parts[0])
    if hint is Deadline:
        return Deadline(
            _AT, london(2026, 4, 8), "M1", "rules 2026-11; calendar EW-2026-11", stage="later", agreed=True
        )
    plain = {UUID: uuid5(_NAMES, name), datetime: _AT, date: date(2026, 4, 2), bool: True, int: 3, str: name}
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint(
            **{part: _value(f"{name} {part}", field.annotation) for part, field in hint.model_fields.items()}
        )
    raise TypeError(f"no sample is known for {name} of type {hint}: add one to deploy/generate/golden.py")
