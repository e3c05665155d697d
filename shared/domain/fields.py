"""Types of what people write: bounded texts and lists, and a professional named by name.

A text is refused with a control character in it (a NUL byte among them) or beyond its bound, so that what one person
pastes cannot stop what others read. A line (a name, a title) holds only what can be seen and ordinary spaces: an
invisible or reversed name would be another one than it seems.
"""

import hmac
import re
from collections.abc import Callable, Hashable
from functools import partial
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.domain.actors import AGENCIES, organisation_id, professional_id
from shared.domain.field_errors import wrong

LABEL_KEYWORD: Final = "x-label"
"""The keyword in a JSON Schema that marks a field as one of these types."""


LabelKind = Literal["person", "thing"]
"""What a label stands for: a person of the case, or the thing an earlier step opened."""


def _schema(kind: LabelKind) -> dict[str, Any]:
    return {"type": "string", "format": "uuid", LABEL_KEYWORD: kind}


PersonId = Annotated[UUID, WithJsonSchema(_schema("person"))]
"""The id of a person that People registered: a child or an adult."""


ThingId = Annotated[UUID, WithJsonSchema(_schema("thing"))]
"""The id of a thing that a command opened (a contact, a meeting): the id of that command."""


MOST_TEXT = 20_000
"""Most characters of a text; longer ones are a document, and belong into a file."""


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


_OVERRIDES: Final = re.compile("[\u202d\u202e]")
"""They show what follows in another order than it is written in: a text would read as what nobody wrote. What only
embeds words of a language that is written from right to left stays."""


def _no_control(text: str) -> str:
    if _CONTROL.search(text):
        raise wrong(
            "take out the control characters: only letters, signs and line breaks can be kept", "characters"
        )
    if _OVERRIDES.search(text):
        raise wrong(
            "take out the signs that turn the direction of writing: type the words anew", "characters"
        )
    return text


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        raise wrong(
            "write it on one line, with letters, signs and ordinary spaces: line breaks, tabs and invisible "
            "characters cannot be kept",
            "characters",
        )
    return text


def _not_blank(text: str) -> str:
    if not any(one.isprintable() and not one.isspace() for one in text):
        raise wrong("say it in words: this is blank", "blank")
    return text


def _agency(word: str) -> str:
    if word not in AGENCIES:
        raise wrong(f"this is no agency: it is one of {', '.join(sorted(AGENCIES))}", "choose")
    return word


Text = Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(_no_control)]
"""A text a person writes; it may be empty."""


RequiredText = Annotated[Text, AfterValidator(_not_blank), Field(json_schema_extra={"minLength": 1})]
"""A text that says something: a reason, a message."""


ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_on_one_line)
]
"""A short text on one line: a name, a title. Spaces around it are dropped."""


Agency = Annotated[str, AfterValidator(_agency), Field(json_schema_extra={"enum": sorted(AGENCIES)})]
"""One of the agencies."""


MOST_ITEMS = 100
"""Most items of a list in a command: more than any form has boxes, so longer ones are a mistake."""


Item = TypeVar("Item", bound=Hashable)


def _distinct(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


Distinct = Annotated[tuple[Item, ...], Field(max_length=MOST_ITEMS), AfterValidator(_distinct)]
"""A list in a command, as `Distinct[Disability]`: what is said twice counts once; more than 100 items are refused."""


class Names:
    """How names of professionals become ids while a command is read: of the actor's agency unless it says another.

    Passed to `Command.model_validate(..., context=Names(...))`.
    """

    def __init__(self, key: bytes, agency: str, digest: Callable[[bytes], bytes] | None = None) -> None:
        """`digest`: the service's own, of what is compared with sealed words; left out, one under the same key."""
        self._key = key
        self._agency = agency
        self._digest = digest or partial(hmac.digest, key, digest="sha256")

    def id_of(self, name: str, agency: str | None = None) -> UUID:
        """The professional's opaque id."""
        return professional_id(self._key, name, agency or self._agency)

    def organisation(self, name: str) -> str:
        """An organisation's opaque id."""
        return organisation_id(self._key, name)

    def compared(self, text: str) -> UUID:
        """The keyed digest (128 bits) of what is compared with sealed words."""
        return UUID(bytes=self._digest(text.encode())[:16])


class Organisation(BaseModel):
    """This school, that ward, in a command: its name as plain text, and the id made of it.

    Decisions, and who sees what, go by the id, which says nothing; the name is sealed wherever it is kept.

    Attributes:
        id: the opaque id (`organisation_id`).
        name: as written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    name: ShortText = Field(repr=False)

    @model_validator(mode="wrap")
    @classmethod
    def _named(cls, value: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(info.context, Names):
            if isinstance(value, str):
                raise wrong("an organisation's name is read only from a command")
            return read(value)
        if not isinstance(value, str):
            # Whoever sends a command gives a name; an id of their own choosing would be somebody else's.
            raise wrong("write the organisation's name as plain text", "not_text")
        found = read({"id": "", "name": value})
        return found.model_copy(update={"id": info.context.organisation(found.name)})

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A caller writes the name alone."""
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "this school, that ward, by name",
        }


class ProfessionalNamed(NamedTuple):
    """Who a professional is, in words: the name, the agency, and the organisation where one was named."""

    name: str
    agency: str
    organisation: str | None


class Professional(BaseModel):
    """A professional in a command: a name as plain text, or `{name, agency, organisation}`, and the id made of it.

    The name is sealed wherever it is kept; decisions use the id. It is made of name and agency, so whoever names a
    colleague as plain text and whoever names them with their agency from elsewhere mean the same person.

    Attributes:
        id: the professional's opaque id.
        name: as written.
        agency: as written; None where it is the sender's own.
        organisation: this school, that ward; no part of the id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: UUID
    name: ShortText = Field(repr=False)
    agency: Agency | None = None
    organisation: ShortText | None = None

    def of(self, sender_agency: str) -> ProfessionalNamed:
        """Who it is where somebody of that agency wrote it: of the agency named, else of the sender's own."""
        return ProfessionalNamed(self.name, self.agency or sender_agency, self.organisation)

    @model_validator(mode="wrap")
    @classmethod
    def _named(cls, value: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(info.context, Names):
            if isinstance(value, str):
                raise wrong("a professional's name is read only from a command")
            return read(value)
        said = {"name": value} if isinstance(value, str) else value
        if not isinstance(said, dict) or not said.keys() <= _WRITTEN:
            # Whoever sends a command gives a name; an id of their own choosing would be somebody else's.
            raise wrong(
                "write who it is as plain text, or say as well where they work, and nothing else", "not_text"
            )
        found = read({**said, "id": _NOBODY})
        return found.model_copy(update={"id": info.context.id_of(found.name, found.agency)})

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A caller writes the name alone, or with agency and organisation; never an id."""
        line = {"type": "string", "minLength": 1, "maxLength": 200}
        return {
            "description": "a professional: the name, for one of the sender's own agency; or with agency and organisation",
            "anyOf": [
                line,
                {
                    "type": "object",
                    "properties": {
                        "name": line,
                        "agency": {"type": "string", "enum": sorted(AGENCIES)},
                        "organisation": line,
                    },
                    "required": ["name"],
                    "additionalProperties": False,
                },
            ],
        }

    @classmethod
    def named(
        cls, name: str, names: Names, *, agency: str | None = None, organisation: str | None = None
    ) -> Self:
        """The professional of this name."""
        return cls(id=names.id_of(name, agency), name=name, agency=agency, organisation=organisation)


_WRITTEN: Final = Professional.model_fields.keys() - {"id"}
"""What a caller may write of a professional."""


_NOBODY: Final = UUID(int=0)
"""Stands for the id while the name that it is made of is still being read."""
