"""FastAPI dependencies, one for each need of an endpoint: who asks, what they may do, and the part that does it.

An endpoint names what it needs and gets no more: nothing hands out the whole service, its pool or its keys. What shows
records depends on `shared.web.reading.Reader`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.params import Depends as DependsOn

from shared.access.access_row import Attempt, Outcome, Sight
from shared.access.actions import READINGS_OF_A_TEAM
from shared.access.decision import Decision
from shared.access.policy import AccessPolicy
from shared.access.refusals import NotAuthenticated
from shared.access.tokens import bearer_of
from shared.audit.checkpointer import Checkpoints
from shared.audit.own_end import OwnEnd
from shared.commands.handler import Answer
from shared.commands.possible import Possible
from shared.commands.timers import Timers
from shared.domain.access_facts import NOTHING, Facts
from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.view import View
from shared.eventstore.store import Store
from shared.inbox.inbox import Inbox
from shared.infrastructure.clock import Clock
from shared.projections.views import Views
from shared.service.process import RunningService
from shared.service.status import Status
from shared.team.authorisation import Forbidden, known_before
from shared.web.field_errors import WrongField
from shared.web.problems import invalid, not_ready

_T = TypeVar("_T")


# Every dependency is a coroutine, though most wait for nothing: any other function, or a class, the framework would run
# in a thread of its pool.


async def running_service(request: Request) -> RunningService:
    """The service that answers. Raises a 503 problem while it starts or stops."""
    running: RunningService | None = request.app.state.running
    if running is None:
        raise not_ready()
    return running


Running = Annotated[RunningService, Depends(running_service)]
"""The running service, for other dependencies alone: an endpoint takes the part it needs."""


async def actor(request: Request, running: Running) -> Actor:
    """Who asks, from the bearer token alone. Raises NotAuthenticated, which is counted by its kind and kept nowhere."""
    try:
        who = await running.verifier.actor(bearer_of(request.headers.getlist("Authorization")))
    except NotAuthenticated as refusal:
        running.refused_token(refusal.reason)
        raise
    return await running.sign_ins.known(who)


CurrentActor = Annotated[Actor, Depends(actor)]


async def _token_end(request: Request, running: Running, _who: CurrentActor) -> float:
    return running.verifier.ends_at(bearer_of(request.headers.getlist("Authorization")))


TokenEnd = Annotated[float, Depends(_token_end)]
"""When the token of who asks ends, in seconds of the real clock (UTC, since 1970)."""


def _part(of: Callable[[RunningService], _T]) -> DependsOn:
    async def part(running: Running) -> _T:
        return of(running)

    dependency: DependsOn = Depends(part)
    return dependency


CurrentAccess = Annotated[AccessPolicy, _part(lambda running: running.access)]


OwnName = Annotated[str, _part(lambda running: running.service.name)]
"""The name of the service that answers."""


ReferenceData = Annotated[Mapping[str, Any], _part(lambda running: running.reference)]
"""The team's reference data by name: the project's, or the council's own."""


CurrentStatus = Annotated[Status, _part(lambda running: running.status)]


CurrentStore = Annotated[Store, _part(lambda running: running.store)]


CurrentViews = Annotated[Views, _part(lambda running: running.views)]


CurrentInbox = Annotated[Inbox, _part(lambda running: running.inbox)]


CurrentTimers = Annotated[Timers, _part(lambda running: running.timers)]


CurrentClock = Annotated[Clock, _part(lambda running: running.clock)]


CurrentCheckpoints = Annotated[Checkpoints, _part(lambda running: running.checkpoints)]


CurrentOwnEnd = Annotated[OwnEnd, _part(lambda running: running.own_end)]


OwnCommands = Annotated[
    Callable[[Command, UUID], Awaitable[Answer]], _part(lambda running: running.handle_own)
]
"""Has the service give itself a command, under an id: for what follows from a request and is no command of a person."""


WhatMayBeDone = Annotated[
    Callable[[Actor, UUID | None, tuple[UUID, ...]], Awaitable[list[Possible]]],
    _part(lambda running: running.possible),
]
"""Tells what somebody may do now with a thing, or about children."""


async def _erased_keys(running: Running) -> Callable[[Sequence[UUID]], Mapping[UUID, datetime]]:
    def erased(subjects: Sequence[UUID]) -> Mapping[UUID, datetime]:
        found = running.keys.erased(subjects)
        still = set(subjects) - running.keys.lacking(subjects)
        return {subject: at for subject, at in found.items() if subject not in still}

    return erased


ErasedKeys = Annotated[Callable[[Sequence[UUID]], Mapping[UUID, datetime]], Depends(_erased_keys)]
"""Tells of which of these people the keys are destroyed, on purpose, and when (UTC). It hands out no key."""


DigestViews = Annotated[
    tuple[View[Any], ...],
    _part(lambda running: tuple(view for view in running.service.views if view.of_subject is not None)),
]
"""The views that keep digests of words, which go with the person they are of."""


ToldTogether = Annotated[
    Callable[..., Awaitable[Sequence[Any]]] | None, _part(lambda running: running.service.told_together)
]
"""As the service declares it."""


Resend = Annotated[
    Callable[[UUID | None, int], Awaitable[None]], _part(lambda running: running.ask_for_resend)
]
"""Has the relay send a key (None: everything) again from after a position."""


def allowed(action: str) -> DependsOn:
    """The policy allows the action to who asks; else the request is refused, and the refused attempt recorded."""

    async def authorised(running: Running, who: CurrentActor) -> None:
        await authorise(running, who, action)

    dependency: DependsOn = Depends(authorised)
    return dependency


_OF_A_TEAM = frozenset({f"read:{what}" for what in READINGS_OF_A_TEAM} - {"read:audit"})
"""Asked as `read:audit:mash` already."""


def own_reading(running: RunningService, action: str) -> str:
    """A reading of lists or texts asked as this team's own: so that a wall around a team is a wall for the kernel too."""
    return f"{action}:{running.service.name}" if action in _OF_A_TEAM else action


def may(running: RunningService, who: Actor, action: str, facts: Facts = NOTHING) -> bool:
    """Whether the policy allows the action where these facts are so. Refuses and records nothing."""
    known = facts | known_before(running.service.agency, who)
    return who.within_limits(action) and running.access.allows(who, own_reading(running, action), known)


async def authorise(
    running: RunningService,
    who: Actor,
    action: str,
    *,
    children: tuple[UUID, ...] = (),
    facts: Facts = NOTHING,
) -> Decision:
    """The policy's decision, where it allows the action; else refuse, and record the refused attempt. Raises Forbidden."""
    await within_limits(running, who, action, children=children)
    known = facts | known_before(running.service.agency, who)
    decision = running.access.may(who, own_reading(running, action), known)
    if not decision.allowed:
        await record(
            running, who, action, children=children, shown=False, rules=decision.rules, decision=decision
        )
        raise Forbidden(decision.why, decision.rules)
    return decision


async def within_limits(
    running: RunningService, who: Actor, action: str, *, children: tuple[UUID, ...] = ()
) -> None:
    """Refuse, and record the refused attempt, where a machine client was not given the action. Raises Forbidden (E9)."""
    if not who.within_limits(action):
        await record(running, who, action, children=children, shown=False, rules=("E9",))
        raise Forbidden(
            "this program was not given that; ask whoever runs the platform to add it to the program's entry",
            ("E9",),
        )


async def record(
    running: RunningService,
    who: Actor,
    action: str,
    *,
    children: tuple[UUID, ...] = (),
    subject: UUID | None = None,
    shown: bool = True,
    rules: tuple[str, ...] = (),
    decision: Decision | None = None,
    sight: Sight | None = None,
    why: str | None = None,
) -> None:
    """Record a read, or a refused attempt, durably: before anything is shown (E4).

    Args:
        running: the service that is asked.
        who: who asks.
        action: what for.
        children: whose records.
        subject: the thing, where it is about one.
        shown: whether it was shown, or else refused.
        rules: those that refused it.
        decision: the policy's: by which policies, and on which basis.
        sight: what was shown; where that is nothing, the record says so.
        why: the page or list it was for, as a code; it is kept behind the purpose of the action.
    """
    purpose, _ = running.access.basis(action)
    looked: Outcome = "nothing" if sight is not None and sight.count == 0 else "shown"
    await running.access_log.record(
        Attempt(
            actor=who,
            action=own_reading(running, action),
            purpose=f"{purpose}: {why}" if why else purpose,
            children=children,
            subject=subject,
            outcome=looked if shown else "refused",
            rules=rules,
            by=decision.by if decision else (),
            basis=decision.basis if decision else "",
            sight=sight,
        )
    )


MOST_POSITION: Final = 2**63 - 1
"""The last position that a log can have: PostgreSQL's bigint."""


After = Annotated[
    int | None,
    Query(ge=0, le=MOST_POSITION, description="a position from a command's answer: the read waits for it"),
]


Limit = Annotated[int, Query(ge=1, le=200)]


CursorText = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


async def within_the_log(store: Store, after: int) -> None:
    """Refuse a position that the log has not come to. Raises Problem (422)."""
    if after > await store.head():
        raise invalid(
            WrongField(
                "after",
                "this log has not come so far: take the position from the answer of this service's command",
                "out_of_range",
            )
        )


def instant(value: datetime | None) -> str | None:
    """An instant as the API writes it."""
    return value.isoformat() if value is not None else None
