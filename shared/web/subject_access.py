"""What a service holds in words of one person, for the copy that they ask for: line by line, each with what is proposed.

It proposes and decides nothing: a person goes through every line before anything is given (E5).
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from shared.eventstore.reader import COLUMNS, to_record
from shared.team.subject_access import lines_of
from shared.web.dependencies import After, CursorText, Limit, instant
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.reading import Reader

router = APIRouter(tags=["subject access"])

_OF_NO_WORDS: Final = ("known_person", "access")


@router.get("/subject-access/{person}")
async def held_in_words(
    person: UUID, reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """What this team recorded of a person, in the order of its log: each fact with its words as lines, and whether a line is
    proposed to be shown, redacted or left out, and why. A fact that was corrected stands there as it was said, and its correction
    after it. What is said of them in other people's records is not among it.

    Facts without words are there where they say what of others is kept back (`name`, `thing`, `step`).
    """
    await reader.authorise("read:subject_access", children=(person,))
    await reader.authorise("read:text", children=(person,))
    await reader.within_the_log(after)
    ids = await reader.ids_of(person)
    place = read_cursor(cursor, (int, UUID))[0] if cursor else 0
    rows = await reader.query(_facts, reader.service, ids, place, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    records = [to_record(reader.service, row) for row in rows]
    await reader.record(
        "read:subject_access",
        children=ids,
        sight=reader.sight([record.envelope.event_id for record in records]),
    )
    texts = reader.texts([{"sealed": record.sealed, "event": record.envelope.event_id} for record in records])
    items = [
        {
            "service": reader.service,
            "event": str(record.envelope.event_id),
            "name": record.event.NAME,
            "step": str(record.envelope.command_id),
            "thing": record.envelope.thing,
            "happened_at": instant(record.happened_at),
            "recorded_at": instant(record.recorded_at),
            "agency": record.envelope.agency,
            "sensitivity": record.envelope.sensitivity,
            "lines": [
                {"field": line.field, "text": line.text, "proposed": line.proposed.value, "why": line.why}
                for line in lines_of(record.event.NAME, record.envelope.sensitivity, text or {})
            ],
        }
        for record, text in zip(records, texts, strict=True)
    ]
    last = (records[-1].position, records[-1].envelope.event_id) if more else None
    return page_of(items, write_cursor(last) if last else None)


async def _facts(
    pool: asyncpg.Pool, service: str, ids: Sequence[UUID], after: int, limit: int
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"SELECT {COLUMNS} FROM {service}.events WHERE child = ANY($1) AND notification_id > $2 "
        "AND NOT category = ANY($3) ORDER BY notification_id LIMIT $4",
        list(ids),
        after,
        list(_OF_NO_WORDS),
        limit,
    )
    return rows
