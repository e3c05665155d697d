"""Verifies whole logs: against their hash chain, their signed checkpoints, and the copies that other services keep.

Rows are read a page at a time while the next one is on its way, so that a log of any length takes the same memory and
about the time of reading it. Nothing is locked: a log only grows, and what is compared with it is read before its head.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import asyncpg

from shared.audit.access_check import AccessReport, check_access
from shared.audit.access_checkpoint import AccessCheckpoint
from shared.audit.across_logs import Copies, check_copies
from shared.audit.beside_log import Reach, check_commands, check_keys
from shared.audit.checkpoint import Checkpoint, PublicKeys
from shared.audit.checkpoint_shelf import Shelf, signed
from shared.audit.checkpoint_tables import COLUMNS
from shared.audit.log_check import REMEMBERED, SELECTED, Contract, Finding, Findings, LogCheck
from shared.audit.taken_check import check_taken
from shared.audit.views_check import check_views
from shared.crypto.key_store import KeyStore
from shared.domain.view import View
from shared.projections.words import OpenedWords

PAGE: Final = 1000
"""Rows at once."""


_SHOWN: Final = 20  # findings for which the streams of their positions are looked up


_STREAMS: Final = 5


AUDITOR: Final = "the auditor's file"


@dataclass
class Report:
    """What was found in one service's log.

    Attributes:
        service: whose.
        events: how many rows there are.
        head: the last position.
        signed: up to where checkpoints cover it; what comes after is covered by the chain alone.
        kept: up to where each other service, and the auditor's file, hold the same checkpoints.
        findings: what is not as it was written; empty when all is well.
        more: further findings that were only counted.
        last: its last checkpoint, for the auditor to keep.
        views: the digest of each view that is as the log gives it.
        left_out: facts of others that a person left out, with a reason that is kept there.
        access: of its record of who looked.
    """

    service: str
    events: int = 0
    head: int = 0
    signed: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    more: int = 0
    last: Checkpoint | None = None
    left_out: int = 0
    views: Mapping[str, str] = field(default_factory=dict)
    access: AccessReport = field(default_factory=AccessReport)


async def verify_service(
    service: str,
    pools: Mapping[str, asyncpg.Pool],
    keys: PublicKeys,
    contract: Contract,
    *,
    audited: Sequence[Checkpoint | AccessCheckpoint] = (),
    stores: Mapping[str, KeyStore | None] = MappingProxyType({}),
    copies: Copies | None = None,
    views: Sequence[View[Any]] = (),
    views_pool: asyncpg.Pool | None = None,
) -> Report:
    """Verify a service's log, its record of who looked, and what stands beside them and must fit.

    Args:
        service: whose.
        pools: connections to every service's database, by name; of the others only what they keep is read.
        keys: public keys that checkpoints are checked with.
        contract: what the program knows of the events.
        audited: checkpoints that the auditor kept of any log.
        stores: key stores by service, None for one that is gone; of others it is not looked at whether what is sealed
            has a key.
        views: those of its views that are folded again and compared with its read tables; those that read words only where
            its key store is given.
        views_pool: connections of the role that owns these; None: it is the service's own.
        copies: which service copies others' facts, and of which; None: that is not looked at.

    Raises:
        asyncpg.PostgresError, OSError: a database cannot be read.
    """
    pool = pools[service]
    reach = await Reach.read(pool, service)
    logs = [one for one in audited if isinstance(one, Checkpoint)]
    looks = [one for one in audited if isinstance(one, AccessCheckpoint)]
    report = await verify_log(service, pools, keys, contract, audited=logs)
    beside = Findings(service)
    reach.check(report.head, beside)
    await check_commands(pool, service, report.head, beside)
    if service in stores:
        await check_keys(pool, service, stores[service], report.head, beside)
    if copies is not None and copies.holder == service:
        report.left_out = await check_copies(pools, copies, report.head, beside)
    store = stores.get(service)
    words = None if store is None else OpenedWords(store)
    report.views = await check_views(views_pool or pool, service, views, beside, words)
    await _name_streams(pool, service, beside)
    report.access = await check_access(service, pools, keys, beside, audited=looks, auditor=AUDITOR)
    report.findings = (*report.findings, *beside.items)
    report.more += beside.more
    return report


async def verify_log(
    service: str,
    pools: Mapping[str, asyncpg.Pool],
    keys: PublicKeys,
    contract: Contract,
    *,
    audited: Sequence[Checkpoint] = (),
    page: int = PAGE,
    remembered: int = REMEMBERED,
) -> Report:
    """As `verify_service`, the log alone. `page`: rows at once. `remembered`: streams followed in memory."""
    pool, findings = pools[service], Findings(service)
    check = LogCheck(service, contract, findings, remembered=remembered)
    own = Shelf(pool, f"SELECT {COLUMNS} FROM {service}.checkpoints WHERE last > $1", None)
    holders = [
        Shelf(
            other,
            f"SELECT {COLUMNS} FROM {name}.kept_checkpoints WHERE service = '{service}' AND last > $1",
            name,
        )
        for name, other in pools.items()  # also its own: what it met of itself and did not know
    ]
    auditor = Shelf(None, "", AUDITOR)
    auditor.fill([one for one in audited if one.service == service])
    shelves = [own, *holders, auditor]
    # Their ends before the log's: what was signed by then must stand in it.
    ends = [await shelf.end(service) for shelf in shelves]
    head: int = await pool.fetchval(f"SELECT coalesce(max(notification_id), 0) FROM {service}.events")
    async for rows, until in _pages(pool, service, head, page):
        held = [one for shelf in shelves for one in await shelf.up_to(service, until)]
        check.page(rows, signed(held, keys, findings))
    counted = await pool.fetchval(
        f"SELECT count(*) FROM {service}.events WHERE notification_id <= $1 OR notification_id IS NULL", head
    )
    if not check.streams_checked:
        await _streams(pool, service, head, findings)
    if counted != check.rows:
        findings.add(f"there are {counted} rows, and only {check.rows} of them have a position of their own")
    for shelf, end in zip(shelves, ends, strict=True):
        if end > head:
            rest = [one for one in await shelf.up_to(service, end) if one.checkpoint.last > head]
            signed(rest, keys, findings)
            who = "the log's own list" if shelf.holder is None else shelf.holder
            findings.add(
                f"gone: {who} holds a checkpoint up to {end}, and the log ends at {head}", head + 1, end
            )
    for name, other in pools.items():
        await check_taken(name, other, service, pool, findings)
    await _name_streams(pool, service, findings)
    last = check.own
    return Report(
        service, counted, head, last.last if last else 0, check.agreed, findings.items, findings.more, last
    )


async def _pages(
    pool: asyncpg.Pool, service: str, head: int, page: int
) -> AsyncIterator[tuple[list[asyncpg.Record], int]]:
    """Pages of rows as SELECTED, each with the position up to which it goes; the next one is fetched meanwhile."""
    sql = (
        f"SELECT {SELECTED}, notification_id FROM {service}.events"
        " WHERE notification_id > $1 AND notification_id <= $2 ORDER BY notification_id LIMIT $3"
    )
    sql = f"SELECT covered, digest, columns, notification_id FROM ({sql}) AS page"
    fetching = asyncio.ensure_future(pool.fetch(sql, 0, head, page))
    try:
        while rows := await fetching:
            until = rows[-1]["notification_id"]
            if len(rows) == page:
                fetching = asyncio.ensure_future(pool.fetch(sql, until, head, page))
                await asyncio.sleep(0)  # so that the question is on its way before these are worked on
            yield [(row[0], row[1], row[2]) for row in rows], until
            if len(rows) < page:
                return
    finally:
        fetching.cancel()
        await asyncio.wait([fetching])
        if not fetching.cancelled():
            fetching.exception()


async def _streams(pool: asyncpg.Pool, service: str, head: int, findings: Findings) -> None:
    """Find rows whose version or kind does not follow in their stream, where there are too many streams to remember.

    The database walks them by their index.
    """
    rows = await pool.fetch(
        f"""SELECT * FROM (
                SELECT originator_id AS stream, notification_id AS position,
                       originator_version <> coalesce(lag(originator_version) OVER one, 0) + 1
                           OR notification_id <= lag(notification_id) OVER one AS version,
                       category <> lag(category) OVER one AS kind
                  FROM {service}.events WHERE notification_id <= $1
                WINDOW one AS (PARTITION BY originator_id ORDER BY originator_version)) AS walked
             WHERE version OR kind ORDER BY position LIMIT 100""",
        head,
        timeout=None,
    )
    for row in rows:
        if row["version"]:
            what = "its version does not follow the one before it in its stream"
            findings.add(what, row["position"], stream=row["stream"])
        if row["kind"]:
            what = "the column category is not that of the rest of its stream"
            findings.add(what, row["position"], stream=row["stream"])


async def _name_streams(pool: asyncpg.Pool, service: str, findings: Findings) -> None:
    """Say, where a finding is about a range, whose streams stand in it."""
    for finding in findings.items[:_SHOWN]:
        if finding.stream is None and finding.first:
            rows = await pool.fetch(
                f"""SELECT originator_id FROM {service}.events WHERE notification_id BETWEEN $1 AND $2
                     GROUP BY originator_id ORDER BY min(notification_id) LIMIT {_STREAMS + 1}""",
                finding.first,
                finding.last,
            )
            names = [str(row["originator_id"]) for row in rows[:_STREAMS]]
            if names:
                finding.what += (
                    f" (streams there: {', '.join(names)}{' and others' if len(rows) > _STREAMS else ''})"
                )
