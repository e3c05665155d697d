"""The LADO's own queries."""

from datetime import date, timedelta

import asyncpg

from services.lado.statistics import Allegation
from services.lado.views import allegations
from shared.domain.instants import start_of_day


async def counted(
    pool: asyncpg.Pool, service: str, received_from: date | None, received_to: date | None
) -> list[Allegation]:
    """Each allegation that was notified in a period, once, however many children it is about: what is counted of it."""
    rows = await pool.fetch(
        f"""SELECT DISTINCT ON (allegation) received_at, setting, threshold, outcome, concluded_at
              FROM {allegations.table(service)}
             WHERE ($1::timestamptz IS NULL OR received_at >= $1) AND ($2::timestamptz IS NULL OR received_at < $2)
             ORDER BY allegation, concluded_at DESC NULLS LAST, stream""",
        None if received_from is None else start_of_day(received_from),
        None if received_to is None else start_of_day(received_to + timedelta(days=1)),
    )
    return [Allegation(**row) for row in rows]
