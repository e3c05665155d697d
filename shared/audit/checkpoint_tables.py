"""The tables of checkpoints: a service's own, and those of others that it keeps."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from shared.audit.checkpoint import LONGEST, Checkpoint, Signer
from shared.crypto import merkle
from shared.crypto.hash_chain import COVERED, GENESIS, link
from shared.infrastructure.locks import for_transaction, held

COLUMNS: Final = "first, last, head, root, made_at, previous, signature"


class NotToBeSigned(Exception):
    """The log is not what it was when it was last signed, or its rows do not follow from each other.

    Nothing of it is signed until a person has looked: `safeguarding verify` says where.
    """


class CheckpointTables:
    """A service's own checkpoints and those it keeps of others."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self.pool = pool
        self.service = service

    async def standing(self) -> tuple[int, int, datetime | None]:
        """The log's head, the last position signed, and when that was (UTC)."""
        row = await self.pool.fetchrow(
            f"""SELECT (SELECT coalesce(max(notification_id), 0) FROM {self.service}.events) AS head,
                       coalesce(max(last), 0) AS signed, max(made_at) AS made_at
                  FROM {self.service}.checkpoints"""
        )
        return row["head"], row["signed"], row["made_at"]

    async def make(self, signer: Signer, *, longest: int = LONGEST) -> Checkpoint | None:
        """Sign the next positions, `longest` at most, that no checkpoint covers yet; None where all are covered.

        The rows are read again, and must follow from the last checkpoint: what was changed meanwhile is not signed.

        Raises:
            NotToBeSigned: they do not, or the log is shorter than what was signed.
        """
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            # A statement of its own: what follows sees what another process had signed before we got the lock.
            held(await connection.execute(for_transaction(self.service, "checkpoints")))
            row = await connection.fetchrow(
                f"SELECT {COLUMNS} FROM {self.service}.checkpoints ORDER BY last DESC LIMIT 1"
            )
            before = None if row is None else Checkpoint.row(self.service, row)
            made = await self._next(connection, before, longest)
            if made is not None:
                made = signer.sign(made)
                await connection.execute(
                    f"INSERT INTO {self.service}.checkpoints ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    *_values(made),
                )
        return made

    async def _next(self, connection: Any, before: Checkpoint | None, longest: int) -> Checkpoint | None:
        after, digest = (0, GENESIS) if before is None else (before.last, before.head)
        rows = await connection.fetch(
            f"""SELECT notification_id, digest, {COVERED} AS covered FROM {self.service}.events
                 WHERE notification_id > $1 ORDER BY notification_id LIMIT $2""",
            after,
            longest,
        )
        leaves = []
        for position, row in enumerate(rows, after + 1):
            leaf = hashlib.sha256(row["covered"] or b"").digest()
            digest = link(digest, leaf)
            if row["notification_id"] != position or row["digest"] != digest:
                raise NotToBeSigned(f"position {position} does not follow from what was signed before")
            leaves.append(leaf)
        if not rows:
            head = await connection.fetchval(
                f"SELECT coalesce(max(notification_id), 0) FROM {self.service}.events"
            )
            if head < after:
                raise NotToBeSigned(f"the log ends at {head}, but was signed up to {after}")
            return None
        return Checkpoint(
            service=self.service,
            first=after + 1,
            last=after + len(rows),
            head=digest,
            root=merkle.root(leaves),
            made_at=datetime.now(UTC),
            previous=GENESIS if before is None else before.digest,
        )

    async def unsent(self, limit: int) -> list[Checkpoint]:
        """The next ones to publish, in order."""
        rows = await self.pool.fetch(
            f"""SELECT {COLUMNS} FROM {self.service}.checkpoints
                 WHERE last > (SELECT last FROM {self.service}.checkpoints_sent) ORDER BY last LIMIT $1""",
            limit,
        )
        return [Checkpoint.row(self.service, row) for row in rows]

    async def sent(self, last: int) -> None:
        """Everything up to there is published."""
        await self.pool.execute(f"UPDATE {self.service}.checkpoints_sent SET last = $1 WHERE last < $1", last)

    async def own(self, position: int) -> Checkpoint | None:
        """The service's own checkpoint that covers a position."""
        row = await self.pool.fetchrow(
            f"SELECT {COLUMNS} FROM {self.service}.checkpoints WHERE last >= $1 AND first <= $1 ORDER BY last LIMIT 1",
            position,
        )
        return None if row is None else Checkpoint.row(self.service, row)

    async def last_kept(self) -> list[Checkpoint]:
        """The last checkpoint that is kept of each other service."""
        rows = await self.pool.fetch(
            f"""SELECT DISTINCT ON (service) service, {COLUMNS} FROM {self.service}.kept_checkpoints
                 WHERE service <> $1 ORDER BY service, last DESC""",
            self.service,
        )
        return [Checkpoint.row(row["service"], row) for row in rows]

    async def keep(self, checkpoint: Checkpoint) -> Sequence[Checkpoint]:
        """Keep what a service signed; those kept before that contradict it. Both stay."""
        await self.pool.execute(
            f"""INSERT INTO {self.service}.kept_checkpoints (service, {COLUMNS}, digest)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING""",
            checkpoint.service,
            *_values(checkpoint),
            checkpoint.digest,
        )
        rows = await self.pool.fetch(
            f"""SELECT {COLUMNS} FROM {self.service}.kept_checkpoints
                 WHERE service = $1 AND last >= $2 - 1 AND first <= $3 AND digest <> $4 ORDER BY last LIMIT 10""",
            checkpoint.service,
            checkpoint.first,
            checkpoint.last,
            checkpoint.digest,
        )
        near = [Checkpoint.row(checkpoint.service, row) for row in rows]
        return [each for each in near if contradict(each, checkpoint)]


def contradict(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two checkpoints of a service cannot belong to one history: they overlap, or join without fitting."""
    if one.digest == other.digest:
        return False
    if one.last >= other.first and other.last >= one.first:
        return True
    before, after = (one, other) if one.last < other.first else (other, one)
    return after.first == before.last + 1 and not after.follows(before)


def _values(checkpoint: Checkpoint) -> tuple[Any, ...]:
    return (
        checkpoint.first,
        checkpoint.last,
        checkpoint.head,
        checkpoint.root,
        checkpoint.made_at,
        checkpoint.previous,
        checkpoint.signature,
    )
