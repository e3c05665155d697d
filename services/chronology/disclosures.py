"""What persons decided of who sees an entry: shared or withheld, with whom, on which basis and why (E5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.chronology.events import AudienceDecision, EntryShared, EntryWithheld
from shared.domain.corrections import Corrected
from shared.domain.event import Event, Record
from shared.domain.view import Upsert, View


@dataclass(frozen=True)
class DisclosureRow:
    """One decision about one organisation (empty: the agency, or all organisations of it). Times in UTC."""

    decision: UUID
    agency: str
    organisation: str
    child: UUID
    entry: UUID
    shares: bool
    depth: str
    basis: str
    until: datetime | None
    by_role: str
    by_agency: str
    by_organisation: str
    decided_at: datetime
    event: UUID
    sealed: bytes | None


disclosures = View(
    "disclosures",
    row=DisclosureRow,
    key=("decision", "agency", "organisation"),
    indexes=(("child", "decided_at", "decision", "agency", "organisation"),),
)


@disclosures.on(EntryShared)
def _(event: EntryShared, record: Record) -> Iterator[Upsert]:
    """What a rule opened is no decision of a person."""
    if event.decision is not None:
        yield from _rows(event.entry, event.decision, record, shares=True)


@disclosures.on(EntryWithheld)
def _(event: EntryWithheld, record: Record) -> Iterator[Upsert]:
    yield from _rows(event.entry, event.decision, record, shares=False)


@disclosures.on_corrected(EntryShared, EntryWithheld)
def _(_right: Event | None, _corrected: Corrected, _correction: Record) -> None:
    """A decision stays one: it is undone by another, which stands beside it."""


def _rows(entry: UUID, decision: AudienceDecision, record: Record, *, shares: bool) -> Iterator[Upsert]:
    for party in decision.parties:
        yield Upsert(
            decision=record.envelope.event_id,
            agency=party.agency,
            organisation=party.organisation or "",
            child=record.event.child,
            entry=entry,
            shares=shares,
            depth=decision.depth,
            basis=decision.lawful_basis.value,
            until=decision.until,
            by_role=record.envelope.role,
            by_agency=record.envelope.agency,
            by_organisation=record.envelope.organisation or "",
            decided_at=record.happened_at,
            event=record.sealed_by,
            sealed=record.sealed,
        )


_ORDER: Final = "decided_at, decision, agency, organisation"

_DECISIONS: Final = f"""
    SELECT * FROM chronology_views.disclosures
     WHERE child = ANY ($1::uuid[]) AND ($2::text IS NULL OR (by_agency, by_organisation) = ($2, $3))
       AND ($4::timestamptz IS NULL OR ({_ORDER}) > ($4, $5::uuid, $6::text, $7::text))
     ORDER BY {_ORDER} LIMIT $8"""


async def decisions_on(
    pool: asyncpg.Pool,
    ids: Sequence[UUID],
    by: tuple[str, str] | None,
    place: Sequence[Any] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of what was decided of a child's entries, under all ids of the child, from a place on; `by`: in the name of this
    agency and organisation alone.
    """
    rows: list[asyncpg.Record] = await pool.fetch(
        _DECISIONS, list(ids), *(by or (None, None)), *(place or (None,) * 4), limit
    )
    return rows


def place_of(row: asyncpg.Record) -> tuple[Any, ...]:
    """Where a decision stands in the order."""
    return row["decided_at"], row["decision"], row["agency"], row["organisation"]
