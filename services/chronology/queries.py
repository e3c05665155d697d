"""Reading the chronology: by child and place, through who may see each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.domain.actors import Actor
from shared.team.audience import OF_ORGANISATIONS


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as one reader may see it: whole, or its title."""

    row: asyncpg.Record
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


_DEPTH = """
    SELECT entries.*,
           CASE WHEN $1 THEN 'whole'
                ELSE (SELECT CASE WHEN bool_or(seen.depth = 'whole') THEN 'whole' ELSE 'title' END
                        FROM chronology_views.audience AS seen
                       WHERE seen.entry = entries.entry AND seen.agency = $2
                         AND (seen.organisation = $3 OR NOT $4 AND '' IN (seen.organisation, $3))
                      HAVING count(*) > 0)
           END AS depth
      FROM chronology_views.entries AS entries"""
"""$1: reads everything; $2: the reader's agency; $3: the reader's organisation, empty where there is none; $4: whether
of this agency one organisation may not see what is another's. It says of a row what `SeenBy.lets` says.
"""


def _reader(who: Actor, *, everything: bool) -> tuple[bool, str, str, bool]:
    return (everything, who.agency, who.organisation or "", who.agency in OF_ORGANISATIONS)


async def entries_of(
    pool: asyncpg.Pool, child: UUID, who: Actor, place: Sequence[Any] | None, limit: int, *, everything: bool
) -> list[Seen]:
    """A page of one child's entries that the reader may see, from a place on."""
    rows = await pool.fetch(
        f"""SELECT * FROM ({_DEPTH}
             WHERE child = $5 AND ($6::timestamptz IS NULL
                   OR (happened_at, known_at, recorded_at, entry) > ($6, $7::timestamptz, $8::timestamptz, $9::uuid))
            ) AS seen WHERE depth IS NOT NULL
            ORDER BY happened_at, known_at, recorded_at, entry LIMIT $10""",
        *_reader(who, everything=everything),
        child,
        *(place or (None, None, None, None)),
        limit,
    )
    return [Seen(row, row["depth"]) for row in rows]


async def of_weight(
    pool: asyncpg.Pool, who: Actor, place: Sequence[Any] | None, limit: int, *, everything: bool
) -> list[Seen]:
    """A page of the critical and significant entries of all children that the reader may see, the latest first."""
    rows = await pool.fetch(
        f"""SELECT * FROM ({_DEPTH}
             WHERE weighs AND ($5::bigint IS NULL OR (position, entry) < ($5, $6::uuid))) AS seen
             WHERE depth IS NOT NULL ORDER BY position DESC, entry DESC LIMIT $7""",
        *_reader(who, everything=everything),
        *(place or (None, None)),
        limit,
    )
    return [Seen(row, row["depth"]) for row in rows]
