"""Asks the read tables what no page of one view answers: the agenda of a panel, and what interviews say together."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import asyncpg

from services.missing.views import board, mentions, reviews, same_things

COUNTED: Final = """
WITH meant AS (
    SELECT DISTINCT ON (digest) digest, first FROM {same} ORDER BY digest, linked_at DESC),
told AS (
    SELECT m.kind, coalesce(meant.first, m.digest) AS thing, m.digest, m.stream, m.child, m.happened_at, m.event, m.sealed
      FROM {mentions} m LEFT JOIN meant USING (digest)),
counted AS (
    SELECT kind, thing, count(DISTINCT stream) AS count, count(DISTINCT child) AS children
      FROM told GROUP BY kind, thing)
SELECT counted.*, shown.digest, shown.event, shown.sealed, link.event AS link_event, link.sealed AS link_sealed
  FROM counted
  LEFT JOIN LATERAL (
       SELECT digest, event, sealed FROM told WHERE told.kind = counted.kind AND told.digest = counted.thing
        ORDER BY happened_at, stream LIMIT 1) AS shown ON true
  LEFT JOIN LATERAL (
       SELECT event, sealed FROM {same} WHERE digest = counted.thing ORDER BY linked_at DESC LIMIT 1) AS link ON true
 WHERE $1::bigint IS NULL OR (-counted.count, counted.kind, counted.thing) > (-$1::bigint, $2::text, $3::uuid)
 ORDER BY -counted.count, counted.kind, counted.thing LIMIT $4
"""
"""Each place, person and group: in how many interviews, of how many children; with the interview that wrote it first, or
what says which words it goes by.
"""


async def counted(
    pool: asyncpg.Pool, service: str, place: tuple[int, str, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """What interviews name, the most named first, from a place on."""
    question = COUNTED.format(same=same_things.table(service), mentions=mentions.table(service))
    rows: list[asyncpg.Record] = await pool.fetch(question, *(place or (None, None, None)), limit)
    return rows


async def incidents(pool: asyncpg.Pool, service: str, streams: Collection[UUID]) -> list[asyncpg.Record]:
    """These episodes as the board has them: looked-after children first (R4)."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT * FROM {board.table(service)} WHERE stream = ANY($1::uuid[]) "
        "ORDER BY looked_after DESC, rank, missing_since, stream",
        list(streams),
    )
    return rows


async def earlier_reviews(
    pool: asyncpg.Pool, service: str, children: Collection[UUID]
) -> list[asyncpg.Record]:
    """What earlier panels said of these children, in order."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT * FROM {reviews.table(service)} WHERE child = ANY($1::uuid[]) ORDER BY day, event",
        list(children),
    )
    return rows
