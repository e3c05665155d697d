"""Forms made of a command's JSON Schema and its words: what to draw, what was answered, what is wrong with which answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from shared.domain.instants import NotALocalTime, local_instant
from shared.pages.words import CommandWords, Words, WordsMissing

Kind = Literal[
    "line",
    "text",
    "choice",
    "choices",
    "yes_no",
    "number",
    "date",
    "moment",
    "person",
    "people",
    "lines",
    "group",
    "rows",
]
"""How a field is asked for."""

MOST_RADIOS: Final = 8
"""A list of more is a drop-down."""
_SHORT: Final = 200  # characters: a text that may be longer gets more room
_MOST_ROWS: Final = 30
_EMPTY: Final = frozenset({"missing", "blank", "choose", "too_few"})
"""Codes of an answer that is not there."""

Answers = Mapping[str, Sequence[str]]


class NoForm(Exception):
    """The command asks for something that no field of a form can answer; the message says what."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    Attributes:
        name: where its answer stands in the command, as `referrer.name`.
        kind: how it is asked for.
        label: the question.
        hint: what helps to answer it.
        missing: what to do where it was left empty; empty: as the team says it.
        required: whether it must be answered.
        options: what to choose from, codes with their words.
        fields: of a group, or of each row, the questions within.
        whole_number: whether its codes are sent as numbers.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    missing: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    fields: tuple["Field", ...] = ()
    whole_number: bool = False

    def within(self, row: int) -> "tuple[Field, ...]":
        """The questions of one row."""
        return tuple(_moved(each, self.name, row) for each in self.fields)

    @property
    def first_control(self) -> str:
        """The id of the control that a link to this question leads to."""
        if self.kind in {"date", "moment"}:
            return f"{self.name}-day"
        if self.kind == "group":
            return self.fields[0].first_control
        return self.name


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an answer: at which question, and what to do."""

    name: str
    message: str
    link: str = ""


Person = tuple[str, str]
"""Somebody who can be chosen: id, and name."""


def fields_of(
    schema: Mapping[str, Any], said: CommandWords, words: Words, people: Sequence[Person] = ()
) -> tuple[Field, ...]:
    """The questions of a command, in the order of its schema.

    Args:
        schema: of its own fields, with `$defs`.
        said: its words.
        words: of its codes.
        people: who can be chosen where it asks for somebody.

    Raises:
        WordsMissing: a field or a code has none.
        NoForm: a field that must be answered cannot be asked for.
    """
    return _Reading(schema.get("$defs", {}), said, words, people).fields("", schema)


class _Reading:
    def __init__(
        self, definitions: Mapping[str, Any], said: CommandWords, words: Words, people: Sequence[Person]
    ) -> None:
        self._definitions = definitions
        self._said = said
        self._words = words
        self._people = tuple(people)

    def fields(self, within: str, schema: Mapping[str, Any]) -> tuple[Field, ...]:
        required = set(schema.get("required", ()))
        found = (
            self._field(f"{within}{name}", node, required=name in required)
            for name, node in schema["properties"].items()
        )
        return tuple(each for each in found if each is not None)

    def _field(self, name: str, node: Mapping[str, Any], *, required: bool) -> Field | None:
        said = self._said.fields.get(name)
        if said is None:
            raise WordsMissing(f"the field {name} has no words")
        if said.hidden:
            if required:
                raise NoForm(f"{name} must be answered, and is not asked for")
            return None
        node, codes = self._resolved(node)
        base = Field(name, "line", said.label, said.hint, said.missing, required)
        return self._of_kind(base, node, said.codes or codes)

    def _of_kind(self, base: Field, node: Mapping[str, Any], codes: str) -> Field:
        kind = node.get("type")
        if "enum" in node:
            return replace(base, kind="choice", options=self._options(codes, node["enum"]))
        if kind == "boolean":
            return replace(base, kind="yes_no", options=(("true", "Yes"), ("false", "No")))
        if kind == "integer":
            return self._number(base, node, codes)
        if kind == "array":
            return self._several(base, node, codes)
        if kind == "object" and "properties" in node:
            return replace(base, kind="group", fields=self.fields(f"{base.name}.", node))
        if kind == "string":
            return self._text(base, node)
        raise NoForm(f"{base.name} is of a kind that no form can ask for")

    def _number(self, base: Field, node: Mapping[str, Any], codes: str) -> Field:
        if codes:
            numbers = range(node["minimum"], node["maximum"] + 1)
            return replace(base, kind="choice", options=self._options(codes, numbers), whole_number=True)
        return replace(base, kind="number")

    def _several(self, base: Field, node: Mapping[str, Any], codes: str) -> Field:
        item, list_ = self._resolved(node["items"])
        if "enum" in item:
            return replace(base, kind="choices", options=self._options(codes or list_, item["enum"]))
        if item.get("x-label") == "person":
            return replace(base, kind="people", options=self._people)
        if item.get("type") == "object":
            return replace(base, kind="rows", fields=self.fields(f"{base.name}.", item))
        if item.get("type") == "string" and "x-label" not in item:
            return replace(base, kind="lines")
        raise NoForm(f"{base.name} is a list of what no form can ask for")

    def _text(self, base: Field, node: Mapping[str, Any]) -> Field:
        if node.get("x-label") == "person":
            return replace(base, kind="person", options=self._people)
        if "x-label" in node:
            raise NoForm(f"{base.name} is a thing that no form can ask for")
        if node.get("format") in {"date", "date-time"}:
            return replace(base, kind="date" if node["format"] == "date" else "moment")
        return base if node.get("maxLength", _SHORT + 1) <= _SHORT else replace(base, kind="text")

    def _options(self, codes: str, among: Sequence[Any] | range) -> tuple[tuple[str, str], ...]:
        return tuple((str(one), self._words.code(codes or "agencies", one)) for one in among)

    def _resolved(self, node: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """What a schema comes to, without references and without "or nothing", and the code list's name."""
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            resolved, inner = self._resolved(self._definitions[name])
            return resolved, inner or name
        for word in ("anyOf", "oneOf", "allOf"):
            if word in node:
                one = next(each for each in node[word] if each.get("type") != "null")
                return self._resolved(one)
        return node, ""


def _moved(one: Field, of: str, row: int) -> Field:
    """A question of a row, named by the row it stands in."""
    rest = one.name.removeprefix(f"{of}.")
    return replace(
        one,
        name=f"{of}.{row}.{rest}",
        fields=tuple(_moved(each, of, row) for each in one.fields),
    )


def rows_of(one: Field, answers: Answers) -> int:
    """How many rows a form shows: those that were answered, those asked for, and at least one of what is required."""
    asked = [
        int(value) for value in answers.get(f"{one.name}-rows", ()) if value.isascii() and value.isdigit()
    ]
    return min(max([*asked, 1]), _MOST_ROWS)


def body_of(fields: Sequence[Field], answers: Answers) -> tuple[dict[str, Any], list[Wrong]]:
    """What was answered, as the command takes it, and what cannot be read. What is empty is left out."""
    body: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for one in fields:
        value = _value(one, answers, wrong)
        if value is not None:
            body[one.name.rpartition(".")[2]] = value
    return body, wrong


def _value(one: Field, answers: Answers, wrong: list[Wrong]) -> Any:
    given = [each.strip().replace("\r\n", "\n") for each in answers.get(one.name, ()) if each.strip()]
    match one.kind:
        case "group":
            within, problems = body_of(one.fields, answers)
            wrong += problems
            return within or None
        case "rows":
            return _rows(one, answers, wrong)
        case "date" | "moment":
            return _when(one, answers, wrong)
        case "choices" | "people":
            return given or ([] if one.required else None)
        case "lines":
            lines = [line.strip() for each in given for line in each.split("\n") if line.strip()]
            return lines or ([] if one.required else None)
        case "yes_no":
            return given[0] == "true" if given else None
        case "number":
            return _number(one, given, wrong)
        case "choice":
            return _choice(one, given)
        case _:
            return given[0] if given else None


def _choice(one: Field, given: Sequence[str]) -> Any:
    if not given:
        return None
    return int(given[0]) if one.whole_number and given[0].isdigit() else given[0]


def _rows(one: Field, answers: Answers, wrong: list[Wrong]) -> list[dict[str, Any]] | None:
    found = []
    for row in range(rows_of(one, answers)):
        within, problems = body_of(one.within(row), answers)
        wrong += problems
        if within:
            found.append(within)
    return found or ([] if one.required else None)


def _number(one: Field, given: Sequence[str], wrong: list[Wrong]) -> int | None:
    if not given:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", given[0]):
        wrong.append(Wrong(one.name, f"{one.label.rstrip('?')} must be a whole number", one.first_control))
        return None
    return int(given[0])


def _when(one: Field, answers: Answers, wrong: list[Wrong]) -> str | None:
    parts = [(answers.get(f"{one.name}-{part}") or [""])[0].strip() for part in ("year", "month", "day")]
    at = (answers.get(f"{one.name}-time") or [""])[0].strip()
    if not any((*parts, at)):
        return None
    try:
        on = date(*(int(part) for part in parts))
        if on.year < 1900:
            raise ValueError
    except (ValueError, TypeError):
        wrong.append(
            Wrong(one.name, f"{_subject(one)} must be a real date, such as 27 3 2026", one.first_control)
        )
        return None
    if one.kind == "date":
        return on.isoformat()
    try:
        return local_instant(f"{on.isoformat()}T{at}").isoformat().replace("+00:00", "Z")
    except NotALocalTime:
        wrong.append(
            Wrong(one.name, f"{_subject(one)} needs a real time of day, such as 14:30", f"{one.name}-time")
        )
        return None


def _subject(one: Field) -> str:
    return "When it happened" if one.label.endswith("?") else one.label


def every(fields: Sequence[Field], answers: Answers) -> Iterator[Field]:
    """Every question of a form as it is drawn, with those of groups and rows."""
    for one in fields:
        yield one
        if one.kind == "group":
            yield from every(one.fields, answers)
        elif one.kind == "rows":
            for row in range(rows_of(one, answers)):
                yield from every(one.within(row), answers)


def errors_of(errors: Sequence[Mapping[str, Any]], fields: Sequence[Field], answers: Answers) -> list[Wrong]:
    """What a team said of the fields of a command, at the questions they belong to and in their words."""
    known = {one.name: one for one in every(fields, answers)}
    found: list[Wrong] = []
    for error in errors:
        place = str(error.get("field", "")).removeprefix("with.")
        while place and place not in known:
            place = place.rpartition(".")[0]
        one = known.get(place)
        empty = error.get("code") in _EMPTY
        message = one.missing if one is not None and one.missing and empty else str(error.get("message", ""))
        wrong = Wrong(place, message, one.first_control if one is not None else "")
        if wrong not in found:
            found.append(wrong)
    return found


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is drawn: its questions, what was answered by now, and what is wrong."""

    fields: tuple[Field, ...]
    answers: Answers = field(default_factory=dict, repr=False)
    wrong: tuple[Wrong, ...] = ()

    def value(self, name: str) -> str:
        """The one answer of a control; empty where there is none."""
        return (list(self.answers.get(name) or ()) or [""])[0]

    def chosen(self, name: str, code: str) -> bool:
        """Whether a code is among the answers."""
        return code in (self.answers.get(name) or ())

    def error(self, name: str) -> str:
        """What is wrong at a question; empty where nothing is."""
        return " ".join(one.message for one in self.wrong if one.name == name)

    def rows(self, one: Field) -> int:
        """How many rows are drawn."""
        return rows_of(one, self.answers)
