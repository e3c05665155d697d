"""Asks the read tables what no page of one view answers: the clocks that run for a team."""

from collections.abc import Sequence

import asyncpg

from services.teams.views import cases
from shared.projections.deadline_board import NAME, RUNNING


async def running_clocks(
    pool: asyncpg.Pool, service: str, teams: Sequence[str] | None, limit: int
) -> list[asyncpg.Record]:
    """The clocks that run on open cases of these teams (None: of all), the earliest due first."""
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT d.rule, d.stream, d.child, d.started_by, d.at AS started_at, d.due_at, d.varied, d.edition, "
        f"cases.team, cases.called FROM {service}_views.{NAME} d "
        f"JOIN {cases.table(service)} cases ON cases.stream = d.stream "
        f"WHERE cases.waits AND ($1::text[] IS NULL OR cases.team = ANY($1)) AND {RUNNING} "
        "ORDER BY d.due_at, d.rule, d.stream LIMIT $2",
        None if teams is None else list(teams),
        limit,
    )
    return rows
