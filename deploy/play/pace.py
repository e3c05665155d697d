"""Moving the simulated clocks of a stack: every deadline on the way fires at its own instant, and nothing goes on before
the stack is quiet.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from deploy.play.calling import Services
from deploy.play.errors import CannotGoOn
from deploy.play.quiet import Progress, earliest_due, heads, what_failed, what_moves

PATIENCE: Final = 60.0
"""Seconds that one wait for quiet may take."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.05


class Pace:
    """The clocks of one stack, and how far its services have come.

    Attributes:
        looks: the last look at every service.
    """

    def __init__(self, services: Services, *, patience: float = PATIENCE) -> None:
        """Nothing has been looked at yet."""
        self.looks: Sequence[Progress] = ()
        self._services = services
        self._patience = patience

    async def advance(self, at: datetime) -> None:
        """Moves every clock to `at`, stopping at every due instant on the way until what it caused is done.

        Raises CannotGoOn where a clock stands later already, and as `settle`.
        """
        while (due := earliest_due(self.looks, at)) is not None:
            await self._set_clocks(due)
            await self.settle()
        ahead = [one for one in self.looks if one.now is not None and one.now > at]
        if ahead:
            raise CannotGoOn(
                f"the clock of {ahead[0].service} stands at {rfc3339(ahead[0].now)}, after the step at "
                f"{rfc3339(at)}, and never goes back: play this case on a fresh stack"
            )
        await self._set_clocks(at)

    async def _set_clocks(self, instant: datetime) -> None:
        behind = [one.service for one in self.looks if one.now is None or one.now < instant]
        await asyncio.gather(*(self._services.set_clock(name, instant) for name in behind))

    async def settle(self) -> None:
        """Waits until the stack is quiet, firing what is due in order of service.

        Raises CannotGoOn for what is parked or stopped, and when it is not quiet within the patience.
        """
        until = time.monotonic() + self._patience
        pause, last = _FIRST_PAUSE, None
        while True:
            looks = await self._services.progress()
            await self._stop_on_trouble(looks)
            moving = what_moves(looks)
            due = [one.service for one in looks if one.due]
            if not moving and due:
                for name in sorted(due):
                    if await self._services.fire(name):
                        until = time.monotonic() + self._patience
                        pause = _FIRST_PAUSE
                last = None
            elif not moving:
                if heads(looks) == last:
                    self.looks = looks
                    return
                last = heads(looks)
            else:
                last = None
            if time.monotonic() > until:
                reasons = moving or [f"{name} has a deadline that is due and does not fire" for name in due]
                raise CannotGoOn(
                    f"the stack is not quiet after {self._patience:.0f} s: {'; '.join(reasons) or 'it keeps moving'}"
                )
            await asyncio.sleep(pause)
            pause = _FIRST_PAUSE if last is not None else min(pause * 1.5, _LONGEST_PAUSE)

    async def _stop_on_trouble(self, looks: Sequence[Progress]) -> None:
        failed = what_failed(looks)
        for one in looks:
            if one.parked:
                failed += [
                    f"{one.service}: an event from {parked.source or '?'} of key {parked.key or '?'} is parked: "
                    f"{parked.error or 'no error is given'}"
                    for parked in await self._services.parked(one.service)
                ] or [f"{one.service}: {one.parked} events are parked"]
        if failed:
            raise CannotGoOn(
                "the play ends here. "
                + "; ".join(failed)
                + ". See `safeguarding parked list` and the service's log"
            )


def rfc3339(instant: datetime | None) -> str | None:
    """An instant as the services read it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
