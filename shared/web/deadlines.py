"""The deadline board every service has: its clocks, by how they stand, and how many of each rule still run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query

from shared.domain.instants import Instant
from shared.domain.rules import ClockState, Rule
from shared.projections.deadline_queries import (
    ALL_STATES,
    BoardEntry,
    RunningCount,
    Wanted,
    board,
    running_counts,
)
from shared.web.dependencies import After, CursorText, Limit, instant
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.reading import Reader

router = APIRouter(tags=["deadlines"])

VIEW: Final = "deadlines"

Mine = Annotated[bool, Query(description="only of children who are allocated to you in this team")]


@router.get("/deadlines")
async def deadlines(
    reader: Reader,
    child: Annotated[UUID | None, Query(description="only this child's")] = None,
    state: Annotated[
        list[ClockState] | None,
        Query(
            description="only clocks that stand so; left out, those that still run, missed ones among them"
        ),
    ] = None,
    settled: Annotated[bool, Query(description="also what is settled: met, ended, or done too late")] = False,
    rule: Annotated[
        str | None, Query(pattern=r"^[A-Z][A-Za-z0-9/_]{0,79}$", description="only clocks of this rule")
    ] = None,
    due_before: Annotated[Instant | None, Query(description="only what is due before this instant")] = None,
    mine: Mine = False,
    cursor: CursorText = None,
    limit: Limit = 50,
    after: After = None,
) -> dict[str, Any]:
    """The team's clocks, the earliest due first. Without a word on it, those that still run: open, varied, or missed and
    not done yet.
    """
    ids = await reader.ids_of(child) if child else ()
    await reader.authorise("read:deadlines", children=ids)
    await reader.caught_up(VIEW, after)
    place = read_cursor(cursor, (datetime, str, UUID, UUID)) if cursor else None
    children: Sequence[UUID] | None = ids if child else None
    if mine:
        own = await reader.own_children()
        children = own if child is None else [one for one in own if one in ids]
    entries = await reader.query(
        board,
        reader.service,
        now=reader.now(),
        wanted=Wanted(
            frozenset(state) if state else ALL_STATES if settled else None, rule, due_before, children
        ),
        cursor=(place[0], place[1], place[2], place[3]) if place else None,
        limit=limit,
    )
    seen = {entry.clock.child for entry in entries if entry.clock.child is not None}
    await reader.record(
        "read:deadlines",
        children=tuple(seen | set(ids)),
        sight=reader.sight([entry.clock.started_by for entry in entries], VIEW),
    )
    rules = reader.rules()
    items = [_item(entry, rules.get(entry.clock.rule)) for entry in entries]
    following = write_cursor(entries[-1].clock.place) if len(entries) == limit else None
    return page_of(items, following, reader.position(VIEW))


@router.get("/deadlines/counts")
async def counts(reader: Reader, mine: Mine = False, after: After = None) -> dict[str, Any]:
    """How many of the team's clocks still run, by rule and by how they stand; each number is of a list that `/deadlines`
    shows. It tells of no child, so it is no look at one.
    """
    await reader.authorise("read:deadlines")
    await reader.caught_up(VIEW, after)
    children = await reader.own_children() if mine else None
    found = await reader.query(running_counts, reader.service, now=reader.now(), children=children)
    rules = reader.rules()
    return {"items": [_count(one, rules.get(one.rule)) for one in found], "total": _total(found)}


def _item(entry: BoardEntry, rule: Rule | None) -> dict[str, Any]:
    clock = entry.clock
    return {
        "rule": clock.rule,
        "what": rule.what if rule else "",
        "do": rule.do if rule else "",
        "missed": rule.missed if rule else "",
        "edition": clock.edition,
        "child": str(clock.child) if clock.child else None,
        "thing": str(clock.thing) if clock.thing else None,
        "command": str(clock.command),
        "root": str(clock.root),
        "started_by": str(clock.started_by),
        "started_at": instant(clock.started_at),
        "first_due_at": instant(clock.first_due_at),
        "due_at": instant(clock.due_at),
        "acted_at": instant(clock.acted_at),
        "ended_at": instant(clock.ended_at),
        "missed_at": instant(clock.missed_at),
        "varied": clock.varied,
        "state": entry.state,
        "recorded_late": clock.recorded_late,
    }


_NUMBERS: Final = ("open", "varied", "missed", "due_today", "due_this_week")


def _count(one: RunningCount, rule: Rule | None) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "do": rule.do if rule else "",
        **{name: getattr(one, name) for name in _NUMBERS},
    }


def _total(found: list[RunningCount]) -> dict[str, int]:
    return {name: sum(getattr(one, name) for one in found) for name in _NUMBERS}
