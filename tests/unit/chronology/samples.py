"""Every event that makes an entry, with any values and any sealed text, for property tests."""

import string
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import BaseModel

from deploy.catalogue import events as known_events
from services import all_entries
from shared.domain.actors import AGENCIES
from shared.domain.code_lists import Sex
from shared.domain.corrections import Corrected
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.audience import Party

ENTRIES = all_entries()
WRITTEN = [kind for kind in known_events().values() if ENTRIES.writes(kind)]

WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12).map(lambda word: f"§{word}")
"""Words that no title of ours contains, so that finding one means that it leaked."""
DUE = Deadline(
    london(2026, 4, 2, 16, 40), london(2026, 4, 8), rule="M1", edition="rules 2026-11; calendar EW-2026-11"
)
CODES = st.text(string.ascii_lowercase, min_size=1, max_size=12)
"""What stands in an open part: never a word of a sealed one."""
INSTANTS = st.datetimes(
    max_value=london(2030, 1, 1).replace(tzinfo=None), min_value=london(2020, 1, 1).replace(tzinfo=None)
).map(lambda at: london(at.year, at.month, at.day))


def sealed(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """A sealed part, or an object in one, whose every text is a word of ours."""
    return st.builds(kind, **{name: _text(field.annotation) for name, field in kind.model_fields.items()})


def _text(annotation: Any) -> st.SearchStrategy[Any]:
    said = str(annotation)
    inner = next(_models(annotation), None)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if "dict" in said:
        return st.dictionaries(WORDS, WORDS, max_size=2)
    if inner is not None:
        return st.lists(sealed(inner), max_size=2).map(tuple) if "tuple" in said else sealed(inner)
    if "Sex" in said:
        return st.sampled_from(Sex)
    if "date" in said:
        return INSTANTS.map(lambda at: at.date())
    if "int" in said:
        return st.integers(0, 9)
    return st.lists(WORDS, max_size=3).map(tuple) if "tuple" in said else WORDS


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The objects that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a class."""
    given: dict[str, st.SearchStrategy[Any]] = {"happened_at": INSTANTS}
    for name, field in kind.model_fields.items():
        if field.annotation is Deadline or Deadline in getattr(field.annotation, "__args__", ()):
            given[name] = st.just(DUE)
        elif name.endswith("_at") and "bool" not in str(field.annotation):
            given[name] = INSTANTS
        elif field.annotation is Corrected:
            given[name] = st.builds(
                Corrected,
                name=st.just("mash.ContactReceived"),
                recorded_at=INSTANTS,
                version=st.integers(1, 9),
            )
        elif name == "referrer_agency":
            given[name] = st.sampled_from([None, *sorted(AGENCIES)])
        elif name in {"agency", "by_agency", "their_agency", "from_agency"}:
            given[name] = st.sampled_from(sorted(AGENCIES))
        elif name in {"agencies", "invited_absent", "partners", "shareable_with"} or (
            name == "to" and "str" in str(field.annotation)
        ):
            given[name] = st.lists(st.sampled_from(sorted(AGENCIES)), min_size=1, unique=True).map(tuple)
        elif field.annotation is int:
            given[name] = st.integers(1, 45)
        elif name == "rule":
            given[name] = st.sampled_from(["M1", "A2"])
        elif field.annotation is str:
            given[name] = CODES
        elif get_args(field.annotation) == (str, ...):
            given[name] = st.lists(CODES, max_size=3).map(tuple)
        elif Party in get_args(field.annotation):
            parties = st.builds(Party, agency=st.sampled_from(sorted(AGENCIES)), organisation=st.none())
            given[name] = st.lists(parties, max_size=2).map(tuple)
    given["sealed"] = sealed(kind.TEXT) if kind.TEXT else st.none()
    return st.builds(kind, **given)


ANY = st.sampled_from(WRITTEN).flatmap(events)
