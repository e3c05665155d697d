"""Looks people up by keyed digests: a bounded number of rows of exact indexes, whatever is asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from services.people.matching.views import search_keys

MOST_OF_ONE_DIGEST: Final = 200
"""People looked at of those who have one digest in common; of a name that more share, something else must be said too."""
MOST_PEOPLE: Final = 400
"""People of whom it is looked up what else they have in common with what is asked."""

CANDIDATES: Final = """
WITH found AS MATERIALIZED (
    SELECT asked.digest, had.person
      FROM unnest($1::uuid[]) AS asked (digest)
     CROSS JOIN LATERAL (
           SELECT person FROM {table} WHERE digest = asked.digest ORDER BY person LIMIT $3) AS had),
full_digests AS (SELECT digest FROM found GROUP BY digest HAVING count(*) >= $3),
people AS MATERIALIZED (
    SELECT person FROM found GROUP BY person ORDER BY count(*) DESC, person LIMIT $4)
SELECT people.person, of_them.digests, EXISTS (SELECT FROM full_digests) AS more
  FROM people
 CROSS JOIN LATERAL (
       SELECT array_agg(digest) AS digests FROM {table} WHERE person = people.person AND (digest = ANY($2::uuid[])) IS TRUE) AS of_them
"""
"""Who has one of the digests $1, and which of the digests $2 each of them has. `more`: of one digest not all were looked at.

IS TRUE: so that all keys of a person are read from one place of the index, and not each of many digests looked for in it.
"""


@dataclass(frozen=True, slots=True)
class Candidates:
    """People who have something in common with what was asked, each with the digests; and whether there are more."""

    digests: Mapping[UUID, frozenset[UUID]]
    more: bool = False


async def candidates(
    pool: asyncpg.Pool, service: str, by: Collection[UUID], beside: Collection[UUID]
) -> Candidates:
    """Who has one of the digests `by`; and of `by` and `beside` those that each has."""
    rows = await pool.fetch(
        CANDIDATES.format(table=search_keys.table(service)),
        list(by),
        list({*by, *beside}),
        MOST_OF_ONE_DIGEST,
        MOST_PEOPLE,
    )
    found = {row["person"]: frozenset(row["digests"] or ()) for row in rows}
    return Candidates(found, any(row["more"] for row in rows))
