"""What the operator asks of every service: how far it is, what waits, and the simulated clock. Shows no child's record."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.domain.fields import Text
from shared.domain.instants import Instant
from shared.inbox.positions import FORKED
from shared.infrastructure.clock import ClockGoesBack
from shared.messaging.relay import ask_for_resend
from shared.service.simulated_clock import StoredClock
from shared.web.dependencies import CurrentActor, CurrentService, Limit, authorise
from shared.web.problems import conflict, not_found

router = APIRouter(tags=["operator"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MoveClock(_Body):
    """The new simulated now."""

    now: Instant


class OneKey(_Body):
    """A key of a source."""

    source: str
    key: UUID


class SkipKey(OneKey):
    """A parked event to leave out, and why."""

    reason: Text


class Resend(_Body):
    """What to send again: a key, or everything; after a position."""

    key: UUID | None = None
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0


@router.get("/progress")
async def progress(here: CurrentService, who: CurrentActor) -> dict[str, Any]:
    """Log head, relayed and consumed positions, views, what is in flight, claimed, held, parked, the next due instant."""
    await authorise(here, who, "read:progress")
    return (await here.status.progress()).as_json()


@router.post("/operator/clock")
async def move_clock(body: MoveClock, here: CurrentService, who: CurrentActor) -> dict[str, Any]:
    """Move the simulated clock forward."""
    await authorise(here, who, "operate:clock")
    if not isinstance(here.clock, StoredClock):
        raise conflict("this service runs on the real clock, which nobody moves")
    try:
        await here.clock.move_to(body.now)
    except ClockGoesBack:
        raise conflict("the clock never goes back; name an instant that has not passed") from None
    return {"now": here.clock.now().isoformat()}


@router.post("/operator/timers")
async def fire_timers(here: CurrentService, who: CurrentActor) -> dict[str, int]:
    """Look at everything that fell due by now; how many clocks were asked about."""
    await authorise(here, who, "operate:clock")
    return {"fired": await here.timers.fire()}


@router.get("/operator/parked")
async def parked(here: CurrentService, who: CurrentActor, limit: Limit = 100) -> dict[str, Any]:
    """Events that were put aside, oldest first: their kind, place and the kind of their error."""
    await authorise(here, who, "operate:parked")
    rows = await here.inbox.tables.parked(limit=limit)
    return {
        "items": [
            {
                "source": row.source,
                "key": str(row.key),
                "position": row.position,
                "event": row.headers.get("ce_type", ""),
                "error": row.error,
                "tries": row.tries,
            }
            for row in rows
        ]
    }


@router.post("/operator/parked/retry")
async def retry(body: OneKey, here: CurrentService, who: CurrentActor) -> dict[str, bool]:
    """Try a parked event again, and what queued behind it in order."""
    await authorise(here, who, "operate:parked")
    parked = await here.inbox.tables.parked_at(body.source, body.key)
    if parked is None:
        raise not_found("nothing is parked under this source and key")
    if parked.error == FORKED:
        raise conflict(
            f"the log of {body.source} was restored to an older state and says something else now: compare the two "
            "logs, put right what is missing, then skip this event with the reason"
        )
    return {"taken": await here.inbox.retry(body.source, body.key)}


@router.post("/operator/parked/skip")
async def skip(body: SkipKey, here: CurrentService, who: CurrentActor) -> dict[str, bool]:
    """Leave a parked event out, with a reason that is recorded."""
    await authorise(here, who, "operate:parked")
    if not body.reason.strip():
        raise conflict("say why it is left out")
    skipped = await here.inbox.skip(body.source, body.key, body.reason, who)
    if not skipped:
        raise not_found("nothing is parked under this source and key")
    return {"skipped": True}


@router.post("/operator/resend")
async def resend(body: Resend, here: CurrentService, who: CurrentActor) -> dict[str, bool]:
    """Have the relay send a key, or everything, again; readers drop what they have."""
    await authorise(here, who, "operate:relay")
    await ask_for_resend(here.pool, here.service.name, body.key, body.after)
    return {"asked": True}


@router.post("/operator/views/{name}/rebuild")
async def rebuild(name: str, here: CurrentService, who: CurrentActor) -> dict[str, Any]:
    """Build a view anew from the log, beside the live one, then take its place."""
    await authorise(here, who, "operate:relay")
    if name not in await here.views.positions():
        raise not_found("there is no view of this name")
    await here.views.rebuild(name)
    position, _ = (await here.views.positions())[name]
    return {"view": name, "position": position}


@router.get("/operator/events")
async def events(
    here: CurrentService, who: CurrentActor, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 100
) -> dict[str, Any]:
    """The log after a position: what happened, as codes; the sealed parts stay sealed, and no child is named."""
    await authorise(here, who, "operate:relay")
    rows = await here.store.between(after + 1, after + limit)
    return {
        "items": [
            {
                "position": row["notification_id"],
                "event": row["topic"],
                "version": row["originator_version"],
                "happened_at": orjson.loads(row["state"]).get("happened_at"),
            }
            for row in rows
        ],
        "head": await here.store.head(),
    }
