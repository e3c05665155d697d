"""Types of the fields in which a case file may write a label instead of an id.

A command's JSON Schema shows the marker as `x-label`, so that whoever fills a command in (a case file, a form)
knows which texts are labels and which are text: `given_by: tom` against `with: L. Shaw`.
"""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import WithJsonSchema

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
