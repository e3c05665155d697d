"""Fills the front door's list with contacts that wait, as their events would have filled it."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

import asyncpg

from services.mash.views import worklist
from shared.domain.view import Upsert
from shared.projections.table import create, indexes, steps, take

PAGE: Final = f"SELECT * FROM {worklist.table('mash')} WHERE waits = $1 ORDER BY decide_by, stream LIMIT $2"
"""The first page of the list, as `GET /worklist` asks for it."""
BEGAN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
_PAGE: Final = 5_000
_WORDS: Final = bytes(700)
"""As long as the sealed words of a contact."""


async def fill_worklist(connection: asyncpg.Connection, contacts: int) -> None:
    """So many contacts that wait, and as many again that do not."""
    await connection.execute(create(worklist, "mash", worklist.name))
    chance = Random(7)
    for first in range(0, 2 * contacts, _PAGE):
        page = [_row(n, chance, waits=n % 2 == 0) for n in range(first, first + _PAGE)]
        await take(connection, worklist, "mash", worklist.name, steps(worklist, "mash", worklist.name, page))
    for index in indexes(worklist, "mash", worklist.name, partial=False):
        await connection.execute(index)
    await connection.execute(f"VACUUM ANALYZE {worklist.table('mash')}")


def _row(n: int, chance: Random, *, waits: bool) -> Upsert:
    received = BEGAN + timedelta(minutes=chance.randrange(500_000))
    return Upsert(
        stream=UUID(int=n),
        contact=UUID(int=n),
        child=UUID(int=n),
        received_at=received,
        decide_by=received + timedelta(days=1),
        source="5D",
        referrer_agency="education",
        potential=None,
        held=False,
        outcome=None if waits else "no_further_action",
        told=not waits,
        waits=waits,
        event=UUID(int=n),
        sealed=_WORDS,
    )
