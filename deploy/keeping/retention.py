"""How long a person's record is kept: rules as dated data over what is found of them. Pure.

Nothing is erased by it, and nothing proposed: it says what a person would have to look at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from deploy.play.errors import CannotGoOn

OWN: Final = Path(__file__).parent / "retention.yaml"
"""The rules that come with the project."""

EVERYTHING: Final = "other"
"""The kind that everybody's record is of, whatever else it is."""

ADULT_AT: Final = 18


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(_Part):
    """How long from what, from a day on."""

    applies_from: date
    years: Annotated[int, Field(ge=1, le=200)]
    from_: Annotated[Literal["birth", "first_recorded", "last_recorded"], Field(alias="from")]
    after_death_as_a_child: Annotated[int, Field(ge=1, le=200)] | None = None
    """Years from the death of somebody who died before 18, in the place of the others."""


class Kind(_Part):
    """A kind of record: by which facts it is found, how long it is kept and who says so."""

    what: str
    found_by: tuple[str, ...] = ()
    source: str
    local: bool = False
    person_decides: str | None = None
    """What a program cannot know: then it is never due by itself."""
    rows: Annotated[tuple[Period, ...], Field(min_length=1)]

    def row_on(self, day: date) -> Period | None:
        """The row that holds on a day; None: none did yet."""
        held = [row for row in self.rows if row.applies_from <= day]
        return max(held, key=lambda row: row.applies_from) if held else None


@dataclass(frozen=True)
class RetentionRules:
    """All kinds, by name, with the edition's name."""

    edition: str
    kinds: Mapping[str, Kind]


def read_rules(path: Path = OWN) -> RetentionRules:
    """The rules of a file. Raises CannotGoOn, which names what is wrong in it."""
    try:
        said = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        edition = said.pop("edition")
        kinds = {name: Kind.model_validate(kind) for name, kind in said.items()}
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CannotGoOn(f"{path}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (YAMLError, OSError, UnicodeDecodeError, AttributeError, KeyError) as error:
        raise CannotGoOn(
            f"{path} cannot be read as retention rules with an edition: {type(error).__name__}"
        ) from None
    if EVERYTHING not in kinds or kinds[EVERYTHING].found_by:
        raise CannotGoOn(f"{path}: say under {EVERYTHING} how long any record is kept, found by nothing")
    return RetentionRules(str(edition), kinds)


@dataclass(frozen=True)
class Found:
    """What is found of one person, under all ids they go by.

    Attributes:
        facts: the first and the last day (London) on which each kind of fact was recorded, by its stored name.
        kind: child or adult; None: People does not know.
        born: of a child, where it is known.
        died: where it is known.
        related: those to whom they are related, as one of them is recorded.
        holds: the kinds of the holds that stand.
        erased: whether nothing is left to keep.
    """

    person: UUID
    facts: Mapping[str, tuple[date, date]]
    kind: str | None = None
    born: date | None = None
    died: date | None = None
    related: frozenset[UUID] = field(default_factory=frozenset)
    holds: tuple[str, ...] = ()
    erased: bool = False


class State(StrEnum):
    """What the rules say of a record on a day."""

    KEPT = "kept"
    DUE = "due"
    HELD = "held"
    A_PERSON_DECIDES = "a_person_decides"


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a person is kept, and why. `until` is the last day; None: it cannot be reckoned."""

    person: UUID
    state: State
    until: date | None
    kinds: tuple[str, ...]
    because: str


def kept(people: Iterable[Found], rules: RetentionRules, on: date) -> list[Kept]:
    """How long each of these is kept, reckoned for a day. Who was erased is in none. An adult is kept as long as the children
    to whom they are related: it is their record that speaks of them.
    """
    known = [one for one in people if not one.erased]
    own = {one.person: _own(one, rules, on) for one in known}
    found: list[Kept] = []
    for one in known:
        reckoned = own[one.person]
        if one.kind == "adult":
            # Only children's own ends count, so that two adults do not keep each other for ever.
            beside = [
                own[other.person]
                for other in known
                if other.kind != "adult" and (other.person in one.related or one.person in other.related)
            ]
            reckoned = max([reckoned, *beside], key=_latest)
        found.append(_judged(one, reckoned, on))
    return sorted(found, key=lambda each: (each.state, each.until or date.max, each.person))


@dataclass(frozen=True, slots=True)
class _Reckoned:
    until: date | None
    kinds: tuple[str, ...]
    because: str


def _latest(one: _Reckoned) -> date:
    """What cannot be reckoned is later than all that can."""
    return one.until or date.max


def _own(one: Found, rules: RetentionRules, on: date) -> _Reckoned:
    """The longest of all kinds that are found of a person."""
    ends: list[tuple[str, date | None, str]] = []
    for name, kind in rules.kinds.items():
        days = [one.facts[fact] for fact in kind.found_by if fact in one.facts]
        if name == EVERYTHING:
            days = list(one.facts.values())
        row = kind.row_on(on)
        if not days or row is None:
            continue
        if kind.person_decides is not None:
            ends.append((name, None, kind.person_decides))
        else:
            ends.append((name, *_end(one, row, days)))
    kinds = tuple(name for name, _, _ in ends)
    if not ends:
        return _Reckoned(None, kinds, "no rule is in force yet")
    _, until, because = max(ends, key=lambda each: each[1] or date.max)
    return _Reckoned(until, kinds, because)


def _end(one: Found, row: Period, days: Iterable[tuple[date, date]]) -> tuple[date | None, str]:
    if row.from_ == "birth":
        if one.born is None:
            return None, "the day of birth is not known"
        grown_up = _years_after(one.born, ADULT_AT)
        if row.after_death_as_a_child is not None and one.died is not None and one.died < grown_up:
            return _years_after(one.died, row.after_death_as_a_child), (
                f"{row.after_death_as_a_child} years from death"
            )
        return _years_after(one.born, row.years), f"{row.years} years from birth"
    if row.from_ == "first_recorded":
        return _years_after(
            min(first for first, _ in days), row.years
        ), f"{row.years} years from the first fact"
    return _years_after(max(last for _, last in days), row.years), f"{row.years} years from the last fact"


def _judged(one: Found, reckoned: _Reckoned, on: date) -> Kept:
    if one.holds:
        state, because = State.HELD, f"a hold stands: {', '.join(sorted(set(one.holds)))}"
    elif reckoned.until is None:
        state, because = State.A_PERSON_DECIDES, reckoned.because
    else:
        state, because = State.DUE if reckoned.until < on else State.KEPT, reckoned.because
    return Kept(one.person, state, reckoned.until, reckoned.kinds, because)


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the day before 1 March.

    >>> _years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1) - timedelta(days=1)
