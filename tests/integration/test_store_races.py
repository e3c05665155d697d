"""Three processes write to one log at once while their connections are cut: every answer agrees with the log."""

import asyncio
import json
import random
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from shared.crypto.hash_chain import first_break

SECONDS = 4.0
PROCESSES = 3
LONGEST = 60.0


async def tail(dsn: str, writing: asyncio.Event) -> list[asyncpg.Record]:
    """Reads on from its cursor while others write. Fails as soon as a position appears late."""
    connection = await asyncpg.connect(dsn)
    seen: list[asyncpg.Record] = []
    last = False
    while not last:
        last = not writing.is_set()
        page = await connection.fetch(
            "SELECT * FROM mash.events WHERE notification_id > $1 ORDER BY notification_id LIMIT 500",
            len(seen),
        )
        positions = [row["notification_id"] for row in page]
        assert positions == list(range(len(seen) + 1, len(seen) + 1 + len(page))), (
            "a position was passed over"
        )
        seen += page
        last = last and not page
        await asyncio.sleep(0.001)
    await connection.close()
    return seen


async def cut_connections(dsn: str, writing: asyncio.Event) -> int:
    """Ends a writer's session at random moments."""
    connection = await asyncpg.connect(dsn)
    cut, chance = 0, random.Random(7)
    while writing.is_set():
        await asyncio.sleep(chance.uniform(0.05, 0.4))
        cut += await connection.fetchval(
            """SELECT count(pg_terminate_backend(pid)) FROM (
                 SELECT pid FROM pg_stat_activity
                  WHERE application_name = 'mash writer' AND datname = current_database()
                  ORDER BY random() LIMIT 1) AS one"""
        )
    await connection.close()
    return cut


async def write(dsn: str, seed: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("log_writer.py")),
        dsn,
        str(seed),
        str(SECONDS),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


async def test_every_answer_agrees_with_the_log(log_database):
    writing = asyncio.Event()
    writing.set()
    reader = asyncio.create_task(tail(log_database.app, writing))
    killer = asyncio.create_task(cut_connections(log_database.superuser, writing))
    async with asyncio.timeout(LONGEST):  # no caller hangs
        reports = await asyncio.gather(*(write(log_database.app, seed) for seed in range(PROCESSES)))
        writing.clear()
        log, cut = await reader, await killer

    connection = await asyncpg.connect(log_database.app)
    stored = await connection.fetch("SELECT * FROM mash.events ORDER BY notification_id")
    commands = await connection.fetch("SELECT * FROM mash.commands")
    heads = await connection.fetch("SELECT * FROM mash.inbox_heads")
    await connection.close()
    assert stored == log  # what the reader saw is what there is

    whole_log(log)
    answers = [answer for report in reports for answer in report["answers"]]
    cuts = sum((Counter(report["cuts"]) for report in reports), Counter())
    outcomes = Counter(answer["outcome"] for answer in answers)
    # Everything that was meant to happen did.
    assert cut > 3
    assert min(cuts.values()) >= 2 * PROCESSES
    assert len(cuts) == 4  # before and after, a commit and a group in one statement
    assert min(outcomes[k] for k in ("stands", "Conflict", "NotStorable", "AnotherBody", "cancelled")) > 0, (
        outcomes
    )
    assert set(outcomes) <= {
        "stands",
        "Conflict",
        "NotStorable",
        "AnotherBody",
        "cancelled",
        "LogUnavailable",
    }

    places = {str(row["command_id"]): (row["first"], row["last"]) for row in commands}
    assert sum(last - first + 1 for first, last in places.values()) == len(
        log
    )  # every event belongs to a command
    told = Told(log, places, answers)
    told.agrees()
    told.heads_follow({str(row["key"]): row["position"] for row in heads})


def whole_log(log: list[asyncpg.Record]) -> None:
    """Positions 1..n, versions 1..m of every stream, one chain of digests, recorded times that never go back."""
    assert [row["notification_id"] for row in log] == list(range(1, len(log) + 1))
    assert first_break(log) is None
    versions: Counter[UUID] = Counter()
    for row in log:
        versions[row["originator_id"]] += 1
        assert row["originator_version"] == versions[row["originator_id"]]
    assert all(earlier["recorded_at"] <= later["recorded_at"] for earlier, later in pairwise(log))
    assert len({row["event_id"] for row in log}) == len(log)


class Told:
    """What callers were told, held against the log."""

    def __init__(
        self, log: list[asyncpg.Record], places: dict[str, tuple[int, int]], answers: list[dict[str, Any]]
    ) -> None:
        self.places = places
        self.first_time = [answer for answer in answers if not answer["again"]]
        self.again = [answer for answer in answers if answer["again"]]
        self._ids = [str(row["event_id"]) for row in log]
        self._known = set(self._ids)
        self._at = {
            (str(row["originator_id"]), row["originator_version"]): row["notification_id"] for row in log
        }

    def agrees(self) -> None:
        sent_again = {answer["parts"][0]["command"] for answer in self.again}
        for answer in self.first_time:
            there = self._there(answer)
            if answer["outcome"] == "stands":
                assert there
            if answer["outcome"] in {"Conflict", "NotStorable", "AnotherBody"}:
                # Told no: nothing of it is there, unless the same was sent once more and then could stand.
                assert not there or answer["parts"][0]["command"] in sent_again
            if answer["poison"]:
                assert not there
            if there:
                self._reads_held(answer)
        for answer in (*self.first_time, *self.again):
            if answer["outcome"] == "stands":
                said = [(first, last) for first, last, _ in answer["places"]]
                assert said == [self.places[part["command"]] for part in answer["parts"]]

    def _there(self, answer: dict[str, Any]) -> bool:
        """Whether the member is in the log: whole, row by row where it says, or not at all."""
        parts = answer["parts"]
        written = [part["command"] in self.places for part in parts]
        assert len(set(written)) == 1
        for part in parts:
            events = [event for _, _, ids in part["writes"] for event in ids]
            if not written[0]:
                assert not self._known & set(events)
                continue
            first, last = self.places[part["command"]]
            assert self._ids[first - 1 : last] == events
            for stream, expected, ids in part["writes"]:
                for version, event in enumerate(ids, expected + 1):
                    assert self._ids[self._at[stream, version] - 1] == event
        return written[0]

    def _reads_held(self, answer: dict[str, Any]) -> None:
        """A stream that was only read stood where the caller saw it when the member was written."""
        first = min(self.places[part["command"]][0] for part in answer["parts"])
        for stream, version in answer["reads"]:
            assert version == 0 or self._at[stream, version] < first
            assert self._at.get((stream, version + 1), first + 1) > first

    def heads_follow(self, heads: dict[str, int]) -> None:
        """Each inbox head moved from where the last move had left it, in the order of the log."""
        moves = sorted(
            (self.places[answer["parts"][0]["command"]][0], *move)
            for answer in self.first_time
            if answer["parts"][0]["command"] in self.places
            for move in answer["heads"]
        )
        now: dict[str, int] = {}
        for _, key, previous, position in moves:
            assert now.get(key, 0) == previous
            now[key] = position
        assert now == heads
