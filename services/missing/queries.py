"""Asks the read tables what no page of one view answers: the agenda of a panel, and what interviews say together."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.missing.views import board, mentions, returns, reviews, same_people, same_things

COUNTED: Final = """
WITH RECURSIVE linked AS (
    SELECT digest AS one, first AS other FROM {same} UNION SELECT first, digest FROM {same}),
reached AS (
    SELECT one, one AS other FROM linked
     UNION SELECT reached.one, linked.other FROM reached JOIN linked ON linked.one = reached.other),
meant AS (
    SELECT DISTINCT ON (reached.one) reached.one AS digest, s.first
      FROM reached JOIN {same} s ON s.digest = reached.other
     ORDER BY reached.one, s.linked_at, s.stream),
told AS (
    SELECT m.kind, coalesce(meant.first, m.digest) AS thing, m.digest, m.stream, coalesce(p.kept, m.child) AS child,
           m.happened_at, m.interview, m.event, m.sealed
      FROM {mentions} m LEFT JOIN meant USING (digest) LEFT JOIN {people} p ON p.id = m.child),
counted AS (
    SELECT kind, thing, count(DISTINCT stream) AS count, count(DISTINCT child) AS children
      FROM told GROUP BY kind, thing)
SELECT counted.*, shown.digest, shown.event, shown.sealed, link.event AS link_event, link.sealed AS link_sealed
  FROM counted
  LEFT JOIN LATERAL (
       SELECT digest, event, sealed FROM told WHERE told.kind = counted.kind AND told.digest = counted.thing
        ORDER BY happened_at, interview LIMIT 1) AS shown ON true
  LEFT JOIN LATERAL (
       SELECT event, sealed FROM {same} WHERE digest = counted.thing ORDER BY linked_at DESC LIMIT 1) AS link ON true
 WHERE $1::bigint IS NULL OR (-counted.count, counted.kind, counted.thing) > (-$1::bigint, $2::text, $3::uuid)
 ORDER BY -counted.count, counted.kind, counted.thing LIMIT $4
"""
"""Each place, person and group: in how many interviews, of how many children; with the interview that wrote it first, or
what says which words it goes by. What was linked in several steps (A with B, later B with C) is one, under the first of the
earliest; children who turned out to be one are one.
"""


async def counted(
    pool: asyncpg.Pool, service: str, place: tuple[int, str, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """What interviews name, the most named first, from a place on."""
    question = COUNTED.format(
        same=same_things.table(service), mentions=mentions.table(service), people=same_people.table(service)
    )
    rows: list[asyncpg.Record] = await pool.fetch(question, *(place or (None, None, None)), limit)
    return rows


FIGURES: Final = """
SELECT month, origin, service,
       count(*) AS returned,
       count(*) FILTER (WHERE offered) AS offered,
       count(*) FILTER (WHERE accepted) AS accepted,
       count(*) FILTER (WHERE held) AS held,
       count(*) FILTER (WHERE declined) AS declined,
       count(*) FILTER (WHERE answered_at < interview_by) AS in_time
  FROM {returns}
 WHERE counts AND interview_by IS NOT NULL AND month >= $1 AND month <= $2
 GROUP BY month, origin, service ORDER BY month, origin, service NULLS FIRST
"""
"""Of the returns of each month that ask for an interview, by where the child was missing from and who was to offer it."""


async def figures(pool: asyncpg.Pool, service: str, since: date, until: date) -> list[asyncpg.Record]:
    """How interviews went after the returns of these months, both included: as of their first days."""
    rows: list[asyncpg.Record] = await pool.fetch(
        FIGURES.format(returns=returns.table(service)), since.replace(day=1), until.replace(day=1)
    )
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
