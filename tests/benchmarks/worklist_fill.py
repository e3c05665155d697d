"""Fills the front door's list with contacts that wait, by its own handler of a contact received."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

import asyncpg

from services.mash.events import ContactReceived, ContactText
from services.mash.rules import RULES
from services.mash.views import worklist
from shared.domain.code_lists import ReferralSource
from shared.domain.view import Upsert
from shared.projections.table import create, indexes, steps, take
from shared.testing.facts import THING, record

PAGE: Final = f"SELECT * FROM {worklist.table('mash')} WHERE waits ORDER BY decide_by, stream LIMIT $1"
"""The first page of the list, as `GET /worklist` asks for it."""
BEGAN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
_PAGE: Final = 5_000
_WORDS: Final = bytes(700)
"""As long as the sealed words of a contact."""


async def fill_worklist(connection: asyncpg.Connection, contacts: int) -> None:
    """So many contacts that wait, and as many again that do not."""
    await connection.execute(create(worklist, "mash", worklist.name))
    chance, row = Random(7), _received()
    for first in range(0, 2 * contacts, _PAGE):
        page = [_one(row, n, chance, waits=n % 2 == 0) for n in range(first, first + _PAGE)]
        await take(connection, worklist, "mash", worklist.name, steps(worklist, "mash", worklist.name, page))
    for partial in (False, True):
        for index in indexes(worklist, "mash", worklist.name, partial=partial):
            await connection.execute(index)
    await connection.execute(f"VACUUM ANALYZE {worklist.table('mash')}")


def _received() -> Upsert:
    """The row of a contact received, as the view makes it."""
    contact = ContactReceived(
        contact=THING,
        source=ReferralSource.S6,
        referrer_agency="police",
        received_at=BEGAN,
        decide_by=RULES.deadline("M1", BEGAN),
        sealed=ContactText(worries="Alone at home.", strengths=""),
    )
    (row,) = worklist.changes(record(contact, at=BEGAN))
    assert isinstance(row, Upsert)
    return row


def _one(row: Upsert, n: int, chance: Random, *, waits: bool) -> Upsert:
    received = BEGAN + timedelta(minutes=chance.randrange(500_000))
    own = {
        "stream": UUID(int=n),
        "contact": UUID(int=n),
        "child": UUID(int=n),
        "event": UUID(int=n),
        "received_at": received,
        "decide_by": received + timedelta(days=1),
        "waits": waits,
        "sealed": _WORDS,
    }
    return Upsert(**row.columns | own)
