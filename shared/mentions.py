"""The people a command's own fields speak of, beside those it is about: each must be known, or the command is refused."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel, WithJsonSchema

from shared.decider import ADDRESS, Command
from shared.words import LABEL_KEYWORD


def people_in(command: Command) -> tuple[UUID, ...]:
    """The ids in all fields of type `PersonId`, also in lists and in models within."""
    return tuple(dict.fromkeys(_people(command, _fields(type(command)))))


def _people(model: BaseModel, names: tuple[tuple[str, bool], ...]) -> Iterator[UUID]:
    for name, marked in names:
        value = getattr(model, name)
        for each in value if isinstance(value, tuple | list | frozenset) else (value,):
            if isinstance(each, BaseModel):
                yield from _people(each, _fields(type(each)))
            elif marked and isinstance(each, UUID):
                yield each


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """The fields that may hold people, and whether they are marked as such."""
    address = ADDRESS if issubclass(model, Command) else frozenset()
    return tuple(
        (name, any(map(_is_person, (*field.metadata, field.annotation))))
        for name, field in model.model_fields.items()
        if name not in address and _may_hold_people(field.annotation, field.metadata)
    )


def _may_hold_people(annotation: Any, metadata: Sequence[Any]) -> bool:
    """Whether it is worth looking into: most fields are text, codes and times."""
    return any(map(_is_person, (*metadata, annotation))) or _has_model(annotation)


def _has_model(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, BaseModel)) or any(map(_has_model, get_args(hint)))


def _is_person(hint: Any) -> bool:
    if isinstance(hint, WithJsonSchema):
        return hint.json_schema is not None and hint.json_schema.get(LABEL_KEYWORD) == "person"
    return any(map(_is_person, getattr(hint, "__metadata__", ()))) or any(map(_is_person, get_args(hint)))
