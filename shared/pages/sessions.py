"""Sessions on the server: the browser holds a random cookie, the tokens stay here, sealed.

A session's row outlives the session without its tokens, so that what somebody sends too late is still known to be theirs
and kept as their draft.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from shared.pages.boxes import Boxes

COOKIE: Final = "__Host-session"
"""What the browser holds."""
IDLE: Final = timedelta(minutes=60)
"""After so long without use a session has ended."""
LONGEST: Final = timedelta(hours=12)
"""After so long it has ended in any case: a working day."""
REMEMBERED: Final = timedelta(hours=12)
"""For so long after its end it is known whose it was."""
_NEW: Final = 32  # bytes


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave: for the services, and to have it renewed."""

    access: str = field(repr=False)
    ends_at: float
    refresh: str | None = field(repr=False)
    identity: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as the services see them."""

    name: str = field(repr=False)
    role: str
    agency: str


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session.

    Attributes:
        id: digest of its cookie.
        owner: digest of whose it is.
        csrf: what a form of ours must bring back.
        person: who is signed in; None once it has ended.
        tokens: theirs; None once it has ended.
    """

    id: bytes
    owner: str
    csrf: str = field(repr=False)
    person: Person | None = None
    tokens: Tokens | None = field(default=None, repr=False)


class Sessions:
    """The sessions of all browsers, in the pages' own table."""

    def __init__(self, pool: asyncpg.Pool, boxes: Boxes) -> None:
        self._pool = pool
        self._boxes = boxes

    async def begin(self, owner: str, person: Person, tokens: Tokens, now: datetime) -> str:
        """A new session; answers its cookie. Always a new one at a sign-in, so that none can be planted beforehand."""
        cookie = secrets.token_urlsafe(_NEW)
        await self._pool.execute(
            "INSERT INTO session (id, owner, csrf, sealed, began_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)",
            _id(cookie),
            owner,
            secrets.token_urlsafe(_NEW),
            self._boxes.seal("session", _written(person, tokens)),
            now,
        )
        return cookie

    async def of(self, cookie: str, now: datetime, *, touch: bool) -> Session | None:
        """The session of a cookie, ended or not; None where it was never ours, was signed out, or is forgotten.

        Args:
            cookie: as the browser sent it.
            now: by the real clock.
            touch: whether this is use by the person, from which the idle time counts anew.
        """
        row = await self._pool.fetchrow("SELECT * FROM session WHERE id = $1", _id(cookie))
        if row is None:
            return None
        if now - row["used_at"] > IDLE or now - row["began_at"] > LONGEST:
            await self._pool.execute("UPDATE session SET sealed = NULL WHERE id = $1", row["id"])
            return Session(row["id"], row["owner"], row["csrf"])
        if touch:
            await self._pool.execute("UPDATE session SET used_at = $2 WHERE id = $1", row["id"], now)
        return self._opened(row)

    async def again(self, session: Session) -> Session | None:
        """The session as it stands now: another request may have had its tokens renewed, or have ended it."""
        row = await self._pool.fetchrow("SELECT * FROM session WHERE id = $1", session.id)
        return None if row is None else self._opened(row)

    def _opened(self, row: asyncpg.Record) -> Session:
        if row["sealed"] is None:
            return Session(row["id"], row["owner"], row["csrf"])
        said = self._boxes.open("session", row["sealed"])
        return Session(
            row["id"], row["owner"], row["csrf"], Person(**said["person"]), Tokens(**said["tokens"])
        )

    async def renewed(self, session: Session, tokens: Tokens) -> None:
        """Keep the tokens that took the place of those that ended."""
        assert session.person is not None
        sealed = self._boxes.seal("session", _written(session.person, tokens))
        await self._pool.execute(
            "UPDATE session SET sealed = $2 WHERE id = $1 AND sealed IS NOT NULL", session.id, sealed
        )

    async def expire(self, session: Session) -> None:
        """The provider gives no more tokens: it has ended, and whose it was is remembered for a while."""
        await self._pool.execute("UPDATE session SET sealed = NULL WHERE id = $1", session.id)

    async def end(self, session: Session) -> None:
        """Signed out: nothing of it remains."""
        await self._pool.execute("DELETE FROM session WHERE id = $1", session.id)

    async def forget(self, now: datetime) -> None:
        """Delete those that ended long ago."""
        await self._pool.execute("DELETE FROM session WHERE used_at < $1", now - LONGEST - REMEMBERED)


def owner_of(issuer: str, subject: str, role: str, agency: str, organisation: str | None) -> str:
    """Whose sessions and drafts: of this sign-in in this role, for this organisation."""
    said = "\x00".join((issuer, subject, role, agency, organisation or ""))
    return hashlib.sha256(said.encode()).hexdigest()


def _id(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _written(person: Person, tokens: Tokens) -> dict[str, Any]:
    return {
        "person": {"name": person.name, "role": person.role, "agency": person.agency},
        "tokens": {
            "access": tokens.access,
            "ends_at": tokens.ends_at,
            "refresh": tokens.refresh,
            "identity": tokens.identity,
        },
    }
