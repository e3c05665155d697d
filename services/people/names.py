"""Names by batch: who the people of a list are, asked for once and recorded once.

A worklist knows people by their ids alone. Asking for each by itself would fill the record of who looked with a row a
name, in which nobody finds the looks that matter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Self
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.people.codes import Withheld
from services.people.views import facts, people
from shared.domain.instants import local_date
from shared.domain.people import KnownPerson, SamePerson
from shared.web.reading import Purpose, Reader, Reading

router = APIRouter(tags=["people"])

MOST_NAMES: Final = 200
"""People who are asked for at once; a list shows no more rows."""
MOST_CHANGES: Final = 50
"""Facts of one person by which a name is found: of more, the latest."""
_OF_A_NAME: Final = ("corrected", "born", "restricted")
"""The facts by which name, age and what is withheld may be others than when the person was registered."""


class NamesAsked(BaseModel):
    """Whose names, and for which page or list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    ids: list[UUID] = Field(min_length=1, max_length=MOST_NAMES)
    for_: Annotated[Purpose, Field(alias="for")]


@router.post("/people/names")
async def names(asked: NamesAsked, reader: Reader) -> dict[str, Any]:
    """Name, age and what is withheld of up to 200 people, in the order asked for; the look is recorded once, with all of them.

    A name that is withheld stands in no list: the person's own page has it, which is a look of its own. Nobody's name is
    given under an id that is not known, or whose subject was erased. Who was merged goes by the name of the record kept.
    """
    ids = tuple(dict.fromkeys(asked.ids))
    same = await reader.same_people(ids)
    looked_at = tuple(dict.fromkeys([*ids, *(one.kept for one in same.values())]))
    await reader.authorise("read:people", children=looked_at)
    for view in ("people", "facts"):
        await reader.caught_up(view, None)
    told = await told_of(reader, {one.kept for one in same.values()})
    await reader.record(
        "read:people", children=looked_at, sight=reader.sight(list(told.people), "people"), why=asked.for_
    )
    listed = told.listed(reader)
    return {
        "items": [
            {"person": str(person), **_now(same[person], person), **listed.get(same[person].kept, NOBODY)}
            for person in ids
        ]
    }


@dataclass(frozen=True)
class Change:
    """A fact that says something else of a name, an age, or what is withheld."""

    fact: str
    since: date | None = None
    until: date | None = None
    code: str = ""
    text: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, row: Mapping[str, Any], text: Mapping[str, Any] | None) -> Self:
        """From a row of the facts and its words."""
        return cls(row["fact"], row["since"], row["until"], row["code"] or "", text or {})


@dataclass(frozen=True)
class Told:
    """What was said of some people, unopened: so that the look is recorded before any of it is."""

    people: Mapping[UUID, Mapping[str, Any]]
    since: Sequence[Mapping[str, Any]]

    def withheld(self, today: date) -> dict[UUID, frozenset[str]]:
        """What of each of them is for few to know on a day."""
        found: dict[UUID, frozenset[str]] = dict.fromkeys(self.people, frozenset())
        for row in self.since:
            if row["fact"] == "restricted" and (row["until"] is None or today <= row["until"]):
                found[row["person"]] = found.get(row["person"], frozenset()) | set(
                    (row["code"] or "").split()
                )
        return found

    def erased(self, reader: Reading) -> frozenset[UUID]:
        """Those of them whose words open no more; nobody is told from the others by a reader who may read no words."""
        if not reader.may("read:text"):
            return frozenset()
        texts = reader.texts(self.people.values())
        return frozenset(person for person, text in zip(self.people, texts, strict=True) if text is None)

    def listed(self, reader: Reading) -> dict[UUID, dict[str, Any]]:
        """Each of them as a list shows them, for this reader. Record the look first."""
        texts = reader.texts([*self.people.values(), *self.since])
        changes: dict[UUID, list[Change]] = {}
        for row, text in zip(self.since, texts[len(self.people) :], strict=True):
            changes.setdefault(row["person"], []).append(Change.of(row, text))
        today = local_date(reader.now())
        return {
            row["person"]: as_listed(row["kind"], text, changes.get(row["person"], ()), today)
            for row, text in zip(self.people.values(), texts[: len(self.people)], strict=True)
        }


async def told_of(reader: Reading, ids: Collection[UUID]) -> Told:
    """What was said of these people when they were registered, and since."""
    found = {row["person"]: row for row in await reader.query(_people, reader.service, list(ids))}
    return Told(found, await reader.query(_since, reader.service, list(ids)))


NOBODY: Final[Mapping[str, Any]] = {"kind": None, "name": None, "age": None, "due": None, "restricted": []}
"""What a list shows of somebody who is not known here."""


def as_listed(
    kind: str, text: Mapping[str, Any] | None, changes: Iterable[Change], today: date
) -> dict[str, Any]:
    """One person as a list shows them.

    Args:
        kind: child or adult.
        text: who they were said to be when they were registered; None: they were erased, or the reader may not read it.
        changes: what was said since, in order.
        today: the day (London) of which the age is.
    """
    withheld: set[str] = set()
    said = dict(text or {})
    born: date | None = None
    for one in changes:
        if one.fact != "restricted":
            born = one.since or born
            said |= {name: value for name, value in one.text.items() if value is not None}
        elif one.until is None or today <= one.until:
            withheld |= set(one.code.split())
    if text is None:
        return {**NOBODY, "kind": kind, "restricted": sorted(withheld)}
    born = born or _day(said.get("born"))
    return {
        "kind": kind,
        "name": None if Withheld.NAME in withheld else said.get("name"),
        "age": _age(born, today),
        "due": None if born else said.get("due"),
        "restricted": sorted(withheld),
    }


def _age(born: date | None, today: date) -> dict[str, int] | None:
    """Full years, and the full months beyond them: of a small child people speak in months."""
    years = KnownPerson(born=born).age_on(today)
    if born is None or years is None:
        return None
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return {"years": years, "months": months - 12 * years}


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _now(same: SamePerson, asked: UUID) -> dict[str, str]:
    """Under which id the person goes by now, where it is another."""
    return {"now": str(same.kept)} if same.kept != asked else {}


async def _people(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT person, kind, event, sealed FROM {people.table(service)} WHERE person = ANY($1)", ids
    )
    return rows


async def _since(pool: asyncpg.Pool, service: str, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """What was said of them since, in order: of each the latest."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT latest.* FROM unnest($1::uuid[]) AS one (person), LATERAL ("
        f"SELECT person, fact, since, until, code, event, sealed, recorded_at FROM {facts.table(service)} "
        "WHERE person = one.person AND fact = ANY($2) ORDER BY recorded_at DESC, event DESC LIMIT $3) AS latest "
        "ORDER BY recorded_at, event",
        ids,
        list(_OF_A_NAME),
        MOST_CHANGES,
    )
    return rows
