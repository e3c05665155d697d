"""Signing in and out: to the provider and back, a new session, its end."""

import base64
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shared.pages.boxes import NotOurs
from shared.pages.calls import Away, Refusal
from shared.pages.provider import Attempt, ProviderAway, SignInRefused
from shared.pages.sessions import COOKIE, LONGEST, Person, owner_of
from shared.pages.visit import Around, Visit, of_ours

ATTEMPT: Final = "__Host-sign-in"
_ATTEMPT_SECONDS: Final = 600
_PURPOSE: Final = "sign-in"


def routes(site: Around) -> list[Route]:
    """The addresses of signing in and out."""

    async def begin(request: Request) -> Response:
        attempt = Attempt.new()
        try:
            there = await site.provider.way_there(attempt)
        except (ProviderAway, SignInRefused):
            return site.plain("problem.html", "You cannot sign in just now", 503, problem="provider")
        answer = RedirectResponse(there, 303)
        remembered = {
            **asdict(attempt),
            "to": of_ours(request.query_params.get("to", "/")),
            "at": datetime.now(UTC).timestamp(),
        }
        sealed = base64.urlsafe_b64encode(site.boxes.seal(_PURPOSE, remembered)).decode()
        _set(answer, ATTEMPT, sealed, _ATTEMPT_SECONDS)
        return answer

    async def done(request: Request) -> Response:
        try:
            attempt, to = _remembered(site, request)
            given, subject = await site.provider.exchange(request.query_params.get("code", ""), attempt)
            actor = await site.actor_of(given.access)
        except SignInRefused:
            return site.plain("problem.html", "You could not be signed in", 403, problem="sign-in")
        except ProviderAway:
            return site.plain("problem.html", "You cannot sign in just now", 503, problem="provider")
        calls = site.calls_with(given.access)
        try:
            await calls.post("people", "/sign-in", {})
        except (Away, Refusal):
            return site.plain("problem.html", "You cannot sign in just now", 503, problem="away")
        person = Person(actor.name, actor.role, actor.agency)
        owner = owner_of(site.provider.issuer, subject, actor.role, actor.agency, actor.organisation)
        cookie = await site.sessions.begin(owner, person, given, datetime.now(UTC))
        answer = RedirectResponse(to, 303)
        _set(answer, COOKIE, cookie, int(LONGEST.total_seconds()))
        _set(answer, ATTEMPT, "", 0)
        return answer

    async def out(visit: Visit) -> Response:
        await site.sessions.end(visit.session)
        way_out = await site.provider.way_out()
        answer = site.plain("signed-off.html", "You have signed out", 200, way_out=way_out)
        _set(answer, COOKIE, "", 0)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    return [
        Route("/sign-in", begin),
        Route("/sign-in/done", done),
        Route("/sign-out", site.page(out), methods=["POST"]),
    ]


def _remembered(site: Around, request: Request) -> tuple[Attempt, str]:
    """What this browser took along to the provider. Raises SignInRefused where this is not its way back."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(ATTEMPT, ""))
        said = site.boxes.open(_PURPOSE, sealed)
    except (NotOurs, ValueError):
        raise SignInRefused("this sign-in was not begun in this browser") from None
    attempt = Attempt(said["state"], said["verifier"], said["nonce"])
    fresh = datetime.now(UTC).timestamp() - said["at"] < _ATTEMPT_SECONDS
    if not fresh or request.query_params.get("state") != attempt.state:
        raise SignInRefused("this is not the way back of this sign-in")
    return attempt, str(said["to"])


def sign_in_address(to: str) -> str:
    """Where to sign in to come back to a page."""
    return f"/sign-in?{urlencode({'to': of_ours(to)})}"


def _set(answer: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads, that no other host is sent, and that no other host could have set."""
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
