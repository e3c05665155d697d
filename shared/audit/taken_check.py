"""Compares what other services took of a log with what the log says now: not ids alone, but what each row said.

A message carries the chained digest of its row, and who takes it keeps that with the inbox head of its key. So a row that
was altered after it was taken is found though its digest was made anew, and though nothing of it was signed yet: the
chained digest of any later row differs too.
"""

from typing import Final
from uuid import UUID

import asyncpg

from shared.audit.log_check import Findings

PAGE: Final = 5000
"""Heads compared together."""


async def check_taken(
    holder: str, theirs: asyncpg.Pool, service: str, ours: asyncpg.Pool, findings: Findings
) -> None:
    """Compare the last event that another service took of each key with what the log says at that position.

    A head kept before digests travelled has none: of that the id alone is compared.
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
            if event is None:
                findings.add(f"gone: {holder} took an event from this position", row["position"])
            elif (event["event_id"], event["key"]) != (row["event_id"], row["key"]):
                what = f"{holder} took another event from this position than stands there now"
                findings.add(what, row["position"], stream=event["originator_id"])
            elif row["digest"] is not None and row["digest"] != event["digest"]:
                what = (
                    f"{holder} took this event when it, or what stands before it, said something else: it was altered "
                    "after that"
                )
                findings.add(what, row["position"], stream=event["originator_id"])
        after = rows[-1]["key"]
