"""The tables of signed ends of a record of access: a service's own, and those of others that it keeps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from shared.access.access_row import BEFORE_THE_FIRST, digest_of
from shared.audit.access_checkpoint import AccessCheckpoint, contradict
from shared.audit.checkpoint import Signer
from shared.audit.checkpoint_tables import NotToBeSigned
from shared.crypto.hash_chain import GENESIS
from shared.infrastructure.locks import for_transaction, held

COLUMNS: Final = "position, head, recorded_at, made_at, previous, signature"


_PREFETCHED: Final = 1000  # rows read at once


_NEAR: Final = 3  # kept ones on either side of a new one that it is compared with


class AccessCheckpointTables:
    """A service's own signed ends of its record of access, and those it keeps of others."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self.pool = pool
        self.service = service

    async def standing(self) -> tuple[int, int, datetime | None]:
        """The record's last position, the last one signed, and when that was (UTC, by the real clock)."""
        row = await self.pool.fetchrow(
            f"""SELECT coalesce((SELECT position FROM {self.service}.access
                                  ORDER BY recorded_at DESC, position DESC LIMIT 1), 0) AS head,
                       coalesce(max(position), 0) AS signed, max(made_at) AS made_at
                  FROM {self.service}.access_checkpoints"""
        )
        return row["head"], row["signed"], row["made_at"]

    async def make(self, signer: Signer, made_at: datetime) -> AccessCheckpoint | None:
        """Sign the record's end; None where it is signed already.

        The rows since the last one are read again, and must follow from it: what was changed meanwhile is not signed.

        Raises:
            NotToBeSigned: they do not, or the record is shorter than what was signed.
        """
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            # A statement of its own: what follows sees what another process had signed before we got the lock.
            held(await connection.execute(for_transaction(self.service, "checkpoints")))
            row = await connection.fetchrow(
                f"SELECT {COLUMNS} FROM {self.service}.access_checkpoints ORDER BY position DESC LIMIT 1"
            )
            before = None if row is None else AccessCheckpoint.row(self.service, row)
            made = await self._next(connection, before, made_at)
            if made is not None:
                made = replace(made, signature=signer.attest(made.text()))
                await connection.execute(
                    f"INSERT INTO {self.service}.access_checkpoints ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)",
                    *_values(made),
                )
        return made

    async def _next(
        self, connection: Any, before: AccessCheckpoint | None, made_at: datetime
    ) -> AccessCheckpoint | None:
        if before is None:
            position, digest, recorded_at = 0, BEFORE_THE_FIRST, datetime.min.replace(tzinfo=UTC)
        else:
            position, digest, recorded_at = before.position, before.head, before.recorded_at
            there = await connection.fetchval(
                f"SELECT digest FROM {self.service}.access WHERE recorded_at = $1 AND position = $2",
                recorded_at,
                position,
            )
            if there != digest:
                raise NotToBeSigned(
                    f"the record of who looked is not what was signed up to its position {position}"
                )
        signed = position
        async for row in connection.cursor(
            f"""SELECT * FROM {self.service}.access WHERE recorded_at >= $1 AND position > $2
                 ORDER BY recorded_at, position""",
            recorded_at,
            signed,
            prefetch=_PREFETCHED,
        ):
            position += 1
            if row["position"] != position or row["digest"] != digest_of(digest, row):
                raise NotToBeSigned(
                    f"position {position} of the record of who looked does not follow from what was signed before"
                )
            digest, recorded_at = row["digest"], row["recorded_at"]
        if position == signed:
            return None
        return AccessCheckpoint(
            service=self.service,
            position=position,
            head=digest,
            recorded_at=recorded_at,
            made_at=made_at if before is None else max(made_at, before.made_at),
            previous=GENESIS if before is None else before.digest,
        )

    async def unsent(self, limit: int) -> list[AccessCheckpoint]:
        """The next ones to publish, in order."""
        rows = await self.pool.fetch(
            f"""SELECT {COLUMNS} FROM {self.service}.access_checkpoints
                 WHERE position > (SELECT position FROM {self.service}.access_checkpoints_sent)
                 ORDER BY position LIMIT $1""",
            limit,
        )
        return [AccessCheckpoint.row(self.service, row) for row in rows]

    async def sent(self, position: int) -> None:
        """Everything up to there is published."""
        await self.pool.execute(
            f"UPDATE {self.service}.access_checkpoints_sent SET position = $1 WHERE position < $1", position
        )

    async def is_own(self, checkpoint: AccessCheckpoint) -> bool:
        """Whether it stands among the service's own."""
        row = await self.pool.fetchrow(
            f"SELECT {COLUMNS} FROM {self.service}.access_checkpoints WHERE position = $1",
            checkpoint.position,
        )
        return row is not None and AccessCheckpoint.row(self.service, row).digest == checkpoint.digest

    async def keep(self, checkpoint: AccessCheckpoint) -> Sequence[AccessCheckpoint]:
        """Keep what a service signed; those kept before that contradict it. Both stay."""
        await self.pool.execute(
            f"""INSERT INTO {self.service}.kept_access_checkpoints (service, {COLUMNS}, digest)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING""",
            checkpoint.service,
            *_values(checkpoint),
            checkpoint.digest,
        )
        # Those beside it are enough: of two further apart, one beside it speaks against it too.
        rows = await self.pool.fetch(
            f"""(SELECT {COLUMNS} FROM {self.service}.kept_access_checkpoints
                  WHERE service = $1 AND position >= $2 ORDER BY position LIMIT {_NEAR})
                UNION ALL
                (SELECT {COLUMNS} FROM {self.service}.kept_access_checkpoints
                  WHERE service = $1 AND position < $2 ORDER BY position DESC LIMIT {_NEAR})""",
            checkpoint.service,
            checkpoint.position,
        )
        near = [AccessCheckpoint.row(checkpoint.service, row) for row in rows]
        return [each for each in near if contradict(each, checkpoint)]


def _values(checkpoint: AccessCheckpoint) -> tuple[Any, ...]:
    return (
        checkpoint.position,
        checkpoint.head,
        checkpoint.recorded_at,
        checkpoint.made_at,
        checkpoint.previous,
        checkpoint.signature,
    )
