"""Broken glass: who opened what is restricted, until when, and what a manager found of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.chronology.events import AccessReviewed, GlassBroken
from shared.domain.actors import Actor
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View


@dataclass(frozen=True)
class GlassRow:
    """A child's record opened by one person, until `until` (UTC), and whether a manager still has to look at it."""

    stream: UUID
    access: UUID
    child: UUID
    person: UUID
    role: str
    agency: str
    reason: str
    broken_at: datetime
    until: datetime
    review_by: datetime
    waits: bool
    verdict: str | None
    reviewed_at: datetime | None
    event: UUID
    sealed: bytes | None


glass = View(
    "glass",
    row=GlassRow,
    key=("stream",),
    indexes=(("waits", "review_by", "stream"), ("child", "person", "until")),
    anew="stream",
)


@glass.on(GlassBroken)
def _(event: GlassBroken, record: Record) -> Upsert:
    return Upsert(
        stream=record.stream,
        access=record.envelope.thing_id,
        child=event.child,
        person=event.person,
        role=record.envelope.role,
        agency=record.envelope.agency,
        reason=event.reason.value,
        broken_at=record.happened_at,
        until=event.until,
        review_by=event.review_by.due_at,
        waits=True,
        verdict=None,
        reviewed_at=None,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@glass.on(AccessReviewed)
def _(event: AccessReviewed, record: Record) -> Update:
    return Update(
        {"stream": record.stream},
        waits=False,
        verdict=event.verdict.value,
        reviewed_at=record.happened_at,
    )


_BROKEN: Final = """
    SELECT EXISTS (SELECT FROM chronology_views.glass WHERE child = ANY ($1::uuid[]) AND person = ANY ($2::uuid[]) AND until > $3)"""


async def broke_glass(pool: asyncpg.Pool, ids: Sequence[UUID], who: Actor, now: datetime) -> bool:
    """Whether the reader has broken the glass of a child's record, under any id of the child, and it has not closed again."""
    own = [each for each in (who.id, who.sign_in) if each is not None]
    broken: bool = await pool.fetchval(_BROKEN, list(ids), own, now)
    return broken
