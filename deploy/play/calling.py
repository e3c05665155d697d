"""Talking to the services of a stack over HTTP, as a person, a reader or the operator.

A service that is away (refused, reset, timed out, 5xx) is asked again, with the same key, until it has been away too
long; so a restart in the middle changes nothing. The token of each actor is made by the stack's own issuer.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Protocol, Self
from uuid import UUID

import httpx

from deploy.play.answers import Accepted, DeadlineRow, ParkedEvent, Refusal, SeenEntry, refusal_of
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn, ServiceAway
from deploy.play.quiet import Progress
from shared.domain.actors import DEFAULT_AGENCY

OPERATOR: Final = By("Operator", "operator", DEFAULT_AGENCY["operator"])
"""Who moves the simulated clock and looks at the machinery; sees no child."""

AUDITOR: Final = By("Auditor", "auditor", DEFAULT_AGENCY["auditor"])
"""Who asks for exports."""

_TOKEN_SECONDS = 600
_PAGE = 200
_LONGEST_PAUSE = 1.0


class Tokens(Protocol):
    """Who issues bearer tokens; `shared.access.policy.development_issuer.DevelopmentIssuer` on a stack of one's own."""

    def token(
        self, name: str, role: str, agency: str, organisation: str | None = None, team: str | None = None
    ) -> str:
        """A token for that person."""
        ...


@dataclass
class _HeldToken:
    token: str
    until: float


@dataclass
class Services:
    """The services of one running stack; an async context manager.

    Attributes:
        urls: base URL of each service.
        tokens: who issues tokens.
        patience: how long a service may be away, in seconds.
        say: told when a service is away.
        transport: another way to the services than the network.
        renew: what a person can do when a service does not accept the token; empty where tokens are made here.
    """

    urls: Mapping[str, str]
    tokens: Tokens
    patience: float = 60.0
    say: Callable[[str], None] = lambda _: None
    transport: httpx.AsyncBaseTransport | None = None
    renew: str = ""

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(30.0, connect=5.0), trust_env=False, transport=self.transport
        )
        self._held: dict[By, _HeldToken] = {}
        self._signed_in: set[By] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    @property
    def names(self) -> tuple[str, ...]:
        """The services, by name."""
        return tuple(sorted(self.urls))

    async def send(self, do: str, by: By, key: str, body: Mapping[str, Any]) -> Accepted | Refusal:
        """Sends a command once, however often it has to be asked; a refusal is an answer too.

        Raises ServiceAway, and CannotGoOn where the answer is neither.
        """
        service = do.partition(".")[0]
        if service not in self.urls:
            raise CannotGoOn(f"the service {service} does not run in this stack, and {do} is its command")
        answer = await self.ask(service, "POST", f"/commands/{do}", by=by, body=body, key=key)
        return Accepted.model_validate_json(answer.content) if answer.is_success else refusal_of(answer)

    async def sign_in(self, by: By) -> bool:
        """Has People note that somebody signs in, as their pages would; answers whether it was told anything new by it.

        Raises:
            CannotGoOn: People refuses it.
            ServiceAway: People did not answer.
        """
        if "people" not in self.urls or by in self._signed_in:
            return False
        answer = await self.ask("people", "POST", "/sign-in", by=by, body={})
        _must(answer, "people", "/sign-in")
        self._signed_in.add(by)
        return True

    async def progress(self) -> list[Progress]:
        """How far every service has come, by service name. Raises ServiceAway."""
        answers = await asyncio.gather(*(self._done(name, "GET", "/progress") for name in self.names))
        return [Progress.model_validate_json(one.content) for one in answers]

    async def set_clock(self, service: str, now: datetime) -> None:
        """Moves a service's simulated clock forward. Raises CannotGoOn where it has none."""
        body = {"now": now.isoformat().replace("+00:00", "Z")}
        answer = await self.ask(service, "POST", "/operator/clock", by=OPERATOR, body=body)
        if not answer.is_success:
            raise CannotGoOn(
                f"the clock of {service} cannot be moved: {refusal_of(answer).detail} A case is played on a simulated "
                "clock: leave --stack out, or start the stack with `safeguarding up --simulated`"
            )

    async def fire(self, service: str) -> int:
        """Fires the deadlines of a service that are due; answers how many."""
        return int((await self._done(service, "POST", "/operator/timers", {})).json().get("fired", 0))

    async def parked(self, service: str) -> list[ParkedEvent]:
        """What a service could not take in."""
        found = (await self._done(service, "GET", "/operator/parked")).json()
        return [
            ParkedEvent.model_validate(one) for one in (found["items"] if isinstance(found, dict) else found)
        ]

    async def operate(self, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Any other of the operator's requests; its answer."""
        answer = await self._done(service, "POST", path, body)
        found = answer.json() if answer.content else {}
        return found if isinstance(found, dict) else {"items": found}

    async def look(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        """Any other of the operator's looks; its answer."""
        found = (await self._done(service, "GET", path, query=query)).json()
        return found if isinstance(found, dict) else {"items": found}

    async def chronology(self, child: UUID, by: By) -> list[SeenEntry]:
        """One child's chronology as this reader sees it; empty where the reader's agency may not know of any.

        Raises CannotGoOn where the reader is refused otherwise.
        """
        pages = self.pages("chronology", f"/children/{child}/chronology", by, {}, absent=(404,))
        return [SeenEntry.model_validate(one) async for one in pages]

    async def deadlines(self, service: str, child: UUID | None, by: By) -> list[DeadlineRow]:
        """A team's deadlines of one child, or (None) those about no child; none where the service keeps no clocks."""
        query = {"settled": "true"} | ({} if child is None else {"child": str(child)})
        pages = self.pages(service, "/deadlines", by, query, absent=(404,))
        rows = [DeadlineRow.model_validate(one) async for one in pages]
        # Of a child the service answers with those under each id that the child goes by.
        return rows if child is not None else [row for row in rows if row.child is None]

    async def shown(self, service: str, path: str, by: By) -> str:
        """Everything that a reader is shown at an address, page after page, as it stands; empty where nothing is.

        Raises CannotGoOn where the reader is refused.
        """
        texts: list[str] = []
        cursor: str | None = None
        while True:
            answer = await self.ask(service, "GET", path, by=by, query={"cursor": cursor} if cursor else None)
            if answer.status_code == 404:
                return "\n".join(texts)
            _must(answer, service, path)
            texts.append(answer.text)
            cursor = _next(answer)
            if cursor is None:
                return "\n".join(texts)

    async def pages(
        self, service: str, path: str, by: By, query: Mapping[str, str], absent: tuple[int, ...] = ()
    ) -> AsyncIterator[dict[str, Any]]:
        """The items of a listing, page after page; none where the status is one of `absent`."""
        cursor: str | None = None
        while True:
            asked = {**query, "limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
            answer = await self.ask(service, "GET", path, by=by, query=asked)
            if answer.status_code in absent:
                return
            _must(answer, service, path)
            page = answer.json()
            for one in page["items"]:
                yield one
            cursor = page.get("next")
            if not cursor:
                return

    async def _done(
        self,
        service: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        answer = await self.ask(service, method, path, by=OPERATOR, body=body, query=query)
        _must(answer, service, path)
        return answer

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        *,
        by: By,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """One request, asked again while the service is away. Raises ServiceAway."""
        if service not in self.urls:
            raise CannotGoOn(f"there is no service {service} here; there are {', '.join(self.names)}")
        started, pause, why = time.monotonic(), 0.02, ""
        while True:
            headers = {"Authorization": f"Bearer {self._token(by)}"}
            if key is not None:
                headers["Idempotency-Key"] = key
            try:
                answer = await self._client.request(
                    method, self.urls[service] + path, headers=headers, json=body, params=query
                )
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if answer.status_code == httpx.codes.UNAUTHORIZED and self.renew:
                    raise CannotGoOn(
                        f"{service} did not accept the token ({refusal_of(answer).detail}): {self.renew}"
                    )
                if answer.status_code < 500:
                    return answer
                why = str(refusal_of(answer))
            waited = time.monotonic() - started
            if waited > self.patience:
                raise ServiceAway(
                    f"{service} did not answer for {waited:.0f} s ({why}): look at its log and its address, then do it "
                    "again; a play goes on where it stopped, on the same stack"
                )
            if pause >= _LONGEST_PAUSE:
                self.say(f"{service} is away ({why}); waiting")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _token(self, by: By) -> str:
        held = self._held.get(by)
        if held is None or held.until < time.monotonic():
            token = self.tokens.token(
                name=by.name, role=by.role, agency=by.agency, organisation=by.organisation, team=by.team
            )
            held = self._held[by] = _HeldToken(token, time.monotonic() + _TOKEN_SECONDS)
        return held.token


def _next(answer: httpx.Response) -> str | None:
    """The cursor of the page that follows; none after the last, and where the answer is no listing."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    found = answer.json()
    cursor = found.get("next") if isinstance(found, dict) else None
    return cursor if isinstance(cursor, str) else None


def _must(answer: httpx.Response, service: str, path: str) -> None:
    if not answer.is_success:
        raise CannotGoOn(f"{service} refused {path.partition('?')[0]}: {refusal_of(answer)}")
