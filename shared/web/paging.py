"""Keyset pagination: pages of a view by key and cursor, never by offset.

An offset shows a row twice, or never, when others are added before it; a cursor names the last row that was shown.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends

from shared.domain.instants import utc
from shared.web.dependencies import MOST_POSITION, After, CursorText, Limit
from shared.web.field_errors import WrongField
from shared.web.problems import invalid


def write_cursor(place: Sequence[Any]) -> str:
    """The place after which the next page begins, as text that a caller hands back unread."""
    return urlsafe_b64encode(
        orjson.dumps([str(part) if isinstance(part, UUID) else part for part in place])
    ).decode()


def read_cursor(cursor: str, types: Sequence[type]) -> list[Any]:
    """The place a cursor stands for.

    Whatever was sent, what is answered are values that the database can compare: text it can store, instants it can
    hold, numbers of its size.

    Raises:
        Problem: it is not one of ours.
    """
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor.encode()))
        if not isinstance(parts, list) or len(parts) != len(types):
            raise _NotOurs
        return [_part(kind, part) for kind, part in zip(types, parts, strict=True)]
    except ValueError:
        raise invalid(
            WrongField(
                "cursor", "take the cursor from the page before, where it stands as next, unchanged", "wrong"
            )
        ) from None


class _NotOurs(ValueError):
    """A cursor that nobody here wrote."""


def _part(kind: type, part: Any) -> Any:
    """One part of a cursor, of its column's type. Raises ValueError for anything that `write_cursor` does not write."""
    if kind is int:
        if type(part) is int and 0 <= part <= MOST_POSITION:
            return part
    elif isinstance(part, str) and part.isprintable():
        if kind is datetime:
            return utc(datetime.fromisoformat(part))
        if kind is UUID:
            return UUID(part)
        if kind is str:
            return part
    raise _NotOurs


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list is asked for."""

    cursor: str | None
    limit: int
    after: int | None


async def _asked(cursor: CursorText = None, limit: Limit = 50, after: After = None) -> Asked:
    return Asked(cursor, limit, after)


Paging = Annotated[Asked, Depends(_asked)]
"""The query parameters every list takes: `cursor`, `limit`, `after`."""


def page_of(items: list[Any], next_cursor: str | None, position: int | None = None) -> dict[str, Any]:
    """A page of a list: its rows, the cursor of the next page or none, and the position of the log up to which it is."""
    return {
        "items": items,
        "next": next_cursor,
        **({} if position is None else {"position": position}),
    }
