"""Asking the teams' APIs as the person who is signed in: each call is counted and timed."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import httpx

NOT_KNOWN_YET: Final = "urn:safeguarding:problem:person-on-their-way"
_TRIES: Final = 12
_PAUSE: Final = 0.25  # seconds, between two tries


class Refusal(Exception):
    """A team refused: its problem, as it said it."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.detail = str(problem.get("detail", ""))
        self.what_to_do = str(problem.get("what_to_do", ""))
        self.rules = tuple(problem.get("rules", ()))
        self.errors: tuple[Mapping[str, Any], ...] = tuple(problem.get("errors") or ())
        self.type = str(problem.get("type", ""))


class Away(Exception):
    """A team did not answer."""


class Teams:
    """Where the teams are, and the connections to them."""

    def __init__(self, urls: Mapping[str, str], http: httpx.AsyncClient) -> None:
        """`urls`: base URL of each team's API."""
        self.urls = urls
        self.http = http


class Calls:
    """The calls of one page, with one person's token."""

    def __init__(self, teams: Teams, token: str) -> None:
        self._teams = teams
        self._headers = {"Authorization": f"Bearer {token}"}
        self.count = 0
        self.seconds = 0.0
        self.now: datetime | None = None

    def has(self, team: str) -> bool:
        """Whether that team is here."""
        return team in self._teams.urls

    async def get(self, team: str, path: str, **query: Any) -> dict[str, Any]:
        """A reading. Raises Refusal, Away."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return await self._asked("GET", team, path, params=asked)

    async def post(self, team: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A reading whose question does not belong in an address. Raises Refusal, Away."""
        return await self._asked("POST", team, path, json=body)

    async def command(self, name: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A command, once however often it is sent under that key. Raises Refusal, Away.

        Somebody who was registered a moment ago may not be known to another team yet: it is sent again for a few seconds.
        """
        team = name.partition(".")[0]
        for left in reversed(range(_TRIES)):
            try:
                return await self._asked(
                    "POST", team, f"/commands/{name}", json=body, headers={"Idempotency-Key": key}
                )
            except Refusal as refusal:
                if refusal.type != NOT_KNOWN_YET or not left:
                    raise
            await asyncio.sleep(_PAUSE)
        raise AssertionError("the last try answers or raises")

    @asynccontextmanager
    async def stream(self, team: str, path: str, **query: Any) -> AsyncIterator[AsyncIterator[bytes]]:
        """A stream of a team, as it comes. Raises Refusal, Away."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        try:
            async with self._teams.http.stream(
                "GET", self._url(team, path), params=asked, headers=self._headers, timeout=None
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise _refusal(answer)
                yield answer.aiter_bytes()
        except httpx.TransportError:
            raise Away(team) from None

    async def _asked(
        self, method: str, team: str, path: str, headers: Mapping[str, str] | None = None, **rest: Any
    ) -> dict[str, Any]:
        began = time.perf_counter()
        self.count += 1
        try:
            answer = await self._teams.http.request(
                method, self._url(team, path), headers={**self._headers, **(headers or {})}, **rest
            )
        except httpx.TransportError:
            raise Away(team) from None
        finally:
            self.seconds += time.perf_counter() - began
        if said := answer.headers.get("Safeguarding-Now"):
            self.now = datetime.fromisoformat(said)
        if not answer.is_success:
            raise _refusal(answer)
        return dict(answer.json())

    def _url(self, team: str, path: str) -> str:
        if team not in self._teams.urls:
            raise Away(team)
        return self._teams.urls[team] + path


def _refusal(answer: httpx.Response) -> Refusal:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    return Refusal(answer.status_code, problem if isinstance(problem, dict) else {})
