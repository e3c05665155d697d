"""Reading the chronology: by child and place, through who sees each entry.

Each question says itself who sees what it asks for. The connection is the reader's, on which the database says it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.chronology.lenses import read_under
from services.chronology.views import LASTS, NOW, WEIGHS
from shared.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as one reader may see it: whole, or its title. `row` is one of `entries`, live or replayed."""

    row: Mapping[str, Any]
    depth: str

    @property
    def child(self) -> UUID:
        """Whose record it is of."""
        child: UUID = self.row["child"]
        return child

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands in the order."""
        return (self.row["happened_at"], self.row["known_at"], self.row["recorded_at"], self.row["entry"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a child's entries are asked for: of a topic, an agency that recorded them, a weight; None: of any."""

    topic: str | None = None
    by_agency: str | None = None
    significance: str | None = None

    @property
    def by_what_it_says(self) -> bool:
        """Whether what an entry says decides, and so whoever finds it learns that of it."""
        return self.topic is not None or self.significance is not None


ALL: Final = Wanted()

_ORDER: Final = "happened_at, known_at, recorded_at, entry"


_DEPTH: Final = f"CASE WHEN until <= {NOW} THEN after ELSE depth END"
"""What a row shows now: what a person shared for a time may have ended."""

_WANTED: Final = f"""({_ORDER}) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::timestamptz, '-infinity'),
           coalesce($4::timestamptz, '-infinity'), coalesce($5::uuid, '00000000-0000-0000-0000-000000000000'))
       AND ($6::text IS NULL OR topic = $6) AND ($8::text IS NULL OR significance = $8)"""
"""From a place on (the first page begins before all time), and only what is wanted."""


def _of(n: int) -> str:
    """That a row stands under the n-th id of the child, from 1."""
    return f"child = ($1::uuid[])[{n}]"


def _arm(name: str, n: int) -> str:
    """The rows under one name and one id of the child in the order of the page's index, which holds all that is asked of
    them.

    With an order and a limit of its own: else PostgreSQL sorts all that the child has under every name and id. What is
    withheld is found by no topic and no weight: it would say what it is of.
    """
    return f"""(SELECT {_ORDER}, organisation, {_DEPTH} AS depth, child, {n} AS nth FROM chronology_views.seen
     WHERE agency = $10 AND organisation = {name} AND depth <> 'gone' AND {LASTS} AND {_of(n)} AND {_WANTED}
       AND ($7::text IS NULL OR by_agency = $7)
       AND ({_DEPTH} <> 'withheld' OR $6::text IS NULL AND $8::text IS NULL)
     ORDER BY {_ORDER} LIMIT $9)"""


@cache
def page(ids: int) -> str:
    """A page of a child of so many ids as one reader sees it: $1 are the ids, the kept one first; $10 is their agency; $11
    and $12 are the names they read under, what stands under $12 counting where an entry stands under both.

    What one command said of two ids is one entry of each; of one child it is shown once.
    """
    arms = " UNION ALL ".join(_arm(name, n) for n in range(1, ids + 1) for name in ("$11", "$12"))
    return f"""
WITH page AS (
    SELECT DISTINCT ON ({_ORDER}) {_ORDER}, depth AS shown, child FROM ({arms}) AS arms
     ORDER BY {_ORDER}, nth, (organisation = $12) DESC LIMIT $9)
SELECT entries.*, shown FROM page
  JOIN chronology_views.entries ON entries.entry = page.entry AND entries.child = page.child
 ORDER BY page.happened_at, page.known_at, page.recorded_at, page.entry"""


@cache
def _everything(ids: int) -> str:
    """A page as an auditor sees it: all but what is sealed, titles too."""
    arms = " UNION ALL ".join(
        f"""(SELECT *, {n} AS nth FROM chronology_views.entries
     WHERE sensitivity <> 'sealed' AND {_of(n)} AND {_WANTED} AND ($7::text IS NULL OR agency = $7)
     ORDER BY {_ORDER} LIMIT $9)"""
        for n in range(1, ids + 1)
    )
    return f"""
SELECT DISTINCT ON ({_ORDER}) *, 'whole' AS shown FROM ({arms}) AS arms ORDER BY {_ORDER}, nth LIMIT $9"""


async def entries_of(
    connection: asyncpg.Connection,
    ids: Sequence[UUID],
    who: Actor,
    place: Sequence[Any] | None,
    limit: int,
    *,
    wanted: Wanted = ALL,
    everything: bool,
) -> list[Seen]:
    """A page of one child's entries, under all ids, that the reader may see, from a place on."""
    asked = (list(ids), *(place or (None,) * 4), wanted.topic, wanted.by_agency, wanted.significance, limit)
    if everything:
        rows = await connection.fetch(_everything(len(ids)), *asked)
    else:
        rows = await connection.fetch(page(len(ids)), *asked, who.agency, *read_under(who.organisation))
    return [Seen(row, row["shown"]) for row in rows]


async def named(connection: asyncpg.Connection, entries: Sequence[UUID]) -> list[asyncpg.Record]:
    """Those of these entries that the reader sees at all."""
    rows: list[asyncpg.Record] = await connection.fetch(
        "SELECT * FROM chronology_views.entries WHERE entry = ANY ($1::uuid[])", list(entries)
    )
    return rows


_WEIGHING: Final = f"""
SELECT entries.*, CASE WHEN $1 THEN 'whole' ELSE
       (SELECT {_DEPTH} FROM chronology_views.seen
         WHERE seen.entry = entries.entry AND seen.child = entries.child AND seen.agency = $2
           AND seen.organisation IN ($3, $4) AND depth <> 'gone' AND {_DEPTH} <> 'withheld' AND {LASTS}
         ORDER BY (organisation = $4) DESC LIMIT 1) END AS shown
  FROM chronology_views.entries
 WHERE {WEIGHS} AND ($5::bigint IS NULL OR (position, entry) < ($5, $6::uuid))"""


async def of_weight(
    connection: asyncpg.Connection, who: Actor, place: Sequence[Any] | None, limit: int, *, everything: bool
) -> list[Seen]:
    """A page of the critical and significant entries of all children that the reader may see, the latest first. What is
    sealed stands in no such list.
    """
    rows = await connection.fetch(
        f"SELECT * FROM ({_WEIGHING}) AS weighing WHERE shown IS NOT NULL ORDER BY position DESC, entry DESC LIMIT $7",
        everything,
        who.agency,
        *read_under(who.organisation),
        *(place or (None, None)),
        limit,
    )
    return [Seen(row, row["shown"]) for row in rows]
