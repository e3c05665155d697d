"""A chronology's log of any length: entries as the services write them, sealed and chained, brought in by COPY."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from services.chronology.events import ChildEntry, EntryReceived, EntryText
from shared.crypto.hash_chain import GENESIS, content, link
from shared.crypto.key_store import KeyStore
from shared.domain.codec import encode, sealed_bytes
from shared.domain.event import Envelope
from shared.infrastructure.ids import new_event_id
from shared.team.audience import SeenBy
from tests.benchmarks.append_ours import MESSAGE

ENTRIES_A_CHILD = 100
PAGE = 5000
COLUMNS = (
    "originator_id, originator_version, topic, state, notification_id, sealed, event_id, category, child, key, "
    "recorded_at, digest"
)
_BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
# What stands in the model of an entry for what differs from one entry to the next.
_ENTRY, _COMMAND, _CHILD, _EVENT = (UUID(int=n) for n in (0xA1, 0xA2, 0xA3, 0xA4))


def _model() -> tuple[bytes, bytes]:
    """The open part of an entry with those marks in it, and its sealed part as it is encrypted."""
    event = EntryReceived(
        source_position=1,
        entry=ChildEntry(
            id=_ENTRY,
            source="mash",
            source_event="mash.ReferrerInformed",
            event=_ENTRY,
            caused_by=_COMMAND,
            thing=_COMMAND,
            title="Referrer told what happens next",
            topic="contact",
            recorded_at=_BEGAN,
            agency="childrens_social_care",
            role="mash_manager",
            significance="routine",
        ),
        seen_by=(SeenBy(agency="childrens_social_care"), SeenBy(agency="police", depth="title")),
        child=_CHILD,
        happened_at=_BEGAN,
        sealed=EntryText(parts=(("Message", MESSAGE),), recorder="Ana Lim"),
    )
    envelope = Envelope(
        id=str(_EVENT),
        known_at=_BEGAN.isoformat(),
        actor=str(uuid4()),
        role="service",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public_task",
        correlation=str(_COMMAND),
        causation=str(_ENTRY),
        command=str(_COMMAND),
        thing=str(_ENTRY),
    )
    return encode(event, envelope), sealed_bytes(event, "") or b""


async def fill(dsn: str, keys: Path, entries: int) -> None:
    """Fill the log of the chronology with so many entries of children with a hundred each."""
    store = KeyStore(keys, bytes(32))
    model, plain = _model()
    children = [uuid4() for _ in range(max(1, entries // ENTRIES_A_CHILD))]
    store.make(children)
    digest, at = GENESIS, _BEGAN
    connection = await asyncpg.connect(dsn)
    try:
        for start in range(0, entries, PAGE):
            numbers = range(start, min(start + PAGE, entries))
            ids = [new_event_id() for _ in numbers]
            about = [children[n % len(children)] for n in numbers]
            sealed = store.seal_many([(child, own, plain) for child, own in zip(about, ids, strict=True)])
            records = []
            for n, own, child, blob in zip(numbers, ids, about, sealed, strict=True):
                state = model
                for mark, value in ((_ENTRY, uuid4()), (_COMMAND, uuid4()), (_CHILD, child), (_EVENT, own)):
                    state = state.replace(str(mark).encode(), str(value).encode())
                at += timedelta(milliseconds=3)
                digest = link(digest, content(n + 1, own, 1, EntryReceived.NAME, at, state, blob))
                place = (own, 1, EntryReceived.NAME, state, n + 1, blob)
                records.append((*place, own, "entry", child, None, at, digest))
            await connection.copy_records_to_table(
                "events", schema_name="chronology", records=records, columns=COLUMNS.split(", ")
            )
        await connection.execute("VACUUM ANALYZE chronology.events")
    finally:
        await connection.close()
        store.close()
