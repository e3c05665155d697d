"""The chronology over HTTP: one child as the caller's agency may see it, and what weighs lately."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query

from services.chronology.asking import Eyes, SaidInQuery
from services.chronology.disclosures import decisions_on, place_of
from services.chronology.facts import facts_about
from services.chronology.feed_api import router as feed
from services.chronology.glass import broke_glass, glass
from services.chronology.lenses import lens_of
from services.chronology.past_page import past_page
from services.chronology.queries import ALL, Seen, Wanted, entries_of, named, of_weight
from services.chronology.questions import questions
from services.chronology.restrictions import closed_to, marks_for
from services.chronology.showing import (
    Closed,
    closed_title,
    shown_decision,
    shown_entries,
    shown_glass,
    shown_question,
)
from shared.access.access_row import WHOLE_RECORD, Sight
from shared.domain.access_facts import NOTHING, Fact
from shared.team.audience import SOCIAL_CARE
from shared.team.authorisation import Forbidden
from shared.team.entries import Significance
from shared.web.dependencies import After, CursorText, Limit
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.problems import not_found
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["chronology"])
router.include_router(feed)

_NOTHING_HERE: Final = "there is nothing here that your agency may see; check the child's id"

_ORDER = (datetime, datetime, datetime, UUID)

OneWord = Annotated[
    str | None, Query(max_length=60, pattern="^[a-z_]+$", description="only entries that have this")
]
"""A filter by a code, as entries show it."""


@router.get("/children/{child}/chronology")
async def chronology(
    child: UUID,
    reader: Reader,
    cursor: CursorText = None,
    limit: Limit = 50,
    after: After = None,
    topic: OneWord = None,
    agency: OneWord = None,
    significance: Significance | None = None,
    as_known: SaidInQuery = None,
    seen_as: Eyes = None,
) -> dict[str, Any]:
    """One child's record as your agency may see it, in order of when things happened, were known, were recorded. Beside it stands
    what is shown to you by name alone (`marks`), as that a sealed record exists.

    For children's social care also as it was known at a moment (`as_known`), and as another agency sees it (`seen_as`): never
    more than you see now.
    """
    wanted = Wanted(topic, agency, significance)
    for view in ("entries", "seen", "glass", "restrictions"):
        await reader.caught_up(view, after)
    ids = await reader.ids_of(child)
    marks = await reader.query(marks_for, reader.who, ids)
    glass_broken = await _authorise(reader, ids, named=bool(marks))
    place = read_cursor(cursor, _ORDER) if cursor else None
    if as_known is not None or seen_as is not None:
        return await past_page(reader, child, ids, as_known, seen_as, place, limit, wanted)
    everything = _everything(reader)
    lens = lens_of(reader.who, reader.now(), everything=everything)
    rows = await reader.query_as(
        lens, entries_of, ids, reader.who, place, limit + 1, wanted=wanted, everything=everything
    )
    more, rows = len(rows) > limit, rows[:limit]
    following = write_cursor(rows[-1].place) if more else None
    closed = {} if glass_broken else await _closed(reader, rows)
    if wanted.by_what_it_says:
        rows = _open(reader, rows, closed)
    await reader.record("read:chronology", children=ids, sight=_sight(reader, rows))
    if not rows and place is None and wanted == ALL and not marks:
        # The same answer whether the child is unknown or nothing may be shown: who asks learns neither.
        raise not_found(_NOTHING_HERE)
    entries = shown_entries(reader, rows, closed, child=ids[0], glass_broken=glass_broken)
    # To all others it is the same page as if there were nothing: not even the word for it stands there.
    return page_of(entries, following) | ({"marks": marks} if marks else {})


@router.get("/worklist")
async def what_weighs(
    reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """Critical and significant entries of all children, the latest first: what a manager looks through each morning."""
    await reader.authorise("read:worklist")
    for view in ("entries", "seen", "restrictions"):
        await reader.caught_up(view, after)
    place = read_cursor(cursor, (int, UUID)) if cursor else None
    everything = _everything(reader)
    lens = lens_of(reader.who, reader.now(), everything=everything)
    rows = await reader.query_as(lens, of_weight, reader.who, place, limit + 1, everything=everything)
    more, rows = len(rows) > limit, rows[:limit]
    following = write_cursor((rows[-1].row["position"], rows[-1].row["entry"])) if more else None
    rows = _open(reader, rows, await _closed(reader, rows))
    await reader.record(
        "read:worklist", children=tuple({row.child for row in rows}), sight=_sight(reader, rows)
    )
    return page_of(shown_entries(reader, rows, {}), following)


@router.get("/children/{child}/disclosures")
async def decided_of_who_sees(
    child: UUID, reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """What persons decided of who sees this child's entries (E5), in order: all of it for children's social care and
    auditors, for others what was decided in the name of their own organisation.
    """
    await reader.caught_up("disclosures", after)
    ids = await reader.ids_of(child)
    await _authorise(reader, ids)
    who = reader.who
    all_of_it = who.agency == SOCIAL_CARE or _everything(reader)
    by = None if all_of_it else (who.agency, who.organisation or "")
    place = read_cursor(cursor, (datetime, UUID, str, str)) if cursor else None
    rows = await reader.query(decisions_on, ids, by, place, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    open_here = await _entries_open_to(reader, [row["entry"] for row in rows])
    sight = reader.sight([row["decision"] for row in rows], "disclosures")
    await reader.record("read:chronology", children=ids, sight=sight)
    following = write_cursor(place_of(rows[-1])) if more else None
    texts = reader.texts(
        [row if row["entry"] in open_here else {"sealed": None, "event": row["event"]} for row in rows]
    )
    return page_of([shown_decision(*each) for each in zip(rows, texts, strict=True)], following)


@router.get("/glass")
async def broken_glass(
    reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """The accesses by broken glass that another manager has yet to review, the soonest due first."""
    await reader.authorise("read:access")
    await reader.caught_up("glass", after)
    order = {"review_by": datetime, "stream": UUID}
    found = await reader.page(glass, order=order, where={"waits": True}, cursor=cursor, limit=limit)
    ids = [row["access"] for row in found.rows]
    await reader.record(
        "read:access",
        children=tuple({row["child"] for row in found.rows}),
        sight=reader.sight(ids, "glass"),
    )
    texts = reader.texts(found.rows)
    return page_of([shown_glass(*each) for each in zip(found.rows, texts, strict=True)], found.next)


@router.get("/questions")
async def questioned_access(
    reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """The looks that the review of access asks about and no other manager has answered yet, the oldest first."""
    await reader.authorise("read:access")
    await reader.caught_up("questions", after)
    order = {"looked_at": datetime, "stream": UUID}
    found = await reader.page(questions, order=order, where={"waits": True}, cursor=cursor, limit=limit)
    await reader.record(
        "read:access",
        children=tuple({row["child"] for row in found.rows if row["child"]}),
        sight=reader.sight([row["access"] for row in found.rows], "questions"),
    )
    return page_of([shown_question(row) for row in found.rows], found.next)


async def _authorise(reader: Reading, ids: tuple[UUID, ...], *, named: bool = False) -> bool:
    """Refuse who may not open the child's page; `named`: something of it is shown to the reader by name. Whose organisation is not involved hears what of an unknown child is said.

    Answers whether the reader has broken the glass, which opens what is restricted.
    """
    facts = await reader.query_as(
        lens_of(reader.who, reader.now(), everything=False), facts_about, ids, reader.who
    )
    broken = await reader.query(broke_glass, ids, reader.who, reader.now())
    facts |= {Fact.GLASS_BROKEN} if broken else NOTHING
    facts |= {Fact.NAMED} if named else NOTHING
    try:
        await reader.authorise("read:chronology", children=ids, facts=facts)
    except Forbidden:
        if reader.may("read:chronology", facts | {Fact.ORGANISATION_INVOLVED}):
            raise not_found(_NOTHING_HERE) from None
        raise
    return broken


def _sight(reader: Reading, rows: list[Seen]) -> Sight:
    """What a page shows, and through whose eyes."""
    lens = WHOLE_RECORD if _everything(reader) else None
    return reader.sight([row.row["entry"] for row in rows], "entries", lens=lens)


def _everything(reader: Reading) -> bool:
    """Whether the policy table lets the reader see entries past the sharing table, as it lets an auditor."""
    return reader.may("read:every_entry")


async def _closed(reader: Reading, rows: list[Seen]) -> Closed:
    """The things on a page whose entries this reader is shown by one title alone: as known when the last of these came in."""
    if _everything(reader) or not rows:
        return {}
    # What restricts an entry as it comes in stands before it in the log, and may be followed by another page of events.
    await reader.caught_up("restrictions", max(seen.row["position"] for seen in rows))
    return await reader.query(closed_to, reader.who, {row.child for row in rows})


def _open(reader: Reading, rows: list[Seen], closed: Closed) -> list[Seen]:
    """Those that the reader is shown as they are: that one is on a list of what weighs, or has a topic, would tell of it."""
    return [seen for seen in rows if closed_title(seen.row, closed, reader.who) is None]


async def _entries_open_to(reader: Reading, entries: list[UUID]) -> set[UUID]:
    """Those of these entries that the reader may read anything of: the reason for a decision speaks of its entry."""
    lens = lens_of(reader.who, reader.now(), everything=_everything(reader))
    rows = [Seen(row, "title") for row in await reader.query_as(lens, named, entries)]
    return {seen.row["entry"] for seen in _open(reader, rows, await _closed(reader, rows))}
