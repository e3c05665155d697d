"""Whether who looked at a record has the surname of whom it is of: said for the review of access, by keyed digests alone.

No name is compared and none is shown: a view keeps a digest of each surname, of people and of professionals, and what is
answered is yes or no.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.people.events import ChildBorn, PersonCorrected, PersonRegistered, ProfessionalRegistered
from services.people.matching.names import words_of
from services.people.views import sign_ins
from shared.domain.event import Event, Record
from shared.domain.view import Change, Index, Upsert, View, Words
from shared.web.reading import Reader

router = APIRouter(tags=["people"])

MOST_PAIRS: Final = 500
"""Looks that are asked about at once."""


@dataclass(frozen=True)
class SurnameRow:
    """A keyed digest of a surname that a person or professional has or had: no name stands here."""

    person: UUID
    digest: UUID


surnames = View(
    "surnames",
    row=SurnameRow,
    key=("person", "digest"),
    indexes=(Index(("digest", "person")),),
    anew="person",
    reads_words=True,
    of_subject="person",
)
"""Beside what people are found by, because nobody is found by this: professionals stand here too."""


@surnames.on(PersonRegistered, PersonCorrected, ChildBorn, ProfessionalRegistered)
def _(_event: Event, record: Record, words: Words) -> Iterator[Change]:
    """A surname that somebody had before stays: it is theirs to a relative who kept it."""
    for surname in sorted(surnames_in(words.text(record) or {})):
        yield Upsert(person=record.stream, digest=words.digest(f"surname {surname}"))


def surnames_in(text: Mapping[str, Any]) -> frozenset[str]:
    """The surnames in the words of a fact, folded: each part of a family name; of a name without one, its last word.

    >>> sorted(surnames_in({"name": "Ana María López-Gray", "family_name": "López-Gray"}))
    ['gray', 'lopez']
    >>> sorted(surnames_in({"name": "Mia Dunn", "former_names": ["Mia Test"]}))
    ['dunn', 'test']
    >>> surnames_in({"name": "Baby"})
    frozenset()
    """
    found: set[str] = set(words_of(text.get("family_name") or ""))
    names = [*([] if found else [text.get("name")]), *(text.get("former_names") or ())]
    for name in filter(None, names):
        words = words_of(name)
        found |= {words[-1]} if len(words) > 1 else set()
    return frozenset(found)


class _Pair(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person: UUID
    child: UUID


class SurnamesAsked(BaseModel):
    """Who looked, by the id in the record of who looked, and at whom."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    looks: list[_Pair] = Field(min_length=1, max_length=MOST_PAIRS)


@router.post("/access/same-surname")
async def same_surname(asked: SurnamesAsked, reader: Reader) -> dict[str, Any]:
    """Whether each who looked has a surname of whom they looked at, in the order asked: for the review of access."""
    children = tuple(dict.fromkeys(one.child for one in asked.looks))
    await reader.authorise("read:access", children=children)
    await reader.caught_up(surnames.name, None)
    found = await reader.query(
        _same, reader.service, [one.person for one in asked.looks], [one.child for one in asked.looks]
    )
    await reader.record("read:access", children=children, sight=reader.sight(children, surnames.name))
    return {"items": found}


async def _same(
    pool: asyncpg.Pool, service: str, people: Sequence[UUID], children: Sequence[UUID]
) -> list[bool]:
    """Who looked may stand in the record under their sign-in, where People had not yet said whose it is."""
    table = surnames.table(service)
    rows = await pool.fetch(
        f"""SELECT EXISTS (SELECT FROM {table} AS theirs JOIN {table} AS own USING (digest)
                            WHERE theirs.person = one.child
                              AND own.person = coalesce(known.professional, one.person)) AS same
              FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS one (person, child, nth)
              LEFT JOIN {sign_ins.table(service)} AS known ON known.subject = one.person
             ORDER BY one.nth""",
        people,
        children,
    )
    return [row["same"] for row in rows]
