"""Reads the record of who looked: at one child, over a time; and how who looked stands to the child, as far as this log says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

_COLUMNS: Final = (
    "position, recorded_at, actor_id, role, agency, organisation, action, purpose, children, subject, outcome, rules, "
    "by_policy, basis, lens, shown, as_known"
)

LONG_BEFORE: Final = timedelta(days=365)
"""What was recorded of a child in the year before a look makes the look one at work in hand."""
SOON_AFTER: Final = timedelta(days=1)
"""Who acts on what they have read does it by the next day."""

_NOT_OF_THE_CASE: Final = ("known_person", "known_sign_in", "access", "task")
"""Kinds of stream that say of a child what is so of every child, or who looked: no reason to look."""


async def looks_at(
    pool: asyncpg.Pool, service: str, ids: Sequence[UUID], before: tuple[datetime, int] | None, limit: int
) -> list[asyncpg.Record]:
    """Who looked at a child's record, under any of these ids, or was refused; the latest first, from before a place on.

    A list that showed the child among others is a look too.
    """
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT {_COLUMNS} FROM {service}.access WHERE children && $1 "
        "AND ($2::timestamptz IS NULL OR (recorded_at, position) < ($2, $3)) "
        "ORDER BY recorded_at DESC, position DESC LIMIT $4",
        list(ids),
        *(before or (None, None)),
        limit,
    )
    return rows


async def looks_between(
    pool: asyncpg.Pool,
    service: str,
    since: datetime,
    until: datetime,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """All that was looked at or refused from an instant on and before another, in order, from after a place on."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT {_COLUMNS} FROM {service}.access WHERE recorded_at >= $1 AND recorded_at < $2 "
        "AND ($3::timestamptz IS NULL OR (recorded_at, position) > ($3, $4)) "
        "ORDER BY recorded_at, position LIMIT $5",
        since,
        until,
        *(after or (None, None)),
        limit,
    )
    return rows


@dataclass(frozen=True, slots=True)
class Asked:
    """One look at one child, of which is asked how who looked stood to the child then."""

    person: UUID
    agency: str
    organisation: str | None
    child: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stood to a child when they looked, as far as one team's log says.

    Attributes:
        named: a fact about the child names them, or they recorded one, then or by the next day.
        team: the team recorded something about the child in the year before, or by the next day.
        agency: somebody in the name of their agency, and organisation, did.
        recorded: when something was last recorded about the child before the look; None: never.
    """

    named: bool
    team: bool
    agency: bool
    recorded: datetime | None


async def standing_of(pool: asyncpg.Pool, service: str, asked: Sequence[Asked]) -> list[Standing]:
    """How each stood to the child then, in the order asked. What was recorded later says nothing of then."""
    rows = await pool.fetch(
        f"""
SELECT coalesce(bool_or(strpos(said.state, one.person::text) > 0), false) AS named,
       coalesce(bool_or(said.recorded_at > one.at - $6::interval), false) AS team,
       coalesce(bool_or(said.recorded_at > one.at - $6::interval AND said.agency = one.agency
           AND (one.organisation IS NULL OR said.organisation = one.organisation)), false) AS agency,
       max(said.recorded_at) FILTER (WHERE said.recorded_at <= one.at) AS recorded
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[])
       WITH ORDINALITY AS one (person, agency, organisation, child, at, nth)
  LEFT JOIN LATERAL (
       SELECT recorded_at, convert_from(state, 'UTF8') AS state,
              convert_from(state, 'UTF8')::json #>> '{{envelope,agency}}' AS agency,
              convert_from(state, 'UTF8')::json #>> '{{envelope,organisation}}' AS organisation
         FROM {service}.events
        WHERE events.child = one.child AND recorded_at <= one.at + $7::interval AND NOT category = ANY ($8)
       ) AS said ON true
 GROUP BY one.nth ORDER BY one.nth""",
        [one.person for one in asked],
        [one.agency for one in asked],
        [one.organisation for one in asked],
        [one.child for one in asked],
        [one.at for one in asked],
        LONG_BEFORE,
        SOON_AFTER,
        list(_NOT_OF_THE_CASE),
    )
    return [Standing(row["named"], row["team"], row["agency"], row["recorded"]) for row in rows]


def shown_look(service: str, row: Any) -> dict[str, Any]:
    """A row of the record as it is shown: who, as what, why, when, what was shown. Ids alone: names are People's to tell."""
    return {
        "service": service,
        "position": row["position"],
        "at": row["recorded_at"].isoformat(),
        "person": str(row["actor_id"]),
        "role": row["role"],
        "agency": row["agency"],
        "organisation": row["organisation"],
        "action": row["action"],
        "purpose": row["purpose"],
        "children": [str(child) for child in row["children"]],
        "subject": str(row["subject"]) if row["subject"] else None,
        "outcome": row["outcome"],
        "rules": list(row["rules"]),
        "by_policy": list(row["by_policy"] or ()),
        "basis": row["basis"],
        "lens": list(row["lens"] or ()),
        "shown": row["shown"],
        "as_known": row["as_known"],
    }
