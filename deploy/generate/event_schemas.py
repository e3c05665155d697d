"""The contract as JSON Schemas: one an event and version, in `docs/schemas/events`; one a command beside them.

They are made from the code (`make generate`). A change that what is stored already would not fit is refused: it needs a new version of the
event, with an upcaster from the last. The schema of an older version stays as it is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from deploy.catalogue import events
from deploy.generate.compatible import breaking
from shared.domain.event import Envelope, Event

EVENTS: Final = Path(__file__).parents[2] / "docs" / "schemas" / "events"
COMMANDS: Final = Path(__file__).parents[2] / "docs" / "schemas" / "commands"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
WHAT_TO_DO: Final = (
    "What is stored already would no longer be read. Give the event a new version instead: raise `version=` in its "
    "class statement, add a static method `upcast_vN_vM(state)` that brings the last version up to it, then run "
    "`make generate`."
)


class Incompatible(ValueError):
    """Changes that what is stored already would not fit."""


def event_schema(event: type[Event]) -> dict[str, Any]:
    """The schema of an event's open part as it is stored and published; `x-sealed` is that of its sealed part."""
    body = event.model_json_schema(mode="serialization")
    envelope = TypeAdapter(Envelope).json_schema()
    properties = {name: field for name, field in body["properties"].items() if name != "sealed"}
    required = list(body.get("required", []))
    if event.VERSION > 1:
        properties["class_version"] = {"const": event.VERSION}
        required.append("class_version")
    schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": event.NAME,
        "description": event.__doc__,
        "type": "object",
        "properties": {**properties, "envelope": {"$ref": "#/$defs/Envelope"}},
        "required": [*required, "envelope"],
        "additionalProperties": False,
        "$defs": {**{k: v for k, v in body.get("$defs", {}).items() if k != "Sealed"}, "Envelope": envelope},
        "x-version": event.VERSION,
        "x-crosses": event.CROSSES,
    }
    if event.TEXT is not None:
        schema["x-sealed"] = event.TEXT.model_json_schema(mode="serialization")
    return schema


def event_files() -> dict[str, dict[str, Any]]:
    """Every event's schema by file name."""
    return {f"{name}.v{event.VERSION}.json": event_schema(event) for name, event in events().items()}


def command_files() -> dict[str, dict[str, Any]]:
    """Every command's schema by file name: what `safeguarding commands --json` says."""
    from deploy.catalogue import schemas

    return {f"{name}.json": schema for name, schema in schemas().items()}


def committed(folder: Path) -> dict[str, dict[str, Any]]:
    """The schemas that stand in a folder, by file name."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def incompatible(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What would no longer be read, file by file, and what to do; empty: nothing."""
    broken = [
        f"{name}: {change}"
        for name, schema in new.items()
        if name in old
        for change in breaking(old[name], schema)
    ]
    return "\n".join([*broken, WHAT_TO_DO]) if broken else ""


def write(events_in: Path = EVENTS, commands_in: Path = COMMANDS) -> list[Path]:
    """Writes what is new or changed; answers the files.

    Raises:
        Incompatible: a change that what is stored already would not fit; nothing is written.
    """
    files = event_files()
    if wrong := incompatible(committed(events_in), files):
        raise Incompatible(wrong)
    of_commands = command_files()
    commands_in.mkdir(parents=True, exist_ok=True)
    events_in.mkdir(parents=True, exist_ok=True)
    for path in commands_in.glob("*.json"):
        if path.name not in of_commands:
            path.unlink()
    written = []
    for folder, schemas in ((events_in, files), (commands_in, of_commands)):
        for name, schema in schemas.items():
            text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                written.append(path)
    return written
