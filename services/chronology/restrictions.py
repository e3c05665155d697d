"""Contacts and meetings whose entries are for few to read, and whom each reader is shown one title of."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from services.chronology.events import EntryRestricted, RestrictionEnded
from shared.domain.actors import Actor
from shared.domain.corrections import Corrected
from shared.domain.event import Event, Record
from shared.domain.view import Delete, Upsert, View


@dataclass(frozen=True)
class RestrictionRow:
    """Of a child's thing, one who may read its entries: `reader` is a role, or the id of a professional. Or whom a mark is
    shown to.
    """

    child: UUID
    thing: UUID
    reader: str
    title: str
    only_marks: bool


restrictions = View(
    "restrictions",
    row=RestrictionRow,
    key=("child", "thing", "reader", "only_marks"),
    indexes=(("child", "only_marks"),),
)


@restrictions.on(EntryRestricted)
def _(event: EntryRestricted, _record: Record) -> Iterator[Upsert]:
    for reader in (*event.roles, *map(str, event.named)):
        yield Upsert(
            child=event.child,
            thing=event.thing,
            reader=reader,
            title=event.title,
            only_marks=event.only_marks,
        )


@restrictions.on(RestrictionEnded)
def _(event: RestrictionEnded, _record: Record) -> Delete:
    return Delete(child=event.child, thing=event.thing, only_marks=False)


@restrictions.on_corrected(EntryRestricted, RestrictionEnded)
def _(_right: Event | None, _corrected: Corrected, _correction: Record) -> None:
    """It follows from another team's fact, and is corrected there."""


_CLOSED: Final = """
    SELECT child, thing, max(title) AS title FROM chronology_views.restrictions WHERE child = ANY ($1::uuid[]) AND NOT only_marks
     GROUP BY child, thing HAVING NOT bool_or(reader = ANY ($2::text[]))"""


MARKED: Final = """
    SELECT DISTINCT title FROM chronology_views.restrictions
     WHERE child = ANY ($1::uuid[]) AND only_marks AND reader = ANY ($2::text[]) ORDER BY title"""


async def marks_for(
    pool: asyncpg.Pool | asyncpg.Connection, who: Actor, children: Collection[UUID]
) -> list[str]:
    """What is shown to a reader by name beside these children's entries, as that a sealed record exists."""
    names = [str(each) for each in (who.id, who.sign_in) if each is not None]
    return [row["title"] for row in await pool.fetch(MARKED, list(children), names)]


async def closed_to(
    pool: asyncpg.Pool, who: Actor, children: Collection[UUID]
) -> dict[tuple[UUID, UUID], str]:
    """Of these children the things whose entries a reader is shown by one title alone, and that title."""
    names = [who.role, *(str(each) for each in (who.id, who.sign_in) if each is not None)]
    rows = await pool.fetch(_CLOSED, list(children), names)
    return {(row["child"], row["thing"]): row["title"] for row in rows}
