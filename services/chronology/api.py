"""The chronology over HTTP: one child as the caller's agency may see it, and what weighs lately."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query

from services.chronology.facts import facts_about
from services.chronology.lenses import lens_of
from services.chronology.queries import ALL, Seen, Wanted, entries_of, of_weight
from shared.access.access_row import WHOLE_RECORD, Sight
from shared.domain.access_facts import Fact
from shared.domain.actors import Actor
from shared.team.audience import SOCIAL_CARE
from shared.team.authorisation import Forbidden
from shared.team.entries import Significance
from shared.web.dependencies import After, CursorText, Limit, instant
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.problems import not_found
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["chronology"])

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
) -> dict[str, Any]:
    """One child's record as your agency may see it, in order of when things happened, were known, were recorded."""
    wanted = Wanted(topic, agency, significance)
    for view in ("entries", "seen"):
        await reader.caught_up(view, after)
    ids = await reader.ids_of(child)
    await _authorise(reader, ids)
    place = read_cursor(cursor, _ORDER) if cursor else None
    everything = _everything(reader)
    lens = lens_of(reader.who, reader.now(), everything=everything)
    rows = await reader.query_as(
        lens, entries_of, ids, reader.who, place, limit + 1, wanted=wanted, everything=everything
    )
    more, rows = len(rows) > limit, rows[:limit]
    await reader.record("read:chronology", children=ids, sight=_sight(reader, rows))
    if not rows and place is None and wanted == ALL:
        # The same answer whether the child is unknown or nothing may be shown: who asks learns neither.
        raise not_found(_NOTHING_HERE)
    following = write_cursor(rows[-1].place) if more else None
    return page_of(_entries(reader, rows, ids[0]), following)


@router.get("/worklist")
async def what_weighs(
    reader: Reader, cursor: CursorText = None, limit: Limit = 50, after: After = None
) -> dict[str, Any]:
    """Critical and significant entries of all children, the latest first: what a manager looks through each morning."""
    await reader.authorise("read:worklist")
    for view in ("entries", "seen"):
        await reader.caught_up(view, after)
    place = read_cursor(cursor, (int, UUID)) if cursor else None
    everything = _everything(reader)
    lens = lens_of(reader.who, reader.now(), everything=everything)
    rows = await reader.query_as(lens, of_weight, reader.who, place, limit + 1, everything=everything)
    more, rows = len(rows) > limit, rows[:limit]
    await reader.record(
        "read:worklist", children=tuple({row.child for row in rows}), sight=_sight(reader, rows)
    )
    following = write_cursor((rows[-1].row["position"], rows[-1].row["entry"])) if more else None
    return page_of(_entries(reader, rows), following)


async def _authorise(reader: Reading, ids: tuple[UUID, ...]) -> None:
    """Refuse who may not open the child's page. Whose organisation is not involved hears what of an unknown child is said."""
    facts = await reader.query_as(
        lens_of(reader.who, reader.now(), everything=False), facts_about, ids, reader.who
    )
    try:
        await reader.authorise("read:chronology", children=ids, facts=facts)
    except Forbidden:
        if reader.may("read:chronology", facts | {Fact.ORGANISATION_INVOLVED}):
            raise not_found(_NOTHING_HERE) from None
        raise


def _sight(reader: Reading, rows: list[Seen]) -> Sight:
    """What a page shows, and through whose eyes."""
    lens = WHOLE_RECORD if _everything(reader) else None
    return reader.sight([row.row["entry"] for row in rows], "entries", lens=lens)


def _everything(reader: Reading) -> bool:
    """Whether the policy table lets the reader see entries past the sharing table, as it lets an auditor."""
    return reader.may("read:every_entry")


def _entries(reader: Reading, rows: list[Seen], child: UUID | None = None) -> list[dict[str, Any]]:
    """Entries as they are shown: the text only where the agency sees it whole, opened after that is known. Of one child,
    each says under which of the child's ids it was recorded.
    """
    whole = [
        seen.row if seen.depth == "whole" else {"sealed": None, "event": seen.row["event"]} for seen in rows
    ]
    texts = reader.texts(whole)
    return [
        _withheld(seen)
        if seen.depth == "withheld"
        else {
            "id": str(seen.row["entry"]),
            "child": str(child or seen.child),
            "recorded_under": str(seen.child),
            "command": str(seen.row["caused_by"]),
            "thing": str(seen.row["thing"]) if seen.row["thing"] else None,
            "happened_at": instant(seen.row["happened_at"]),
            "known_at": instant(seen.row["known_at"]),
            "recorded_at": instant(seen.row["recorded_at"]),
            "title": seen.row["title"],
            "topic": seen.row["topic"],
            "service": seen.row["source"],
            "event": seen.row["source_event"],
            "agency": seen.row["agency"],
            "organisation": seen.row["organisation"],
            "role": seen.row["role"],
            "significance": seen.row["significance"],
            "late": seen.row["late"],
            "corrects": _id(seen.row["corrects"]),
            "corrected_by": _id(seen.row["corrected_by"]),
            "withdrawn": seen.row["withdrawn"],
            "depth": seen.depth,
            "recorded_by": (text or {}).get("recorder"),
            "text": _parts(text, reader.who) if text is not None else None,
        }
        for seen, text in zip(rows, texts, strict=True)
    ]


def _withheld(seen: Seen) -> dict[str, Any]:
    """That something is withheld, when it happened, and whom to ask: nothing of what it is."""
    return {
        "id": str(seen.row["entry"]),
        "child": str(seen.child),
        "happened_at": instant(seen.row["happened_at"]),
        "known_at": instant(seen.row["known_at"]),
        "recorded_at": instant(seen.row["recorded_at"]),
        "title": "Something is withheld",
        "agency": seen.row["agency"],
        "organisation": seen.row["organisation"],
        "depth": seen.depth,
        "text": None,
    }


def _id(entry: UUID | None) -> str | None:
    return str(entry) if entry else None


def _parts(text: dict[str, Any], who: Actor) -> list[Any]:
    """The words of an entry: some are for children's social care alone, as who told of a worry."""
    own = text.get("care_parts", []) if who.agency == SOCIAL_CARE else []
    return [*text.get("parts", []), *own]
