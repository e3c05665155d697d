"""The events of the streams that a page of the log corrects: of these a view makes the rows of such a stream anew, or
puts its rows right.

They are read with the page, up to its end, and only where a view of those at hand needs them and the page holds a
correction. The log never changes, so it does not matter on which connection, or how long after the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shared.domain.corrections import RecordCorrected
from shared.domain.event import Record
from shared.domain.view import View
from shared.eventstore.reader import of_streams, to_record

Histories = Mapping[UUID, Sequence[Record]]
"""By stream, in its order."""


async def histories(
    source: asyncpg.Pool | asyncpg.Connection,
    service: str,
    views: Sequence[View[Any]],
    page: Sequence[asyncpg.Record],
) -> Histories:
    """The events of each stream that this page corrects, up to the end of the page; of those that these views handle.

    Raises:
        UnknownEvent: one of them is newer than this program.
    """
    asking = [view for view in views if view.needs_history]
    streams = (
        {row["originator_id"] for row in page if row["topic"] == RecordCorrected.NAME} if asking else None
    )
    if not streams:
        return {}
    topics: set[str] | None = set()
    for view in asking:
        topics = None if topics is None or view.topics is None else topics | set(view.topics)
    rows = await of_streams(
        source,
        service,
        streams,
        until=page[-1]["notification_id"],
        topics=None if topics is None else sorted(topics),
    )
    found: dict[UUID, list[Record]] = {}
    for row in rows:
        found.setdefault(row["originator_id"], []).append(to_record(service, row))
    return found
