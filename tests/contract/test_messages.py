"""What people are told when a command is refused: each mistake by its field and code, and in plain English.

Whoever reads it fills in a form, or writes a program of another agency: names of our classes, of Python's types and marks
of code say nothing to them.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.catalogue import known_commands
from shared.domain.command import Command
from shared.domain.field_errors import CODES
from shared.domain.fields import Names
from shared.web.commands import read_command, schema_of
from shared.web.problems import Problem

NAMES = Names(b"n" * 32, "childrens_social_care")
ROOT = Path(__file__).parents[2]
COMMANDS = known_commands()
COMPLETE: Mapping[str, Mapping[str, Any]] = {
    "mash.DecideContact": {"outcome": "no_further_action", "level": 1, "rationale": "Why."},
    "mash.ReceiveContact": {
        "source": "2A",
        "children_said": [{"name": "Kit"}],
        "worries": "Bruises.",
        "referrer": {"name": "Ms Hall"},
    },
    "people.RegisterPerson": {"kind": "child", "name": "Kit Test"},
}
LONG = 100_000
BAD: tuple[Any, ...] = (
    None, "", " ", "x" * LONG, "a\x00b", "a\u202eb", "a\nb", "2026-13-45", "yes", 0, -1, 1.5, 10**18, True, [], ["x"] * 101,
    [{}], {}, {"x": 1},
)  # fmt: skip
CODE_WORDS = re.compile(
    r"`|pydantic|\bNone\b|\bTrue\b|\bFalse\b|\bstr\b|\bint\b|\bbool\b|\bdict\b|\btuple\b|UUID|Input should|validation|\w_\w"
)


def errors_of(name: str, command: type[Command], body: Mapping[str, Any]) -> list[dict[str, str]]:
    """The fields that are refused; none where the body is read."""
    try:
        read_command(command, orjson.dumps(body), NAMES)
    except Problem as problem:
        assert problem.status in {413, 422}, (name, problem.body())
        listed: list[dict[str, str]] = problem.body().get("errors", [])
        assert listed, (name, problem.body())
        return listed
    return []


def places(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Every field of a schema, from the outside in, through objects and lists of them."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    for alternative in schema.get("anyOf", ()):
        yield from places(alternative, definitions)
    for name, field in schema.get("properties", {}).items():
        yield (name,)
        yield from ((name, *rest) for rest in places(field, definitions))
    if "items" in schema:
        yield from (("", *rest) for rest in places(schema["items"], definitions))


def within(place: tuple[str, ...], value: Any) -> Any:
    """The value at its place, and nothing else."""
    for step in reversed(place):
        value = {step: value} if step else [value]
    return value


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_field_says_what_is_wrong_with_it(name):
    """Each bad value in each field, alone: so that all the others are missing, too."""
    command = COMMANDS[name]
    schema = schema_of(name, command)
    fields = list(dict.fromkeys(places(schema["properties"]["with"], schema.get("$defs", {}))))
    bodies = [{"with": within(place, value)} for place in fields for value in BAD]
    bodies += [{field: value} for field in ("about", "re", "happened", "known") for value in BAD if value]
    bodies += [{}, {"with": 1}, {"colour": 1}, {"with": {"colour": "Zebedee"}}, {"with": {"about": []}}]
    for body in bodies:
        for error in errors_of(name, command, body):
            assert error["code"] in CODES, error
            assert error["field"].partition(".")[0] in {"with", "about", "re", "happened", "known", "body"}, (
                error
            )
            told = error["message"]
            if error["code"] == "choose":  # the codes themselves
                told = told.partition(":")[0]
            assert not CODE_WORDS.search(told), (name, error)
            assert "Zebedee" not in told


@pytest.mark.parametrize(
    ("name", "said", "field", "code"),
    [
        ("mash.DecideContact", {"outcome": "referral_accepted"}, "with.primary_need", "missing"),
        ("mash.DecideContact", {"outcome": "signposted"}, "with.service", "missing"),
        ("mash.DecideContact", {"outcome": "no_further_action", "level": 5}, "with.level", "out_of_range"),
        ("mash.DecideContact", {"outcome": "no_further_action", "level": "1"}, "with.level", "not_a_number"),
        ("mash.ReceiveContact", {"referrer": {}}, "with.referrer.name", "missing"),
        ("mash.ReceiveContact", {"referrer": {"organisation": "Elm"}}, "with.referrer.agency", "missing"),
        ("mash.ReceiveContact", {"family_aware": "yes"}, "with.family_aware", "not_yes_or_no"),
        ("mash.ReceiveContact", {"worries": "x" * 30_000}, "with.worries", "too_long"),
        ("mash.ReceiveContact", {"worries": " "}, "with.worries", "blank"),
        ("mash.ReceiveContact", {"referrer": {"name": "a\u200bb"}}, "with.referrer.name", "characters"),
        ("mash.ReceiveContact", {"received": "yesterday"}, "with.received", "not_a_time"),
        ("mash.ReceiveContact", {"source": "99"}, "with.source", "choose"),
        ("people.RegisterPerson", {"born": 0}, "with.born", "not_a_date"),
        ("people.RegisterPerson", {"born": "0001-01-01"}, "with.born", "out_of_range"),
        ("people.RegisterPerson", {"due": "2026-12-04", "born": "2026-01-01"}, "with.due", "rule"),
        ("people.RegisterPerson", {"disability": ["MOB"] * 20_000}, "with.disability", "too_many"),
        ("people.RegisterPerson", {"nhs_number": "9990003336"}, "with.nhs_number", "mistyped"),
        ("people.RecordSchool", {"from": "2026-02-01", "to": "2026-01-01", "school": "Elm"}, "with.to", "rule"),
        ("assessment.RecordVisit", {"seen": False, "place": "home"}, "with.why_not_seen", "missing"),
        ("mash.CorrectRecord", {"reason": "Wrong day.", "happened": "yesterday"}, "with.happened", "not_a_time"),
    ],
)  # fmt: skip
def test_a_mistake_stands_on_the_field_that_puts_it_right(name, said, field, code):
    [error] = errors_of(name, COMMANDS[name], {"with": {**COMPLETE.get(name, {}), **said}})
    assert (error["field"], error["code"]) == (field, code)


SAID_TO_PEOPLE = (
    *(ROOT / "services").rglob("*.py"),
    *(ROOT / "shared" / "commands").glob("*.py"),
    *(ROOT / "shared" / "team").glob("*.py"),
    *(ROOT / "shared" / "web").glob("*.py"),
    ROOT / "shared" / "domain" / "fields.py",
    ROOT / "shared" / "domain" / "instants.py",
    ROOT / "shared" / "domain" / "receipt.py",
    ROOT / "shared" / "access" / "tokens.py",
    ROOT / "shared" / "access" / "claims.py",
)
FOR_PROGRAMMERS = {
    "BadWiring",
    "BadDeclaration",
    "TypeError",
    "ValueError",
    "Field",
    "Query",
    "Header",
    "Entry",
}


@pytest.mark.parametrize("path", SAID_TO_PEOPLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_message_has_a_mark_of_code(path):
    """What describes the API to programmers may, in Markdown; so may what stops a start."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = {
        id(text)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in FOR_PROGRAMMERS)
        or (isinstance(node, ast.Yield) and path.name == "wiring.py")
        or (isinstance(node, ast.AnnAssign | ast.Assign) and path.name == "description.py")
        for text in ast.walk(node)
    }
    marked = [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "`" in node.value
        and not node.value.startswith("[")  # a class of characters
        and node.value != "`"  # the mark itself, where messages are freed of it
        and id(node) not in aside
    ]
    assert not marked
