"""Signs the end of a service's record of access while it runs, and keeps what other services signed about theirs.

It signs when the record has moved, whether or not the log has: who only looks writes no event. Apart from the log's
checkpoints, so that a record that cannot be signed keeps no log from being signed, and the other way round.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.audit.access_checkpoint import AccessCheckpoint
from shared.audit.access_checkpoint_tables import AccessCheckpointTables
from shared.audit.checkpoint import Signer
from shared.audit.checkpoint_tables import NotToBeSigned

log = logging.getLogger(__name__)


class AccessSigning:
    """One service's signed ends of its record of access, and those it keeps."""

    def __init__(self, tables: AccessCheckpointTables, signer: Signer, now: Callable[[], datetime]) -> None:
        """`now` is the real clock (UTC)."""
        self.tables = tables
        self._signer = signer
        self._now = now

    async def make(self, *, every: timedelta) -> AccessCheckpoint | None:
        """Sign the record's end where it has moved, and nothing was signed within `every`.

        Raises:
            NotToBeSigned: the record is not what was signed before, or its rows do not follow from each other.
        """
        head, signed, made_at = await self.tables.standing()
        if head < signed:
            raise NotToBeSigned(
                f"the record of who looked ends at {head}, but was signed up to {signed}: rows were cut off"
            )
        if head == signed or (made_at is not None and self._now() - made_at < every):
            return None
        return await self.tables.make(self._signer, self._now())

    async def keep(self, checkpoint: AccessCheckpoint) -> str | None:
        """Keep what a service signed; what a person must look at, where it contradicts what is known. In plain words."""
        if checkpoint.service != self.tables.service:
            if await self.tables.keep(checkpoint):
                return self._told(
                    "two signed ends of a record of who looked contradict each other", checkpoint
                )
        elif not await self.tables.is_own(checkpoint):
            # A database restored to an older state, or somebody who has the key: kept as evidence of it.
            await self.tables.keep(checkpoint)
            return self._told("a signed end of this record of who looked is not among its own", checkpoint)
        return None

    def _told(self, message: str, checkpoint: AccessCheckpoint) -> str:
        log.critical(message, extra={"source": checkpoint.service, "position": checkpoint.position})
        return f"{message}: {checkpoint.service}, position {checkpoint.position}"
