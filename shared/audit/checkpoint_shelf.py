"""The checkpoints of one log in one keeping, read in order beside the log, and which of them are signed."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from shared.audit.checkpoint import Checkpoint, PublicKeys
from shared.audit.log_check import Findings, Held

_SHELF: Final = 500  # checkpoints read at once


class Shelf:
    """The checkpoints of one log in one keeping, in the order of their ends, a few hundred at a time."""

    def __init__(self, pool: asyncpg.Pool | None, sql: str, holder: str | None) -> None:
        self.holder = holder
        self._pool = pool
        self._sql = sql
        self._read: list[Checkpoint] = []
        self._after = 0
        self._more = pool is not None

    def fill(self, checkpoints: Sequence[Checkpoint]) -> None:
        """These are all there are."""
        self._read = sorted(checkpoints, key=lambda one: one.last)

    async def end(self, service: str) -> int:
        """Where the last one ends; 0 where there is none."""
        if self._pool is None:
            return self._read[-1].last if self._read else 0
        row = await self._pool.fetchrow(f"{self._sql} ORDER BY last DESC LIMIT 1", 0)
        return 0 if row is None else Checkpoint.row(service, row).last

    async def up_to(self, service: str, position: int) -> list[Held]:
        """Those that end at or before a position and were not taken yet."""
        while self._more and self._after <= position:
            assert self._pool is not None
            # All that end at one position together: there are several only where some contradict each other.
            rows = await self._pool.fetch(
                f"{self._sql} ORDER BY last FETCH FIRST {_SHELF} ROWS WITH TIES", self._after
            )
            self._read += [Checkpoint.row(service, row) for row in rows]
            self._more = len(rows) >= _SHELF
            if rows:
                self._after = rows[-1]["last"]
        taken = 0
        while taken < len(self._read) and self._read[taken].last <= position:
            taken += 1
        found, self._read = self._read[:taken], self._read[taken:]
        return [Held(one, self.holder) for one in found]


def signed(held: Sequence[Held], keys: PublicKeys, findings: Findings) -> list[Held]:
    """Those whose signature holds; the others are findings. A copy of one that was checked is not checked again."""
    fine: list[Held] = []
    checked: set[tuple[bytes, bytes]] = set()
    for each in held:
        one = each.checkpoint
        same = (one.signature, one.text())
        if same in checked or keys.signed(one):
            checked.add(same)
            fine.append(each)
        else:
            keeper = "its own list" if each.holder is None else each.holder
            places = f"positions {one.first} to {one.last}"
            findings.add(f"the checkpoint of {places} in the keeping of {keeper} has no valid signature")
    return fine
