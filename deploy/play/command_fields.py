"""A command's own fields as a case file writes them, read by the command's JSON Schema.

The schema says which texts are labels and which are times on a London clock; the rest stays as written. A field that
the schema does not name, at any depth, and a code that is none of its list are told apart from other mistakes: a
file may be ahead of this version, and is then played up to there.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import BaseModel, ValidationError

from deploy.play.case_types import Label, with_ids
from deploy.play.marked_yaml import Mark, Mistake, Node
from shared.crypto.secret_files import KEY_BYTES
from shared.domain.fields import LABEL_KEYWORD, Names
from shared.domain.instants import NotALocalTime, local_instant

ADDRESS: Final = frozenset({"about", "re", "happened", "known"})
"""What every command has beside its own fields, written on the step itself."""

_NO_SUCH_CODE: Final = frozenset({"enum", "literal_error"})
"""What pydantic calls a value that is none of a list."""

_STAND_INS = UUID("0f3d5f0e-3c4f-5d53-9c43-6f2f4a6c2c55")
_NAMES: Final = Names(bytes(KEY_BYTES), "childrens_social_care")  # whose id a name has does not matter here


def own_fields(command: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a command's own fields, as `with` writes them."""
    schema = command.model_json_schema(by_alias=True)
    schema["properties"] = {
        name: field for name, field in schema.get("properties", {}).items() if name not in ADDRESS
    }
    for said, field in getattr(command, "IN_WITH", {}).items():
        schema["properties"][said] = schema["properties"].pop(field)
    schema["required"] = [name for name in schema.get("required", []) if name not in ADDRESS]
    return schema


class FieldReader:
    """Reads `with` for the steps of one file."""

    def __init__(self, commands: Mapping[str, type[BaseModel]], mistakes: list[Mistake]) -> None:
        """`commands` by name; what is wrong is added to `mistakes`."""
        self._commands = commands
        self._mistakes = mistakes
        self._schemas: dict[str, dict[str, Any]] = {}

    def names(self, do: str) -> Collection[str]:
        """The fields of command `do`, as `with` names them."""
        return tuple(self._schema(do)["properties"])

    def read(self, do: str, node: Node, kinds: Mapping[str, str], unknown: list[Mistake]) -> dict[str, Any]:
        """The fields of command `do`, with a `Label` for each label and an RFC 3339 text in UTC for each time.

        `kinds` are the labels that exist by now: `person` or `thing`. Fields that the command does not have are left
        out, and added to `unknown`.
        """
        schema = self._schema(do)
        value = _Walk(schema, do, kinds, self._mistakes, unknown).value(node, schema)
        return value if isinstance(value, dict) else {}

    def check(
        self,
        do: str,
        node: Node,
        fields: Mapping[str, Any],
        address: Mapping[str, Any],
        unknown: list[Mistake],
    ) -> None:
        """Has the command itself look at the values: a code it does not know goes to `unknown`, the rest to the mistakes.

        A value that is a mistake already is told once.
        """
        told = {mistake.mark for mistake in (*self._mistakes, *unknown)}
        stand_ins = _StandIns()
        in_with: Mapping[str, str] = getattr(self._commands[do], "IN_WITH", {})
        own = {in_with.get(name, name): value for name, value in with_ids(dict(fields), stand_ins).items()}
        written = {**own, **with_ids(dict(address), stand_ins)}
        try:
            self._commands[do].model_validate(written, context=_NAMES)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False):
                mark = node.at(one["loc"])
                if mark in told:
                    continue
                place = ".".join(str(part) for part in one["loc"]) or do
                hint = ": put it in quotes" if one["type"] == "string_type" else ""
                words = one["msg"].removeprefix("Value error, ")
                another_code = one["type"] in _NO_SUCH_CODE and isinstance(one["input"], str)
                found = unknown if another_code else self._mistakes
                found.append(Mistake(mark, f"{do}, {place}: {words}{hint}"))

    def _schema(self, do: str) -> dict[str, Any]:
        if do not in self._schemas:
            self._schemas[do] = own_fields(self._commands[do])
        return self._schemas[do]


class _StandIns(dict[str, str]):
    """Any id for any label: what is checked is the shape."""

    def __missing__(self, label: str) -> str:
        return str(uuid5(_STAND_INS, label))


class _Walk:
    """One walk over a value and its schema together."""

    def __init__(
        self,
        root: Mapping[str, Any],
        do: str,
        kinds: Mapping[str, str],
        mistakes: list[Mistake],
        unknown: list[Mistake],
    ) -> None:
        self._root = root
        self._do = do
        self._kinds = kinds
        self._mistakes = mistakes
        self._unknown = unknown

    def value(self, node: Node, schema: Mapping[str, Any]) -> Any:
        choices = list(self._choices(schema))
        match node.value:
            case dict():
                return self._mapping(node, choices)
            case list(items):
                return [
                    self.value(item, self._item_schema(choices, index)) for index, item in enumerate(items)
                ]
            case str(text):
                return self._text(text, node.mark, choices)
            case scalar:
                return scalar

    def _choices(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The schemas that a value may follow, references and alternatives taken apart."""
        if "$ref" in schema:
            target: Any = self._root
            for part in str(schema["$ref"]).removeprefix("#/").split("/"):
                target = target[part]
            yield from self._choices(target)
            return
        for keyword in ("anyOf", "oneOf", "allOf"):
            if keyword in schema:
                for one in schema[keyword]:
                    yield from self._choices(one)
                return
        yield schema

    def _mapping(self, node: Node, choices: list[Mapping[str, Any]]) -> Any:
        entries = node.value
        assert isinstance(entries, dict)
        objects = [one for one in choices if one.get("type") == "object" or "properties" in one]
        if not objects:
            return node.plain()  # no mapping is wanted here: checking the values says what is
        schema = next(
            (one for one in objects if entries.keys() <= one.get("properties", {}).keys()), objects[0]
        )
        known: Mapping[str, Any] = schema.get("properties", {})
        others = schema.get("additionalProperties", False)
        filled = {}
        for key, one in entries.items():
            if key in known:
                filled[key] = self.value(one, known[key])
            elif isinstance(others, dict):
                filled[key] = self.value(one, others)
            else:
                names = ", ".join(sorted(known)) or "none"
                self._unknown.append(
                    Mistake(node.keys[key], f"{self._do} has no field `{key}` here; it has: {names}")
                )
        return filled

    @staticmethod
    def _item_schema(choices: list[Mapping[str, Any]], index: int) -> Mapping[str, Any]:
        for one in choices:
            first = one.get("prefixItems", [])
            if index < len(first):
                return dict(first[index])
            if isinstance(one.get("items"), dict):
                return dict(one["items"])
        return {}

    def _text(self, text: str, mark: Mark, choices: list[Mapping[str, Any]]) -> Any:
        wanted = {str(one[LABEL_KEYWORD]) for one in choices if LABEL_KEYWORD in one}
        times = [one for one in choices if one.get("format") == "date-time"]
        may_be_text = any(
            LABEL_KEYWORD not in one and one not in times and (one.get("type") == "string" or "enum" in one)
            for one in choices
        )
        if wanted:
            kind = self._kinds.get(text)
            if kind in wanted:
                return Label(text)
            if not may_be_text:
                self._mistakes.append(Mistake(mark, _no_such_label(text, kind, wanted)))
        elif times:
            try:
                return local_instant(text).isoformat().replace("+00:00", "Z")
            except NotALocalTime as error:
                if not may_be_text:
                    self._mistakes.append(Mistake(mark, str(error)))
        return text


def _no_such_label(text: str, kind: str | None, wanted: set[str]) -> str:
    words = {"person": "a person of this file", "thing": "an earlier step", "refused": "a step to be refused"}
    needed = " or ".join(sorted(words.get(one, one) for one in wanted))
    if kind is None:
        return f"`{text}` is no label yet: this field names {needed}"
    return f"`{text}` is {words.get(kind, kind)}, and this field names {needed}"
