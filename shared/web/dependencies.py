"""What an endpoint depends on: the running service, the actor of the request, and the record of what was read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from shared.access.access_log import Attempt
from shared.access.tokens import bearer_of
from shared.commands.authorisation import Forbidden
from shared.domain.actors import Actor
from shared.service.process import RunningService
from shared.web.problems import not_ready


async def running(request: Request) -> RunningService:
    """The service that answers. Raises a 503 problem while it starts or stops."""
    # A coroutine, though it waits for nothing: any other function the framework would run in a thread of its pool.
    here: RunningService | None = request.app.state.running
    if here is None:
        raise not_ready()
    return here


CurrentService = Annotated[RunningService, Depends(running)]


async def actor(request: Request, here: CurrentService) -> Actor:
    """Who asks, from the bearer token alone. Raises NotAuthenticated."""
    return await here.verifier.actor(bearer_of(request.headers.get("Authorization")))


CurrentActor = Annotated[Actor, Depends(actor)]


_OF_A_TEAM = frozenset({"read:worklist", "read:deadlines", "read:text"})


def own_reading(here: RunningService, action: str) -> str:
    """A reading of lists or texts asked as this team's own: so that a wall around a team is a wall for the kernel too."""
    return f"{action}:{here.service.name}" if action in _OF_A_TEAM else action


async def authorise(
    here: RunningService, who: Actor, action: str, *, children: tuple[UUID, ...] = ()
) -> None:
    """Refuse, and record the refused attempt, where the policy does not allow the action."""
    verdict = here.access.may(who, own_reading(here, action))
    if not verdict.allowed:
        await record(here, who, action, children=children, shown=False, rules=verdict.rules)
        raise Forbidden(verdict.why, verdict.rules)


async def record(
    here: RunningService,
    who: Actor,
    action: str,
    *,
    children: tuple[UUID, ...] = (),
    subject: UUID | None = None,
    shown: bool = True,
    rules: tuple[str, ...] = (),
) -> None:
    """Record a read, or a refused attempt, durably: before anything is shown (E4)."""
    purpose, _ = here.access.basis(action)
    await here.access_log.record(
        Attempt(
            actor=who,
            action=own_reading(here, action),
            purpose=purpose,
            children=children,
            subject=subject,
            outcome="shown" if shown else "refused",
            rules=rules,
        )
    )


async def caught_up(here: RunningService, view: str, after: int | None) -> None:
    """Read-your-writes: wait up to 2 s until a view has followed to `after`, else say how far behind it is."""
    if after is not None and not await here.views.wait_for(view, after):
        position, _ = (await here.views.positions())[view]
        raise not_ready(
            f"the {view} is at position {position} and has not come to {after} yet; read it again"
        )


After = Annotated[int | None, Query(description="a position from a command's answer: the read waits for it")]


Limit = Annotated[int, Query(ge=1, le=200)]


CursorText = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list is asked for."""

    cursor: str | None
    limit: int
    after: int | None


async def _asked(cursor: CursorText = None, limit: Limit = 50, after: After = None) -> Asked:
    # A coroutine as above: a class, too, the framework would make an instance of in a thread.
    return Asked(cursor, limit, after)


Paging = Annotated[Asked, Depends(_asked)]
"""The query parameters every list takes: `cursor`, `limit`, `after`."""


def page_of(items: list[Any], next_cursor: str | None) -> dict[str, Any]:
    """A page of a list: its rows, and the cursor of the next page or none."""
    return {"items": items, "next": next_cursor}


def instant(value: datetime | None) -> str | None:
    """An instant as the API writes it."""
    return value.isoformat() if value is not None else None
