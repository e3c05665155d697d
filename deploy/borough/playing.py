"""Playing a borough's month: what is done in one hour is sent together, and the stack is quiet before the next.

What is refused is counted by its rule and goes on: in a month, contacts arrive about children who have an open case, and
two people do the same thing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from deploy.borough.month import DAYS, FIRST_DAY, STAFF, Errand
from deploy.play.answers import Accepted
from deploy.play.calling import Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn
from deploy.play.pace import Pace
from shared.domain.actors import DEFAULT_AGENCY
from shared.domain.instants import start_of_day

AT_ONCE: Final = 16
"""Commands that are sent at the same time."""

_BOARD: Final = {"mash": "mash_manager", "assessment": "team_manager"}
"""The teams whose deadlines are counted, and in which role their board is read."""

Watch = Callable[[int, int], None]
"""Told how many of how many errands are done."""


@dataclass
class Month:
    """What came of it.

    Attributes:
        done: commands that were taken, by name.
        refused: those that were not, by the rules that forbade them.
        deadlines: how many clocks of each rule stand in each state.
    """

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    deadlines: dict[str, Counter[str]] = field(default_factory=dict)


class Playing:
    """One month on one stack."""

    def __init__(self, services: Services, *, watch: Watch = lambda _done, _of: None) -> None:
        """Nothing is played yet."""
        self._services = services
        self._pace = Pace(services)
        self._watch = watch
        self._children: dict[int, str] = {}
        self._contacts: dict[int, str] = {}
        self._some = asyncio.Semaphore(AT_ONCE)
        self._month = Month()

    async def play(self, errands: Sequence[Errand]) -> Month:
        """Plays the month to its end, and counts how the deadlines stand then.

        Raises:
            CannotGoOn: an event was parked, a view stopped, or the stack does not come to rest.
            ServiceAway: a service was away for too long.
        """
        await self._pace.settle()
        for by in STAFF:
            await self._services.sign_in(by)
        done = 0
        for at, of_the_hour in groupby(errands, key=lambda one: one.at):
            together = list(of_the_hour)
            await self._pace.settle()
            await self._pace.advance(at)
            await self._hour(together)
            done += len(together)
            self._watch(done, len(errands))
        await self._pace.settle()
        await self._pace.advance(start_of_day(FIRST_DAY + timedelta(days=DAYS)))
        await self._pace.settle()
        for service, role in _BOARD.items():
            await self._count(service, By("Alex Example", role, DEFAULT_AGENCY[role]))
        return self._month

    async def _hour(self, errands: Sequence[Errand]) -> None:
        """Who is registered first, then each contact and child by itself, in its own order."""
        people = [one for one in errands if one.do == "people.RegisterPerson"]
        await asyncio.gather(*(self._one(one) for one in people))
        if people:
            await self._pace.settle()
        of_child: dict[int, list[Errand]] = {}
        for one in errands:
            if one.do != "people.RegisterPerson":
                of_child.setdefault(one.child, []).append(one)
        await asyncio.gather(*(self._in_order(each) for each in of_child.values()))

    async def _in_order(self, errands: Sequence[Errand]) -> None:
        for one in errands:
            await self._one(one)

    async def _one(self, errand: Errand) -> None:
        async with self._some:
            answer = await self._services.send(
                errand.do, errand.by, f"borough/{errand.key}", self._body(errand)
            )
        if not isinstance(answer, Accepted):
            if not answer.rules:
                raise CannotGoOn(f"{errand.do} ({errand.key}) was refused by no rule: {answer}")
            self._month.refused[", ".join(answer.rules)] += 1
            return
        self._month.done[errand.do] += 1
        if errand.do == "people.RegisterPerson":
            self._children[errand.child] = str(answer.id)
        elif errand.do == "mash.ReceiveContact" and errand.contact is not None:
            self._contacts[errand.contact] = str(answer.id)

    def _body(self, errand: Errand) -> dict[str, Any]:
        about = [self._children[errand.child]] if errand.about else []
        thing = None if errand.about or errand.contact is None else self._contacts[errand.contact]
        return {"about": about, "re": thing, "with": dict(errand.fields), "happened": None, "known": None}

    async def _count(self, service: str, by: By) -> None:
        async for row in self._services.pages(service, "/deadlines", by, {"settled": "true"}):
            self._month.deadlines.setdefault(row["rule"], Counter())[row["state"]] += 1
