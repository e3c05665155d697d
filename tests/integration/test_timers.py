"""Timers on the real clock: what fell due is asked about at once, what another service may still meet a little later."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import asyncpg

from shared.commands.timers import Timers
from shared.domain.actors import Actor
from shared.domain.rules import Deadline
from shared.eventstore.gate import CommandGate
from shared.infrastructure.clock import RealClock, SimulatedClock
from shared.projections.deadline_board import deadline_board
from shared.projections.views import Views
from shared.team.elsewhere import PATIENCE
from tests.integration.toy_views import Log, Received, contact, following


class Asked:
    """Handles nothing, and keeps what it was asked."""

    team = Actor.service("mash", "childrens_social_care")

    def __init__(self) -> None:
        self.rules: list[str] = []
        self.store = SimpleNamespace(gate=CommandGate())

    async def run(self, command, _actor, _command_id, *, target) -> None:
        assert target.child is not None
        self.rules.append(command.rule)


async def test_a_clock_that_a_fact_of_another_service_may_meet_is_left_five_minutes(
    pool: asyncpg.Pool,
) -> None:
    now = RealClock().now()
    log = Log(pool)
    views = Views(pool, "mash", [deadline_board([contact])], poll=0.02)
    await views.prepare()
    async with following(views):
        for ago, rule in ((timedelta(minutes=1), "M1"), (timedelta(minutes=1), "M3"), (2 * PATIENCE, "M3")):
            due = Deadline(now - 3 * PATIENCE, now - ago, rule, "2026-11")
            event = Received(note="", due=due) if rule == "M1" else Received(note="", answer=due)
            await log.append((uuid4(), event))
        assert await views.wait_for("deadlines", 3)

        async def fired(**how) -> list[str]:
            asked = Asked()
            clock = how.pop("clock", RealClock())
            timers = Timers(pool, "mash", asked, clock, **how)
            await timers.fire()
            assert await timers.claimed() == 0
            return sorted(asked.rules)

        assert await fired() == ["M1", "M3", "M3"]
        assert await fired(elsewhere=["M3"]) == ["M1", "M3"]
        assert await fired(elsewhere=["M3"], clock=SimulatedClock(now)) == ["M1", "M3", "M3"]
