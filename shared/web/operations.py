"""What the operator asks of every service: how far it is, what waits, and the simulated clock. Shows no child's record."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.audit.own_end import NotAcceptable, NothingToDecide
from shared.domain.fields import RequiredText, ShortText
from shared.domain.instants import Instant
from shared.inbox.positions import FORKED
from shared.infrastructure.clock import ClockGoesBack
from shared.service.simulated_clock import StoredClock
from shared.web.dependencies import (
    MOST_POSITION,
    CurrentActor,
    CurrentClock,
    CurrentInbox,
    CurrentOwnEnd,
    CurrentStatus,
    CurrentStore,
    CurrentTimers,
    CurrentViews,
    Limit,
    Resend,
    allowed,
    within_the_log,
)
from shared.web.problems import conflict, not_found

router = APIRouter(tags=["operator"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MoveClock(_Body):
    """The new simulated now."""

    now: Instant


class OneKey(_Body):
    """A key of a source."""

    source: ShortText
    key: UUID


class SkipKey(OneKey):
    """A parked event to leave out, and why."""

    reason: RequiredText


class Decision(_Body):
    """Why somebody decided as they did."""

    reason: RequiredText


class SendAgain(_Body):
    """What to send again: a key, or everything; after a position."""

    key: UUID | None = None
    after: Annotated[int, Field(ge=0, le=MOST_POSITION)] = 0


@router.get("/progress", dependencies=[allowed("read:progress")])
async def progress(status: CurrentStatus) -> dict[str, Any]:
    """Log head, relayed and consumed positions, views, what is in flight, claimed, held, parked, the next due instant."""
    return (await status.progress()).as_json()


@router.post("/operator/clock", dependencies=[allowed("operate:clock")])
async def move_clock(body: MoveClock, clock: CurrentClock) -> dict[str, Any]:
    """Move the simulated clock forward."""
    if not isinstance(clock, StoredClock):
        raise conflict("this service runs on the real clock, which nobody moves")
    try:
        await clock.move_to(body.now)
    except ClockGoesBack:
        raise conflict("the clock never goes back; name an instant that has not passed") from None
    return {"now": clock.now().isoformat()}


@router.post("/operator/timers", dependencies=[allowed("operate:clock")])
async def fire_timers(timers: CurrentTimers) -> dict[str, int]:
    """Look at everything that fell due by now; how many clocks were asked about."""
    return {"fired": await timers.fire()}


@router.get("/operator/parked", dependencies=[allowed("operate:parked")])
async def parked(inbox: CurrentInbox, limit: Limit = 100) -> dict[str, Any]:
    """Events that were put aside, oldest first: their kind, place and the kind of their error."""
    rows = await inbox.tables.parked(limit=limit)
    return {
        "items": [
            {
                "source": row.source,
                "key": str(row.key),
                "position": row.position,
                # Of what proves no origin nothing is repeated: whoever made it may have written anything.
                "event": row.headers.get("ce_type", "") if row.topic is None else "",
                "error": row.error,
                "tries": row.tries,
            }
            for row in rows
        ]
    }


@router.post("/operator/parked/retry", dependencies=[allowed("operate:parked")])
async def retry(body: OneKey, inbox: CurrentInbox) -> dict[str, bool]:
    """Try a parked event again, and what queued behind it in order."""
    parked = await inbox.tables.parked_at(body.source, body.key)
    if parked is None:
        raise not_found("nothing is parked under this source and key")
    if parked.error == FORKED:
        raise conflict(
            f"the log of {body.source} says something else now than what was taken from it: it was put back from a copy, or "
            "altered, or somebody else wrote. Compare the two logs, have it sent again, then skip what differs, with the reason"
        )
    return {"taken": await inbox.retry(body.source, body.key)}


@router.post("/operator/parked/skip", dependencies=[allowed("operate:parked")])
async def skip(body: SkipKey, inbox: CurrentInbox, who: CurrentActor) -> dict[str, bool]:
    """Leave a parked event out, with a reason that is recorded."""
    skipped = await inbox.skip(body.source, body.key, body.reason, who)
    if not skipped:
        raise not_found("nothing is parked under this source and key")
    return {"skipped": True}


@router.post("/operator/resend", dependencies=[allowed("operate:relay")])
async def resend(body: SendAgain, resend_from: Resend, store: CurrentStore) -> dict[str, bool]:
    """Have the relay send a key, or everything, again; readers drop what they have."""
    await within_the_log(store, body.after)
    await resend_from(body.key, body.after)
    return {"asked": True}


@router.post("/operator/log/accept", dependencies=[allowed("operate:relay")])
async def accept_log(body: Decision, own_end: CurrentOwnEnd, who: CurrentActor) -> dict[str, int]:
    """Go on with the log as it stands, though this service's head file or its own topic says otherwise. It is kept."""
    try:
        return {"position": await own_end.accept(who.id, body.reason)}
    except NothingToDecide:
        raise conflict("nothing contradicts the end of this log") from None
    except NotAcceptable as error:
        raise conflict(
            f"this log cannot be gone on with as it is: {error}. Put it right from a backup"
        ) from None


@router.post("/operator/views/{name}/rebuild", dependencies=[allowed("operate:relay")])
async def rebuild(name: str, views: CurrentViews) -> dict[str, Any]:
    """Build a view anew from the log, beside the live one, then take its place."""
    if name not in await views.positions():
        raise not_found("there is no view of this name")
    await views.rebuild(name)
    position, _ = (await views.positions())[name]
    return {"view": name, "position": position}


@router.get("/operator/events", dependencies=[allowed("operate:relay")])
async def events(
    store: CurrentStore, after: Annotated[int, Query(ge=0, le=MOST_POSITION)] = 0, limit: Limit = 100
) -> dict[str, Any]:
    """The log after a position: what happened, as codes; the sealed parts stay sealed, and no child is named."""
    await within_the_log(store, after)
    rows = await store.between(after + 1, after + limit)
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
        "head": await store.head(),
    }
