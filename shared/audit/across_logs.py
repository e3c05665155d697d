"""Compares what one service copies into its log of others' facts (the chronology's entries) with those others' logs.

A log by itself cannot show that a fact was made up in it, or dropped on the way: both are seen only beside the log that it
came from. Heads are read before what was taken by them, so what moves on meanwhile is no finding.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import orjson

from shared.audit.log_check import Findings
from shared.commands.stream_ids import thing_stream

PAGE: Final = 2000
"""Rows compared together."""


@dataclass(frozen=True, slots=True)
class Copies:
    """What the program knows of the copies that one service takes of others' facts.

    Attributes:
        holder: the service that takes them in.
        name: the stored name of the event that is a copy; its open part has `source_position`, perhaps `source_digest`,
            and an `entry` with `id`, `source`, `source_event` and `event`.
        word: of a source and the stored name of its event: None where it makes no copy; else the word by which facts of
            one command make one, empty where each makes its own.
    """

    holder: str
    name: str
    word: Callable[[str, str], str | None]


async def check_copies(
    pools: Mapping[str, asyncpg.Pool], copies: Copies, head: int, findings: Findings
) -> int:
    """Find copies up to the holder's head of what never stood in its source's log, and facts that were taken and have no
    copy.

    Returns:
        How many facts have none because a person left them out, with a reason that is kept.
    """
    await _twice(pools[copies.holder], copies, head, findings)
    await _made_up(pools, copies, head, findings)
    return sum(
        [await _dropped(pools, copies, source, findings) for source in pools if source != copies.holder]
    )


async def _twice(pool: asyncpg.Pool, copies: Copies, head: int, findings: Findings) -> None:
    """Find facts of which there is more than one copy: each would have an audience of its own."""
    try:
        rows = await _more_than_one(pool, copies, head)
    except asyncpg.DataError:
        findings.add("whether a fact stands here twice cannot be told: an open part cannot be read")
        return
    for row in rows:
        for position in row["positions"][1:]:
            findings.add("this fact stands here already, and was put in a second time", position)


async def _more_than_one(pool: asyncpg.Pool, copies: Copies, head: int) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch(
        f"""SELECT array_agg(position ORDER BY position) AS positions FROM (
                SELECT notification_id AS position, convert_from(state, 'UTF8')::json AS said
                  FROM {copies.holder}.events WHERE topic = $1 AND notification_id <= $2) AS copied
             GROUP BY said -> 'entry' ->> 'source', said ->> 'source_position' HAVING count(*) > 1
             ORDER BY 1 LIMIT 100""",
        copies.name,
        head,
        timeout=None,
    )
    return rows


async def _made_up(pools: Mapping[str, asyncpg.Pool], copies: Copies, head: int, findings: Findings) -> None:
    """Find copies of what does not stand, or stands otherwise, in the log of its source."""
    after = 0
    while rows := await pools[copies.holder].fetch(
        f"""SELECT notification_id, originator_id, state FROM {copies.holder}.events
             WHERE topic = $1 AND notification_id > $2 AND notification_id <= $3
             ORDER BY notification_id LIMIT {PAGE}""",
        copies.name,
        after,
        head,
    ):
        read = {row["notification_id"]: one for row in rows if (one := _said(row["state"])) is not None}
        there = await _at_source(pools, list(read.values()))
        heads = await _heads(pools[copies.holder], copies.holder, there)
        for row in rows:
            if (one := read.get(row["notification_id"])) is None:
                continue  # an open part that cannot be read is found with its row
            entry, at = one["entry"], one["source_position"]
            fact = there.get((entry["source"], at))
            if (what := _difference(one, fact)) is None:
                assert fact is not None
                if heads.get((entry["source"], fact["key"]), 0) < at:
                    what = f"it was taken from position {at} of {entry['source']}, and the inbox head stands before that"
            if what is not None:
                findings.add(what, row["notification_id"], stream=row["originator_id"])
        after = rows[-1]["notification_id"]


def _said(state: bytes) -> Mapping[str, Any] | None:
    """What a copy says; None where that cannot be read."""
    try:
        said = orjson.loads(state)
        fine = all(isinstance(said["entry"][name], str) for name in ("source", "source_event", "event"))
        return said if fine and isinstance(said["source_position"], int) else None
    except (ValueError, TypeError, KeyError):
        return None


def _difference(copy: Mapping[str, Any], fact: asyncpg.Record | None) -> str | None:
    """How a copy differs from the fact at its source's position; None where it does not."""
    entry, digest = copy["entry"], copy.get("source_digest")
    place = f"position {copy['source_position']} of the log of {entry['source']}"
    if fact is None or str(fact["event_id"]) != entry["event"] or fact["topic"] != entry["source_event"]:
        return f"it tells of a fact that does not stand at {place}"
    if fact["key"] is None:
        return f"it tells of a fact that is never published, at {place}"
    if digest is not None and fact["digest"].hex() != digest:
        return f"it was made when {place}, or what stands before that, said something else"
    return None


async def _at_source(
    pools: Mapping[str, asyncpg.Pool], said: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, int], asyncpg.Record]:
    wanted: dict[str, list[int]] = {}
    for one in said:
        wanted.setdefault(one["entry"]["source"], []).append(one["source_position"])
    found: dict[tuple[str, int], asyncpg.Record] = {}
    for source, positions in wanted.items():
        if source in pools:
            rows = await pools[source].fetch(
                f"""SELECT notification_id, event_id, topic, key, digest FROM {source}.events
                     WHERE notification_id = ANY($1::bigint[])""",
                positions,
            )
            found |= {(source, row["notification_id"]): row for row in rows}
    return found


async def _heads(
    pool: asyncpg.Pool, holder: str, facts: Mapping[tuple[str, int], asyncpg.Record]
) -> dict[tuple[str, UUID], int]:
    keys = {(source, row["key"]) for (source, _), row in facts.items() if row["key"] is not None}
    rows = await pool.fetch(
        f"""SELECT source, key, position FROM {holder}.inbox_heads
             WHERE (source, key) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))""",
        [source for source, _ in keys],
        [key for _, key in keys],
    )
    return {(row["source"], row["key"]): row["position"] for row in rows}


async def _dropped(pools: Mapping[str, asyncpg.Pool], copies: Copies, source: str, findings: Findings) -> int:
    """Find facts of a source that were taken, by the inbox head, and have no copy; how many a person left out."""
    after, left_out = 0, 0
    while rows := await pools[source].fetch(
        f"""SELECT notification_id, key, child, topic, event_id, state FROM {source}.events
             WHERE key IS NOT NULL AND child IS NOT NULL AND notification_id > $1
             ORDER BY notification_id LIMIT {PAGE}""",
        after,
    ):
        after = rows[-1]["notification_id"]
        facts = {(source, row["notification_id"]): row for row in rows}
        heads = await _heads(pools[copies.holder], copies.holder, facts)
        wanted: dict[UUID, list[asyncpg.Record]] = {}
        for row in rows:
            word = copies.word(source, row["topic"])
            if word is None or row["notification_id"] > heads.get((source, row["key"]), 0):
                continue
            if (copy := _copy_of(row, word)) is not None:
                wanted.setdefault(copy, []).append(row)
        missing = await _without_copy(pools[copies.holder], copies, wanted)
        left_out += await _tell(pools[copies.holder], copies, source, missing, findings)
    return left_out


def _copy_of(row: asyncpg.Record, word: str) -> UUID | None:
    """The id of the copy: facts of one command that say one thing have one. None where the fact cannot be read, which
    is found in its own log.
    """
    if not word:
        return UUID(str(row["event_id"]))
    step = _step_of(row)
    return None if step is None else uuid5(step, word)


def _step_of(row: asyncpg.Record) -> UUID | None:
    """The command that made the fact; None where it cannot be read."""
    try:
        return UUID(orjson.loads(row["state"])["envelope"]["command"])
    except (ValueError, TypeError, KeyError):
        return None


def _id_of(copy: asyncpg.Record) -> UUID | None:
    """The id that a copy says is its own. What cannot be read is of no fact here: that is told of the log it stands in."""
    try:
        return UUID(orjson.loads(copy["state"])["entry"]["id"])
    except (ValueError, TypeError, KeyError):
        return None


async def _without_copy(
    pool: asyncpg.Pool, copies: Copies, wanted: Mapping[UUID, Sequence[asyncpg.Record]]
) -> list[asyncpg.Record]:
    """The facts of which there is no copy: looked for on the streams where copies stand, one for each step and child, and
    then everywhere.
    """
    streams = {
        thing_stream(step, fact["child"])
        for facts in wanted.values()
        for fact in facts
        if (step := _step_of(fact)) is not None
    }
    rows = await pool.fetch(
        f"SELECT state FROM {copies.holder}.events WHERE originator_id = ANY($1::uuid[]) AND topic = $2",
        list(streams),
        copies.name,
    )
    missing = set(wanted.keys() - {_id_of(row) for row in rows})
    if missing:  # of a child whose records were merged it may stand on another stream
        try:
            missing -= await _anywhere(pool, copies, missing)
        except asyncpg.DataError:
            return []  # a copy cannot be read: that has been told, and which of them it was cannot be
    return [fact for copy, facts in wanted.items() if copy in missing for fact in facts]


async def _anywhere(pool: asyncpg.Pool, copies: Copies, ids: Collection[UUID]) -> set[UUID]:
    """Those of these copies that stand anywhere in the holder's log: read from its beginning."""
    rows = await pool.fetch(
        f"""SELECT convert_from(state, 'UTF8')::json -> 'entry' ->> 'id' AS id FROM {copies.holder}.events
             WHERE topic = $1 AND convert_from(state, 'UTF8')::json -> 'entry' ->> 'id' = ANY($2::text[])""",
        copies.name,
        [str(copy) for copy in ids],
        timeout=None,
    )
    return {UUID(row["id"]) for row in rows}


async def _tell(
    pool: asyncpg.Pool, copies: Copies, source: str, missing: Sequence[asyncpg.Record], findings: Findings
) -> int:
    if not missing:
        return 0
    skipped = await pool.fetch(
        f"SELECT position FROM {copies.holder}.skipped WHERE source = $1 AND position = ANY($2::bigint[])",
        source,
        [row["notification_id"] for row in missing],
    )
    left_out = {row["position"] for row in skipped}
    for row in missing:
        if row["notification_id"] not in left_out:
            findings.add(
                f"the inbox head says that position {row['notification_id']} of {source} was taken, and nothing here "
                "tells of it: the fact was dropped"
            )
    return len(left_out)
