"""Seals the personal text of a group of append requests, once for all of them, just before it is written.

The key store looks at its file once for the group, not once for each command; and an erasure that another process made
while a command waited for its turn is seen.
"""

from collections.abc import Sequence

from shared.crypto.key_store import KeyStore, WrongMasterKey
from shared.crypto.sealed_blob import Tampered
from shared.eventstore.append import AppendRequest, NewEvent


def seal_requests(keys: KeyStore | None, requests: Sequence[AppendRequest]) -> list[Exception | None]:
    """Set `sealed` of every row that brings a plain text; for each request, what hindered it, or None.

    Never raises. A key that cannot be unwrapped hinders only the requests that need it; a store that cannot be read
    hinders all that have something to seal, and so does the want of one.
    """
    rows = [_unsealed(request) for request in requests]
    try:
        _seal(keys, [row for some in rows for row in some])
    except (Tampered, WrongMasterKey) as error:
        if len(requests) == 1:
            return [error]
        return [hindered for request in requests for hindered in seal_requests(keys, [request])]
    except Exception as error:  # each caller is told
        return [error if some else None for some in rows]
    return [None] * len(requests)


def _unsealed(request: AppendRequest) -> list[NewEvent]:
    return [row for write in request.writes() for row in write.rows if row.plain is not None]


def _seal(keys: KeyStore | None, rows: Sequence[NewEvent]) -> None:
    if not rows:
        return
    if keys is None:
        raise LookupError("this store was opened without keys: it can seal nothing")
    items = [
        (row.subject, row.event_id, row.plain)
        for row in rows
        if row.subject is not None and row.plain is not None
    ]
    for row, sealed in zip(rows, keys.seal_many(items), strict=True):
        row.sealed = sealed
