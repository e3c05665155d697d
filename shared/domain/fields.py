"""Types of what people write: bounded texts, and a professional named by name.

A text is refused with a control character in it (a NUL byte among them) or beyond its bound, so that what one person
pastes cannot stop what others read.
"""

import re
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.domain.actors import AGENCIES, professional_id

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


def _no_control(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("take out the control characters: only letters, signs and line breaks can be kept")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("say it in words: this is blank")
    return text


def _agency(word: str) -> str:
    if word not in AGENCIES:
        raise ValueError(f"this is no agency: it is one of {', '.join(sorted(AGENCIES))}")
    return word


Text = Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(_no_control)]
"""A text a person writes; it may be empty."""


RequiredText = Annotated[Text, AfterValidator(_not_blank), Field(json_schema_extra={"minLength": 1})]
"""A text that says something: a reason, a message."""


ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_no_control)
]
"""A short text on one line: a name, a title."""


Agency = Annotated[str, AfterValidator(_agency), Field(json_schema_extra={"enum": sorted(AGENCIES)})]
"""One of the agencies."""


class Names:
    """How names of professionals become ids while a command is read: of the actor's agency unless it says another.

    Passed to `Command.model_validate(..., context=Names(...))`.
    """

    def __init__(self, key: bytes, agency: str) -> None:
        self._key = key
        self._agency = agency

    def id_of(self, name: str, agency: str | None = None) -> UUID:
        """The professional's opaque id."""
        return professional_id(self._key, name, agency or self._agency)


class Professional(BaseModel):
    """A professional in a command, written as a name. The name is sealed wherever it is kept; decisions use the id."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: UUID
    name: ShortText = Field(repr=False)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            if isinstance(info.context, Names):
                # Whoever sends a command gives a name; an id of their own choosing would be somebody else's.
                raise ValueError("write who it is as plain text, as you would say it")  # noqa: TRY004 - pydantic's way
            return value
        if not isinstance(info.context, Names):
            raise ValueError("a professional's name is read only from a command")  # noqa: TRY004 - pydantic's way
        if not value.strip():
            raise ValueError("write the professional's name")
        return {"id": info.context.id_of(value), "name": value}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A caller writes the name alone."""
        return {"type": "string", "minLength": 1, "maxLength": 200, "description": "a professional's name"}

    @classmethod
    def named(cls, name: str, names: Names) -> Self:
        """The professional of this name."""
        return cls(id=names.id_of(name), name=name)
