"""No event changes so that what is stored could not be read, and the schemas say how it is."""

import copy
import json

import pytest

from deploy.catalogue import schemas
from deploy.generate.compatible import breaking
from deploy.generate.event_schemas import (
    EVENTS,
    WHAT_TO_DO,
    Incompatible,
    command_files,
    committed,
    event_files,
    incompatible,
    write,
)


def test_no_event_changes_so_that_what_is_stored_could_not_be_read():
    wrong = incompatible(committed(EVENTS), event_files())
    assert not wrong, wrong


def test_the_schemas_of_commands_are_those_that_the_command_line_says():
    assert {schema["title"]: schema for schema in command_files().values()} == schemas()


def test_every_schema_is_of_an_event_that_exists_or_existed():
    current = {name.rpartition(".v")[0] for name in event_files()}
    assert {name.rpartition(".v")[0] for name in committed(EVENTS)} <= current


def test_writing_again_changes_nothing(tmp_path):
    assert len(write(tmp_path / "events", tmp_path / "commands")) == len(event_files()) + len(command_files())
    assert write(tmp_path / "events", tmp_path / "commands") == []


def test_an_incompatible_change_is_not_written(tmp_path):
    write(tmp_path / "events", tmp_path / "commands")
    path = tmp_path / "events" / "mash.ContactDecided.v2.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    before["properties"]["decided_by"] = {"type": "string"}
    path.write_text(json.dumps(before), encoding="utf-8")
    with pytest.raises(Incompatible, match="decided_by was removed or renamed") as caught:
        write(tmp_path / "events", tmp_path / "commands")
    assert WHAT_TO_DO in str(caught.value)
    assert json.loads(path.read_text(encoding="utf-8")) == before


OLD = event_files()["mash.ContactDecided.v2.json"]


def changed(change):
    new = copy.deepcopy(OLD)
    change(new)
    return new


def removed(schema):
    del schema["properties"]["level"]


def retyped(schema):
    schema["properties"]["level"]["type"] = "string"


def reformatted(schema):
    schema["properties"]["contact"].pop("format")
    schema["properties"]["contact"]["pattern"] = "[0-9]+"


def required(schema):
    schema["properties"]["priority"] = {"type": "integer"}
    schema["required"].append("priority")


def optional_made_required(schema):
    schema["required"].append("primary_need")


def value_removed(schema):
    schema["$defs"]["Outcome"]["enum"].remove("signposted")


def listed(schema):
    schema["properties"]["level"]["enum"] = [1, 2, 3, 4]


def narrowed(schema):
    schema["properties"]["level"]["maximum"] = 4


def nested(schema):
    schema["$defs"]["Deadline"]["required"].append("reason")


def envelope(schema):
    del schema["$defs"]["Envelope"]["properties"]["agency"]


def sealed_removed(schema):
    del schema["x-sealed"]


def sealed_renamed(schema):
    text = schema["x-sealed"]["properties"]
    text["reason"] = text.pop("rationale")


def sealed_items(schema):
    schema["x-sealed"]["properties"]["indicators"]["items"]["type"] = "integer"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (removed, "level was removed or renamed"),
        (retyped, "level was of type integer and is now of type string"),
        (reformatted, "contact was of any pattern and is now of pattern [0-9]+"),
        (required, "priority is newly required"),
        (optional_made_required, "primary_need is newly required"),
        (value_removed, "outcome no longer takes signposted"),
        (listed, "level took any integer and now takes 1, 2, 3, 4 alone"),
        (narrowed, "level has a lower maximum than before"),
        (nested, "tell_by reason is newly required"),
        (envelope, "envelope agency was removed or renamed"),
        (sealed_removed, "the sealed part was removed"),
        (sealed_renamed, "sealed rationale was removed or renamed"),
        (sealed_items, "sealed indicators [] was of type string and is now of type integer"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_would_make_the_past_unreadable_is_found(change, says):
    assert says in breaking(OLD, changed(change))


def new_optional(schema):
    schema["properties"]["priority"] = {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}


def new_value(schema):
    schema["$defs"]["Outcome"]["enum"].append("held")


def required_made_optional(schema):
    schema["required"].remove("level")


def other_words(schema):
    schema["description"] = "In other words."


@pytest.mark.parametrize(
    "change", [new_optional, new_value, required_made_optional, other_words, lambda _schema: None]
)
def test_what_only_adds_is_no_break(change):
    assert breaking(OLD, changed(change)) == []
