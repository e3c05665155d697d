"""Compares what other services took of a log with what the log says now: not ids alone, but what each row said.

A message carries the chained digest of its row; who takes it keeps that with the inbox head of its key, and half of it as a
mark of every event taken. So a row that was altered after it was taken is found though its digest was made anew, and though
nothing of it was signed yet: the chained digest of any later row differs too. And an inbox head that was moved over an event
is found, since nothing marks that it was taken.
"""

from typing import Final
from uuid import UUID

import asyncpg

from shared.audit.log_check import Findings

PAGE: Final = 5000
"""Heads, or rows, compared together."""


NO_MARK: Final = 2**63
"""Beyond every position."""


MARK_BYTES: Final = 16
"""How much of a digest the mark of an event taken is."""


async def check_taken(
    holder: str, theirs: asyncpg.Pool, service: str, ours: asyncpg.Pool, findings: Findings
) -> None:
    """Compare what another service took of a log, by its marks and by its inbox heads, with what the log says now."""
    marked_from = await _check_marks(holder, theirs, service, ours, findings)
    await _check_heads(holder, theirs, service, ours, marked_from, findings)


async def _check_heads(
    holder: str, theirs: asyncpg.Pool, service: str, ours: asyncpg.Pool, marked_from: int, findings: Findings
) -> None:
    """Compare the last event that was taken of each key with what stands at that position.

    A head kept before digests travelled has none: of that the id alone is compared. From the first mark on what a row said,
    and whether it is there, is compared by the marks.
    """
    after = UUID(int=0)
    while rows := await theirs.fetch(
        f"""SELECT key, position, event_id, digest FROM {holder}.inbox_heads
             WHERE source = $1 AND key > $2 ORDER BY key LIMIT {PAGE}""",
        service,
        after,
    ):
        found = await ours.fetch(
            f"""SELECT notification_id, originator_id, event_id, key, digest FROM {service}.events
                 WHERE notification_id = ANY($1::bigint[])""",
            [row["position"] for row in rows],
        )
        there = {row["notification_id"]: row for row in found}
        for row in sorted(rows, key=lambda each: each["position"]):
            event = there.get(row["position"])
            if event is None and row["position"] >= marked_from:
                continue
            if event is None:
                findings.add(f"gone: {holder} took an event from this position", row["position"])
            elif (event["event_id"], event["key"]) != (row["event_id"], row["key"]):
                what = f"{holder} took another event from this position than stands there now"
                findings.add(what, row["position"], stream=event["originator_id"])
            elif row["position"] < marked_from and row["digest"] not in (None, event["digest"]):
                findings.add(_altered(holder), row["position"], stream=event["originator_id"])
        after = rows[-1]["key"]


def _altered(holder: str) -> str:
    return f"{holder} took this event when it, or what stands before it, said something else: it was altered after that"


async def _check_marks(
    holder: str, theirs: asyncpg.Pool, service: str, ours: asyncpg.Pool, findings: Findings
) -> int:
    """Compare every event that was taken with what the log says, and with the inbox heads.

    Of what was taken before marks were kept there are none: nothing below the first mark counts as dropped.

    Returns:
        The position of the first mark; beyond every log where there is none.
    """
    span = await theirs.fetchrow(
        f"SELECT min(position) AS first, max(position) AS last FROM {holder}.inbox_taken WHERE source = $1",
        service,
    )
    if span["first"] is None:
        return NO_MARK
    after = 0
    while rows := await ours.fetch(
        f"""SELECT notification_id AS position, originator_id AS stream, key, digest FROM {service}.events
             WHERE notification_id > $1 ORDER BY notification_id LIMIT {PAGE}""",
        after,
    ):
        until = rows[-1]["position"]
        # Heads before marks: what is taken meanwhile leaves its mark with the head that it moves.
        heads = await _heads(holder, theirs, service, {row["key"] for row in rows if row["key"] is not None})
        marks = await _marks(holder, theirs, service, after, until)
        for row in rows:
            position, mark = row["position"], marks.pop(row["position"], None)
            if mark is not None and mark != {row["digest"][:MARK_BYTES]}:
                findings.add(_altered(holder), position, stream=row["stream"])
            elif (
                mark is None
                and row["key"] is not None
                and span["first"] <= position <= heads.get(row["key"], 0)
            ):
                what = f"the inbox head of {holder} was moved over this event, which was never taken there: it was dropped"
                findings.add(what, position, stream=row["stream"])
        for position in sorted(marks):
            findings.add(f"gone: {holder} took an event from this position", position)
        after = until
    if span["last"] > after:
        findings.add(f"gone: {holder} took events up to here", after + 1, span["last"])
    return int(span["first"])


async def _heads(holder: str, theirs: asyncpg.Pool, service: str, keys: set[UUID]) -> dict[UUID, int]:
    rows = await theirs.fetch(
        f"SELECT key, position FROM {holder}.inbox_heads WHERE source = $1 AND key = ANY($2::uuid[])",
        service,
        list(keys),
    )
    return {row["key"]: row["position"] for row in rows}


async def _marks(
    holder: str, theirs: asyncpg.Pool, service: str, after: int, until: int
) -> dict[int, set[bytes]]:
    """What was taken of each position; more than one thing where a fork was taken too."""
    rows = await theirs.fetch(
        f"""SELECT position, digest FROM {holder}.inbox_taken
             WHERE source = $1 AND position > $2 AND position <= $3""",
        service,
        after,
        until,
    )
    found: dict[int, set[bytes]] = {}
    for row in rows:
        found.setdefault(row["position"], set()).add(row["digest"])
    return found
