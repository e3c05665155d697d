"""Gives who signed in the id under which everybody knows them, once People has said which it is."""

from dataclasses import replace
from typing import Final
from uuid import UUID

import asyncpg

from shared.domain.actors import Actor
from shared.team.sign_ins import VIEW

MOST_REMEMBERED: Final = 20_000
"""Sign-ins kept in memory: more than a council has staff; at more they are forgotten and read again."""


class SignIns:
    """The ids of those who sign in to one service."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool = pool
        self._ask = f'SELECT professional FROM "{service}_views"."{VIEW}" WHERE subject = $1'
        # What People said of a sign-in never changes, so what is known here cannot be stale. What is not known yet is
        # asked for each time: one read by key, until the person has signed in at People once.
        self._known: dict[UUID, UUID] = {}

    async def known(self, who: Actor) -> Actor:
        """The same person under the id that is theirs; as they came, where nobody has said which it is, or a machine."""
        if who.sign_in is None or who.only is not None:
            return who
        professional = self._known.get(who.sign_in)
        if professional is None:
            professional = await self._pool.fetchval(self._ask, who.sign_in)
            if professional is None:
                return who
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[who.sign_in] = professional
        return replace(who, id=professional, named=None)
