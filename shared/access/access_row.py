"""A row of the record of access: who looked at what or was refused, why they might, and what it showed them. Pure.

Its digest chains it to the row before. A column that is NULL is left out of the digest but for those of the first version,
so that rows written before a column was added still hold.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from shared.domain.actors import Actor

BEFORE_THE_FIRST: Final = bytes(32)
"""What the first row's digest is chained to."""


WHOLE_RECORD: Final = ("*",)
"""The lens of who sees every entry, whatever agency it is shown to."""


_OF_VERSION_1: Final = 12
"""Columns of the first version, the digest apart: they stand before it in the table, and in the digest NULL or not."""


_OF_VERSION_2: Final = ("by_policy", "basis", "lens", "shown", "as_known", "first_entry", "real_at")


_LONGEST: Final = 500


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


Outcome = Literal["shown", "nothing", "refused"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look showed.

    Attributes:
        count: how many records.
        lens: through whose eyes: an agency, or an agency and its organisation; WHOLE_RECORD where nothing is kept back.
        as_known: the log's position up to which what was shown is known.
        first: the id of the first one, which names the page.
    """

    count: int
    lens: tuple[str, ...] = ()
    as_known: int | None = None
    first: UUID | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to look or to act: what was shown, or refused.

    Attributes:
        actor: who. The id is kept, the name is not.
        action: what they did or tried, as `read:chronology` or `mash.DecideContact`.
        purpose: why. Characters that PostgreSQL does not take are replaced, and it is cut at 500, so that no words
            can keep an attempt out of the record.
        outcome: `shown`; `nothing`, where there was nothing to show; or `refused`.
        children: whose records, under the ids they were asked for by. A list of many is one entry.
        subject: the thing, where it is about one.
        rules: the rules that refused it.
        by: the policies that allowed it, by id; empty where it was refused.
        basis: the lawful basis on which.
        sight: what it showed; None where that is not counted, as of an attempt to act.
    """

    actor: Actor
    action: str
    purpose: str
    outcome: Outcome
    children: tuple[UUID, ...] = ()
    subject: UUID | None = None
    rules: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    basis: str = ""
    sight: Sight | None = None


def chained(
    position: int, recorded_at: datetime, real_at: datetime, attempt: Attempt, previous: bytes
) -> tuple[Any, ...]:
    """The row of an attempt, in the table's order, with its digest."""
    actor, sight = attempt.actor, attempt.sight
    first = (
        position,
        recorded_at,
        actor.id,
        _storable(actor.role),
        _storable(actor.agency),
        None if actor.organisation is None else _storable(actor.organisation),
        _storable(attempt.action),
        _storable(attempt.purpose),
        list(attempt.children),
        attempt.subject,
        attempt.outcome,
        _all_storable(attempt.rules),
    )
    second = (
        _all_storable(attempt.by) or None,
        _storable(attempt.basis) or None,
        (_all_storable(sight.lens) or None) if sight else None,
        sight.count if sight else None,
        sight.as_known if sight else None,
        sight.first if sight else None,
        real_at,
    )
    return (*first, _digest(previous, first, dict(zip(_OF_VERSION_2, second, strict=True))), *second)


def digest_of(previous: bytes, row: Sequence[Any]) -> bytes:
    """What the digest of a row of the table should be, after the one before."""
    return _digest(
        previous, row[:_OF_VERSION_1], dict(zip(_OF_VERSION_2, row[_OF_VERSION_1 + 1 :], strict=True))
    )


def _digest(previous: bytes, first: Sequence[Any], second: Mapping[str, Any]) -> bytes:
    """SHA-256 of the digest before and of the row as JSON, instants in UTC to the microsecond: the columns of the first
    version as they stand, then name and value of each other one that is not NULL.
    """

    def plain(value: Any) -> str:
        return (
            value.astimezone(UTC).isoformat(timespec="microseconds")
            if isinstance(value, datetime)
            else str(value)
        )

    later = [[name, value] for name, value in second.items() if value is not None]
    content = json.dumps([*first, *later], default=plain, separators=(",", ":"))
    return hashlib.sha256(previous + content.encode()).digest()


def _all_storable(texts: Sequence[str]) -> list[str]:
    return [_storable(text) for text in texts]


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST]
