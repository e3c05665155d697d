"""Drafts: what a person has written in a form and not yet sent, sealed under a key of that person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from shared.pages.boxes import Boxes

KEPT: Final = timedelta(days=14)
"""After so long without a change a draft is deleted."""

Answers = dict[str, list[str]]
"""A form as the browser sent it: each field's values."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One form that waits to be finished."""

    form: str
    about: str
    saved_at: datetime
    answers: Answers = field(repr=False)

    @property
    def kept_until(self) -> datetime:
        """When it is deleted unless it is changed."""
        return self.saved_at + KEPT


class Drafts:
    """Everybody's drafts; each is opened for its owner alone."""

    def __init__(self, pool: asyncpg.Pool, boxes: Boxes) -> None:
        self._pool = pool
        self._boxes = boxes

    async def keep(
        self, owner: str, form: str, about: str, answers: Mapping[str, Sequence[str]], now: datetime
    ) -> None:
        """Keep what the person has written by now; the last of two windows counts."""
        sealed = self._boxes.seal(_purpose(owner), {name: list(given) for name, given in answers.items()})
        await self._pool.execute(
            "INSERT INTO draft (owner, form, about, sealed, saved_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (owner, form, about) DO UPDATE SET sealed = $4, saved_at = $5",
            owner,
            form,
            about,
            sealed,
            now,
        )

    async def of(self, owner: str, form: str, about: str) -> Draft | None:
        """What this person has written in that form; None where nothing is."""
        row = await self._pool.fetchrow(
            "SELECT * FROM draft WHERE owner = $1 AND form = $2 AND about = $3", owner, form, about
        )
        return None if row is None else self._opened(row)

    async def all_of(self, owner: str) -> list[Draft]:
        """Everything this person has not finished, the latest first."""
        rows = await self._pool.fetch("SELECT * FROM draft WHERE owner = $1 ORDER BY saved_at DESC", owner)
        return [self._opened(row) for row in rows]

    async def discard(self, owner: str, form: str, about: str) -> None:
        """It was sent, or is not wanted."""
        await self._pool.execute(
            "DELETE FROM draft WHERE owner = $1 AND form = $2 AND about = $3", owner, form, about
        )

    async def forget(self, now: datetime) -> None:
        """Delete those that nobody has changed for long."""
        await self._pool.execute("DELETE FROM draft WHERE saved_at < $1", now - KEPT)

    def _opened(self, row: asyncpg.Record) -> Draft:
        answers = self._boxes.open(_purpose(row["owner"]), row["sealed"])
        return Draft(row["form"], row["about"], row["saved_at"], answers)


def _purpose(owner: str) -> str:
    return f"draft {owner}"
