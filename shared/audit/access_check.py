"""Verifies a record of who looked: its own chain, and its signed ends in every keeping.

The chain alone shows a row that was altered. Who owns the database can make the chain anew, cut the record off or empty
it; then what other services and the auditor's file hold says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import asyncpg

from shared.access.access_row import BEFORE_THE_FIRST, digest_of
from shared.audit.access_checkpoint import AccessCheckpoint
from shared.audit.access_checkpoint_tables import COLUMNS
from shared.audit.checkpoint import PublicKeys
from shared.audit.log_check import Findings

PAGE: Final = 1000
"""Rows at once."""


ITS_OWN: Final = "its own list"


@dataclass
class AccessReport:
    """What was found of one service's record of access.

    Attributes:
        looks: how many rows there are.
        signed: up to where the service's own signatures go.
        kept: up to where each other service, and the auditor's file, hold the same.
        last: its last signed end, for the auditor to keep.
    """

    looks: int = 0
    signed: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    last: AccessCheckpoint | None = None


@dataclass
class _Keeper:
    """Who holds signed ends of this record, and how to read them."""

    name: str
    pool: asyncpg.Pool | None
    table: str
    held: Sequence[AccessCheckpoint] = ()
    disowned: bool = False
    """Whether one of theirs did not fit already: then the later ones, which follow from it, are not told one by one."""

    async def end(self, service: str) -> int:
        """Where their last one stands; 0 where they hold none."""
        if self.pool is None:
            return max((one.position for one in self.held), default=0)
        found: int = await self.pool.fetchval(
            f"SELECT coalesce(max(position), 0) FROM {self.table} WHERE {self._of(service)}"
        )
        return found

    async def between(self, service: str, after: int, until: int) -> list[AccessCheckpoint]:
        """Those over positions after `after`, up to `until`."""
        if self.pool is None:
            return sorted(
                (one for one in self.held if after < one.position <= until), key=lambda one: one.position
            )
        rows = await self.pool.fetch(
            f"""SELECT {COLUMNS} FROM {self.table}
                 WHERE {self._of(service)} AND position > $1 AND position <= $2 ORDER BY position""",
            after,
            until,
        )
        return [AccessCheckpoint.row(service, row) for row in rows]

    def _of(self, service: str) -> str:
        return "true" if self.name == ITS_OWN else f"service = '{service}'"


async def check_access(
    service: str,
    pools: Mapping[str, asyncpg.Pool],
    keys: PublicKeys,
    findings: Findings,
    *,
    audited: Sequence[AccessCheckpoint] = (),
    auditor: str,
) -> AccessReport:
    """Verify one service's record of who looked.

    Args:
        service: whose.
        pools: connections to every service's database, by name; of the others only what they keep is read.
        keys: public keys that signatures are checked with.
        findings: takes what is not as it was written.
        audited: signed ends that the auditor kept of any service.
        auditor: what the auditor's keeping is called.
    """
    own = _Keeper(ITS_OWN, pools[service], f"{service}.access_checkpoints")
    keepers = [
        own,
        *(_Keeper(name, pool, f"{name}.kept_access_checkpoints") for name, pool in pools.items()),
        _Keeper(auditor, None, "", [one for one in audited if one.service == service]),
    ]
    check = _Check(service, keys, findings, AccessReport())
    # Their ends before the record's: what was signed by then must stand in it.
    ends = [await keeper.end(service) for keeper in keepers]
    async with (
        pools[service].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        rows = await connection.cursor(f"SELECT * FROM {service}.access ORDER BY recorded_at, position")
        after = 0
        while page := await rows.fetch(PAGE):
            digests = check.rows(page)
            until = max(digests)
            signed = {one.digest for one in await own.between(service, after, until)}
            for keeper in keepers:
                check.ends(keeper, await keeper.between(service, after, until), digests, signed)
            after = until
    for keeper, end in zip(keepers, ends, strict=True):
        if end > after:
            check.gone(keeper, await keeper.between(service, after, end), after)
    return check.report


class _Check:
    """What is remembered while the rows go by."""

    def __init__(self, service: str, keys: PublicKeys, findings: Findings, report: AccessReport) -> None:
        self.report = report
        self._service = service
        self._keys = keys
        self._findings = findings
        self._previous = BEFORE_THE_FIRST
        self._recorded_at = datetime.min.replace(tzinfo=UTC)
        self._broken = False

    def rows(self, page: Sequence[asyncpg.Record]) -> dict[int, bytes]:
        """Check the chain of the next rows; the digest that stands at each position."""
        for row in page:
            self.report.looks += 1
            if not self._broken and (
                row["position"] != self.report.looks
                or row["recorded_at"] < self._recorded_at
                or row["digest"] != digest_of(self._previous, row)
            ):
                self._broken = True
                self._findings.add(
                    f"the record of who looked at what does not hold from its position {self.report.looks} on"
                )
            self._previous, self._recorded_at = row["digest"], row["recorded_at"]
        return {row["position"]: row["digest"] for row in page}

    def ends(
        self,
        keeper: _Keeper,
        held: Sequence[AccessCheckpoint],
        digests: Mapping[int, bytes],
        own: set[bytes],
    ) -> None:
        """Compare what a keeper holds over some positions with what stands there."""
        for one in held:
            if not self._signed(keeper, one) or keeper.disowned:
                continue
            if digests.get(one.position) != one.head:
                keeper.disowned = True
                self._findings.add(
                    f"the record of who looked was written anew: at its position {one.position} it says something else "
                    f"than was signed {_when(one)}, as {keeper.name} holds it; what changed lies there or before, "
                    f"after position {self._agreed(keeper)}"
                )
            elif keeper.name == ITS_OWN:
                if not one.follows(self.report.last):
                    self._findings.add(
                        f"its own list of signed ends of the record of who looked does not follow at position {one.position}"
                    )
                self.report.last, self.report.signed = one, one.position
            elif one.digest not in own:
                keeper.disowned = True
                self._findings.add(
                    f"{keeper.name} holds a signed end of the record of who looked, at position {one.position}, that is "
                    "missing from its own list"
                )
            else:
                self.report.kept[keeper.name] = one.position

    def gone(self, keeper: _Keeper, held: Sequence[AccessCheckpoint], last: int) -> None:
        """Tell of what a keeper holds beyond the record's end."""
        fine = [one for one in held if self._signed(keeper, one)]
        if fine:
            self._findings.add(
                f"gone from the record of who looked: {keeper.name} holds a signed end at position {fine[-1].position}, "
                f"signed {_when(fine[-1])}, and the record ends at {last}"
            )

    def _agreed(self, keeper: _Keeper) -> int:
        return self.report.signed if keeper.name == ITS_OWN else self.report.kept.get(keeper.name, 0)

    def _signed(self, keeper: _Keeper, one: AccessCheckpoint) -> bool:
        if self._keys.signed(one):
            return True
        self._findings.add(
            f"the signed end of the record of who looked at position {one.position} in the keeping of {keeper.name} has "
            "no valid signature"
        )
        return False


def _when(one: AccessCheckpoint) -> str:
    return f"{one.made_at:%Y-%m-%d %H:%M} UTC"
