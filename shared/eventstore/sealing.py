"""Seals the personal text of a group of append requests, once for all of them, just before it is written.

The key store looks at its file once for the group, not once for each command; and an erasure that another process made
while a command waited for its turn is seen. A subject without a key gets one only where nothing of theirs stands sealed in
the log: else the key is lost, or was taken away or erased, and whoever asked is told which.

What another service told (an inbox head moves with it) is recorded of an erased subject without its words: the fact stands, as
it does in the log that it came from. Refused, it would stop everything that is told later under that key.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from uuid import UUID

from shared.crypto.key_store import KeyStore, NoKey
from shared.crypto.master_key import WrongMasterKey
from shared.crypto.sealed_blob import Tampered
from shared.eventstore.append import AppendRequest, KeyGone, NewEvent, SubjectErased

SealedBefore = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, int]]]
"""Which of these subjects have something sealed in the log, each with the position of such a row."""


async def seal_requests(
    keys: KeyStore | None, requests: Sequence[AppendRequest], sealed_before: SealedBefore
) -> list[Exception | None]:
    """Set `sealed` of every row that brings a plain text; for each request, what hindered it, or None.

    Never raises. A key that cannot be unwrapped, or is gone, hinders only the requests that need it; a store or a log
    that cannot be read hinders all that have something to seal, and so does the want of keys.
    """
    without: dict[UUID, Exception] = {}
    while True:
        try:
            return _sealed(keys, requests, without)
        except NoKey as error:
            missing = error.subjects
        try:
            without |= await _given_keys(keys, missing, sealed_before)
        except Exception as error:  # each caller is told
            return [error if _unsealed(request) else None for request in requests]


async def _given_keys(
    keys: KeyStore | None, missing: Collection[UUID], sealed_before: SealedBefore
) -> dict[UUID, Exception]:
    """Make the keys of those who have none and had none; of each of the others, what their wanting one means."""
    assert keys is not None  # without keys nobody was asked for one
    before = await sealed_before(missing)
    keys.make([subject for subject in missing if subject not in before])
    # Another process may have made one, and written under it, before we asked the log: who has one now is fine.
    gone = keys.lacking(missing)
    erased = keys.erased(gone)
    return {subject: SubjectErased() if subject in erased else KeyGone() for subject in gone}


def _leave_out_words(request: AppendRequest, without: Mapping[UUID, Exception]) -> None:
    """Of what another service told, the words that are of an erased subject."""
    if request.heads:
        for row in _unsealed(request):
            if row.subject is not None and isinstance(without.get(row.subject), SubjectErased):
                row.plain = None


def _sealed(
    keys: KeyStore | None, requests: Sequence[AppendRequest], without: Mapping[UUID, Exception]
) -> list[Exception | None]:
    """As `seal_requests`, where those `without` a key hinder what speaks of them. Raises NoKey of any other."""
    for request in requests:
        _leave_out_words(request, without)
    rows = [_unsealed(request) for request in requests]
    hindered = [_first_hindrance(some, without) for some in rows]
    fine = [some for some, error in zip(rows, hindered, strict=True) if error is None]
    try:
        _seal(keys, [row for some in fine for row in some])
    except NoKey:
        raise
    except (Tampered, WrongMasterKey) as error:
        if len(requests) == 1:
            return [error]
        return [each for request in requests for each in _sealed(keys, [request], without)]
    except Exception as error:  # each caller is told
        return [
            found if found is not None else error if some else None
            for found, some in zip(hindered, rows, strict=True)
        ]
    return hindered


def _first_hindrance(rows: Sequence[NewEvent], without: Mapping[UUID, Exception]) -> Exception | None:
    subjects = [row.subject for row in rows if row.subject is not None]
    return next((without[subject] for subject in subjects if subject in without), None)


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
