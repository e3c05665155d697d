"""Which words of a child may be disclosed one by one: those of a step that its team decided to share whole (E5).

The decision stands in the log, with who made it, for whom, why and on which lawful basis: without one nothing is opened.
What holds a name that may stand in no export is not opened either: a key opens an event's words whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from shared.domain.codec import decode
from shared.domain.corrections import RecordCorrected
from shared.domain.event import Event
from shared.team.sharing import DisclosureDecided

NEVER: Final = frozenset(("referrer_name", "referrer_contact", "referrer_relation", "care_parts"))
"""Members of the words that say who told the council, or what social care alone may see: never in an export."""


async def decision_of(pool: asyncpg.Pool, service: str, ids: Sequence[UUID], step: UUID) -> int | None:
    """The position of the last decision on sharing a step, where it is to share it whole; None: there is none, or it
    was withdrawn.
    """
    rows = await pool.fetch(
        f"""SELECT notification_id, originator_id, originator_version, topic, state FROM {service}.events
             WHERE child = ANY ($1) AND topic IN ($2, $3) ORDER BY notification_id""",
        ids,
        DisclosureDecided.NAME,
        RecordCorrected.NAME,
    )
    standing: dict[tuple[UUID, int], tuple[int, Event | None]] = {}
    for row in rows:
        event, _ = decode(row["topic"], row["state"])
        if isinstance(event, RecordCorrected):
            corrected = row["originator_id"], event.corrects.version
            if corrected in standing:
                standing[corrected] = standing[corrected][0], event.right()
        else:
            standing[row["originator_id"], row["originator_version"]] = row["notification_id"], event
    last = None
    for position, decided in standing.values():
        if isinstance(decided, DisclosureDecided) and decided.regarding and decided.regarding.step == step:
            last = position if decided.share and decided.whole else None
    return last


async def words_of(pool: asyncpg.Pool, service: str, ids: Sequence[UUID], step: UUID) -> list[dict[str, Any]]:
    """The sealed words that a step recorded about a child: `position`, `event`, `sealed` and `sensitivity` of each."""
    rows = await pool.fetch(
        f"""SELECT notification_id, event_id, sealed, state FROM {service}.events
             WHERE child = ANY ($1) AND sealed IS NOT NULL AND position($2::bytea in state) > 0
             ORDER BY notification_id""",
        ids,
        str(step).encode(),
    )
    envelopes = [(row, orjson.loads(row["state"])["envelope"]) for row in rows]
    return [
        {
            "position": row["notification_id"],
            "event": row["event_id"],
            "sealed": row["sealed"],
            "sensitivity": envelope.get("sensitivity", "ordinary"),
        }
        for row, envelope in envelopes
        if envelope["command"] == str(step)
    ]


def never_shown(words: Any) -> bool:
    """Whether words hold what may stand in no export, however deep."""
    match words:
        case Mapping():
            return any((name in NEVER and bool(value)) or never_shown(value) for name, value in words.items())
        case list() | tuple():
            return any(never_shown(each) for each in words)
        case _:
            return False
