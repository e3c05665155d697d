"""How fast a log is verified, beside a raw fetch of the same rows: rounds interleaved, on a log made for it.

`python tests/benchmarks/verify_speed.py [rows]` runs it on a database of its own.
"""

import asyncio
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from deploy.local.postgres import EmbeddedPostgres
from shared.audit.checkpoint import PublicKeys, Signer, make_signing_key
from shared.audit.checkpoint_tables import CheckpointTables
from shared.audit.log_check import Contract
from shared.audit.verify import verify_log
from shared.crypto.hash_chain import GENESIS, content, link
from shared.domain.codec import encode
from shared.domain.event import Envelope, Event
from shared.service.migrations import migrate

SERVICE = "mash"
CONTRACT = Contract({"bench.Told": True}, categories={"bench.Told": "test"})
COLUMNS = (
    "originator_id, originator_version, topic, state, notification_id, sealed, event_id, category, child, key, "
    "recorded_at, digest"
)


class Told(Event, name="bench.Told", crosses=True):
    """A fact of the usual size."""

    source: str
    urgency: str
    due: str


@dataclass(frozen=True)
class Speed:
    """One round: seconds of the raw fetch and of the verification."""

    raw: float
    verified: float

    @property
    def ratio(self) -> float:
        """How fast verifying is beside fetching; 1 is as fast."""
        return self.raw / self.verified


async def fill(dsn: str, rows: int, *, streams_of: int = 20) -> None:
    """A log of that many rows in streams of 20, chained as the writer chains them."""
    streams = [uuid4() for _ in range(max(1, rows // streams_of))]
    children = [uuid4() for _ in streams]
    digest, at = GENESIS, datetime(2026, 1, 1, tzinfo=UTC)
    connection = await asyncpg.connect(dsn)
    try:
        for start in range(0, rows, 5000):
            records = []
            for n in range(start, min(start + 5000, rows)):
                which, version, position = n % len(streams), n // len(streams) + 1, n + 1
                event_id, sealed = uuid4(), secrets.token_bytes(220)
                state = _state(event_id, children[which])
                at += timedelta(milliseconds=3)
                digest = link(
                    digest, content(position, streams[which], version, Told.NAME, at, state, sealed)
                )
                child = children[which]
                place = (streams[which], version, Told.NAME, state, position, sealed)
                records.append((*place, event_id, "test", child, child, at, digest))
            await connection.copy_records_to_table(
                "events", schema_name=SERVICE, records=records, columns=COLUMNS.split(", ")
            )
        await connection.execute(f"VACUUM ANALYZE {SERVICE}.events")
    finally:
        await connection.close()


def _state(event_id: UUID, child: UUID) -> bytes:
    who = str(uuid4())
    envelope = Envelope(
        id=str(event_id),
        known_at="2026-01-01T10:00:00+00:00",
        actor=who,
        role="mash_social_worker",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public_task",
        correlation=who,
        command=who,
        thing=who,
    )
    told = Told(child=child, source="6", urgency="same_day", due="2026-01-02T16:00:00Z")
    return encode(told.placed(child=child, happened_at=datetime(2026, 1, 1, 10, tzinfo=UTC)), envelope)


async def raw_fetch(pool: asyncpg.Pool, page: int = 1000) -> int:
    """Read every column of every row, a page at a time, and do nothing with it; how many rows."""
    after = count = 0
    sql = (
        f"SELECT {COLUMNS} FROM {SERVICE}.events WHERE notification_id > $1 ORDER BY notification_id LIMIT $2"
    )
    while rows := await pool.fetch(sql, after, page):
        after, count = rows[-1]["notification_id"], count + len(rows)
    return count


async def measure(pool: asyncpg.Pool, keys: PublicKeys, rounds: int = 5) -> Sequence[Speed]:
    """Rounds of both, in turns; the first round warms up and is not counted.

    Raises:
        AssertionError: the log does not verify.
    """
    found = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        rows = await raw_fetch(pool)
        between = time.perf_counter()
        report = await verify_log(SERVICE, {SERVICE: pool}, keys, CONTRACT)
        ended = time.perf_counter()
        assert not report.findings, report.findings
        assert report.events == rows
        found.append(Speed(between - began, ended - between))
    return found[1:]


async def _run(server: EmbeddedPostgres, directory: Path, rows: int) -> None:
    await migrate(server.dsn("speed"), SERVICE, "postgres")
    await fill(server.dsn("speed"), rows)
    make_signing_key(SERVICE, directory / "key", directory / "keys")
    async with asyncpg.create_pool(server.dsn("speed"), min_size=1, max_size=3) as pool:
        signer = Signer(SERVICE, directory / "key")
        while await CheckpointTables(pool, SERVICE).make(signer) is not None:
            pass
        for speed in await measure(pool, PublicKeys.read(directory / "keys")):
            print(f"raw {speed.raw:.2f} s, verify {speed.verified:.2f} s: {speed.ratio:.2f} × raw")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def main() -> None:
    """Measure, and print what came out."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with EmbeddedPostgres(directory / "postgres") as server:
            server.create_database("speed")
            server.execute(f"CREATE SCHEMA {SERVICE}", "speed")
            asyncio.run(_run(server, directory, rows))


if __name__ == "__main__":
    main()
