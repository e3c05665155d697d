"""What an organisation's feed holds after a place: what of the children's records was shown to it, changed or taken away.

A feed is no log of its own. It is read off `seen`, where each row says at which position of the chronology's log it last
changed: so what it tells of an entry is always how that stands now, at the place of its last change, and whoever has taken
in all of it has exactly what their pages show. What was shared for a time ends by the clock and not by an event: that
is a second order, by the instant, with a place of its own in the cursor.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from services.chronology.lenses import read_under
from services.chronology.views import LASTS, NOW
from shared.domain.actors import Actor
from shared.team.erasure import VIEW as ERASED

FOLLOWED: Final = ("seen", "entries", "restrictions", "same_child", ERASED)
"""The views that a feed is made of: it goes as far as all of them have come."""

_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """How far an organisation has come in its feed: what its cursor says.

    Attributes:
        position: with `entry` and `child`, the last change that was told, by where the log has it.
        began_at: the position of the log at which the feed was begun: what was taken away by then was never told, and
            stays untold.
        ended: with `ended_entry` and `ended_child`, the last end (UTC) of what was shared for a time that was told.
        merged: with `merged_child`, where the log last said under which ids somebody goes, as far as that was told.
    """

    position: int
    entry: UUID
    child: UUID
    began_at: int
    ended: datetime
    ended_entry: UUID
    ended_child: UUID
    merged: int
    merged_child: UUID

    @classmethod
    def beginning(cls, head: int, now: datetime) -> Self:
        """The beginning of a feed, asked for when the views stood there, at this instant."""
        return cls(0, _NOBODY, _NOBODY, head, now, _NOBODY, _NOBODY, head, _NOBODY)

    @classmethod
    def of(cls, parts: Sequence[Any]) -> Self:
        """From the parts of a cursor."""
        return cls(*parts)

    @property
    def parts(self) -> tuple[Any, ...]:
        """As the parts of a cursor."""
        return astuple(self)


PARTS: Final = (int, UUID, UUID, int, datetime, UUID, UUID, int, UUID)
"""The types of the parts of a cursor."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a feed tells: how an entry is shown now, or that it is shown no longer.

    `row` is the entry, None where it is `gone`. It answers what an entry of a page answers (`queries.Seen`).
    """

    entry: UUID
    child: UUID
    position: int
    depth: str
    row: asyncpg.Record | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What a feed holds after a place; where it goes on; whether there is more by now."""

    told: Sequence[Told]
    place: FeedPlace
    more: bool


_NOW_SHOWN: Final = f"""
    SELECT max(position) AS last, (array_agg(depth ORDER BY organisation = $3 DESC)
               FILTER (WHERE depth <> 'gone'))[1] AS shown
      FROM (SELECT position, organisation, CASE WHEN until <= {NOW} THEN after ELSE depth END AS depth
              FROM chronology_views.seen
             WHERE entry = places.entry AND child = places.child AND agency = $1 AND organisation IN ($2, $3)) AS rows"""
"""How an entry is shown now under the two names of a reader, and where it last changed under either."""


def _told(places: str) -> str:
    """What is told of the entries at these places. Of what is shown no longer nothing is read but that."""
    return f"""
SELECT places.position AS place, places.entry AS place_entry, places.child AS place_child, places.until, shown, last, entries.*
  FROM ({places}) AS places
  CROSS JOIN LATERAL ({_NOW_SHOWN}) AS now
  LEFT JOIN chronology_views.entries
    ON entries.entry = places.entry AND entries.child = places.child AND shown IS NOT NULL"""


def _changed(name: str) -> str:
    """What changed under one name after a place, in the order of the feed's index, of which it is one range."""
    return f"""(SELECT position, entry, child, NULL::timestamptz AS until FROM chronology_views.seen
      WHERE agency = $1 AND organisation = {name} AND (position, entry, child) > ($4, $5::uuid, $6::uuid) AND position <= $7
      ORDER BY position, entry, child LIMIT $8)"""


CHANGED: Final = (
    _told(
        f"SELECT DISTINCT position, entry, child, until FROM ({_changed('$2')} UNION ALL {_changed('$3')}) AS arms "
        "ORDER BY position, entry, child LIMIT $8"
    )
    + "\n ORDER BY place, place_entry, place_child"
)
"""What changed after a place and up to a position, in the log's order."""


def _ended(name: str) -> str:
    return f"""(SELECT position, entry, child, until FROM chronology_views.seen
      WHERE agency = $1 AND organisation = {name} AND until IS NOT NULL AND until <= {NOW}
        AND (until, entry, child) > ($4::timestamptz, $5::uuid, $6::uuid) AND position <= $7
      ORDER BY until, entry, child LIMIT $8)"""


ENDED: Final = (
    _told(
        f"SELECT DISTINCT ON (until, entry, child) position, entry, child, until FROM ({_ended('$2')} UNION ALL {_ended('$3')}) "
        "AS arms ORDER BY until, entry, child LIMIT $8"
    )
    + "\n ORDER BY places.until, place_entry, place_child"
)
"""What was shared until an instant that has come since, by that instant."""


async def feed_after(
    connection: asyncpg.Connection, who: Actor, place: FeedPlace, head: int, limit: int
) -> FeedPage:
    """A page of the feed of a reader's organisation: what changed after a place, and up to the position `head` of the log; where
    that is all, also what has ended since.
    """
    asked = (who.agency, *read_under(who.organisation))
    rows = await connection.fetch(CHANGED, *asked, place.position, place.entry, place.child, head, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    told = [
        _one(row)
        for row in rows
        # What changed again under the other name is told there. What was taken away before the feed began was never told.
        if row["last"] == row["place"] and (row["shown"] is not None or row["place"] > place.began_at)
    ]
    if rows:
        place = replace(
            place, position=rows[-1]["place"], entry=rows[-1]["place_entry"], child=rows[-1]["place_child"]
        )
    if more:
        return FeedPage(told, place, more)
    ended = await connection.fetch(
        ENDED, *asked, place.ended, place.ended_entry, place.ended_child, head, limit - len(rows) + 1
    )
    more, ended = len(ended) > limit - len(rows), ended[: limit - len(rows)]
    if ended:
        place = replace(
            place,
            ended=ended[-1]["until"],
            ended_entry=ended[-1]["place_entry"],
            ended_child=ended[-1]["place_child"],
        )
    return FeedPage([*told, *map(_one, ended)], place, more)


def _one(row: asyncpg.Record) -> Told:
    shown = row["shown"]
    return Told(
        row["place_entry"],
        row["place_child"],
        row["place"],
        shown or "gone",
        row if shown is not None else None,
    )


_ERASED: Final = f"SELECT subject FROM chronology_views.{ERASED} WHERE subject = ANY ($1::uuid[])"


async def erased_among(connection: asyncpg.Connection, children: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these children who were erased. Their keys may still stand for a moment when that is known: a feed, which
    tells each thing once, goes by this and not by whether the words can still be opened.
    """
    return frozenset(row["subject"] for row in await connection.fetch(_ERASED, list(children)))


_INVOLVED: Final = f"""
    SELECT child FROM unnest($4::uuid[]) AS child
     WHERE EXISTS (SELECT FROM chronology_views.seen WHERE seen.child = child.child AND agency = $1
                      AND organisation IN ($2, $3) AND depth <> 'gone' AND {LASTS})"""


async def shown_something_of(
    connection: asyncpg.Connection, who: Actor, children: Sequence[UUID]
) -> frozenset[UUID]:
    """Those of these children of whom a reader's organisation is shown anything."""
    rows = await connection.fetch(_INVOLVED, who.agency, *read_under(who.organisation), list(children))
    return frozenset(row["child"] for row in rows)
