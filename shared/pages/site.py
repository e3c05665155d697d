"""The pages' process as an application: who is signed in, what they sent, which team's page answers, what is said of errors."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs
from weakref import WeakValueDictionary

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.access.key_sets import KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.access.tokens import TokenVerifier
from shared.infrastructure.logs import error_fields
from shared.infrastructure.postgres import open_pool
from shared.pages import home, live, signing
from shared.pages.boxes import Boxes
from shared.pages.calls import Away, Calls, Refusal, Teams
from shared.pages.drafts import Drafts
from shared.pages.generic import CommandForms, Schemas
from shared.pages.headers import PageHeaders
from shared.pages.provider import Provider, ProviderAway, SignInRefused
from shared.pages.sessions import COOKIE, Session, Sessions
from shared.pages.static_files import StaticFiles
from shared.pages.team import Handler, MenuEntry, TeamPages
from shared.pages.templating import Templates
from shared.pages.visit import Visit, of_ours
from shared.pages.words import Words

log = logging.getLogger(__name__)

MOST_BYTES: Final = 512 * 1024
"""The longest form; a text beyond it is a document."""
_MOST_FIELDS: Final = 2000
_FORGET_EVERY: Final = 600.0  # seconds
OWN_WORDS: Final = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the pages need to run.

    Attributes:
        service: what the council calls them.
        dsn: of their own database role.
        key: 32 bytes, their own: sessions and drafts are sealed with what is made of it.
        teams: base URL of each team's API.
        provider_url: the OpenID provider that people sign in at.
        client: what the pages are called there.
        client_secret: what they prove it with.
        origin: their own address, as browsers see it.
    """

    service: str
    dsn: str
    key: bytes
    teams: dict[str, str]
    provider_url: str
    client: str
    client_secret: str
    origin: str


class Denied(Exception):
    """A form that does not come from a page of ours."""


class Late(Exception):
    """A form that came after its session had ended; what was written is kept."""

    def __init__(self, here: str) -> None:
        super().__init__("late")
        self.here = here


class NotSignedIn(Exception):
    """Nobody is signed in here."""


class Site:
    """The pages of all teams, over one origin."""

    def __init__(
        self, settings: SiteSettings, verifier: TokenVerifier, teams: Sequence[TeamPages], schemas: Schemas
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: where everything is.
            verifier: checks access tokens as the teams do, and says who they stand for.
            teams: each team's pages.
            schemas: of every command that has a form.
        """
        self.settings = settings
        self.verifier = verifier
        self.words = Words([OWN_WORDS, *(each.folder / "words.yaml" for each in teams)])
        self.static = StaticFiles()
        self.templates = Templates(
            {each.team: each.folder / "templates" for each in teams},
            self.words,
            self.static.address,
            settings.service,
        )
        self.forms = CommandForms(schemas, self.words)
        self.team_pages = tuple(teams)
        self.boxes = Boxes(settings.key)
        self.sessions: Sessions
        self.drafts: Drafts
        self.provider: Provider
        self._teams: Teams
        self._renewing: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        """Of each session whose tokens are being renewed; held by the requests that wait for it, and gone with the last."""

    def application(self) -> Starlette:
        """The application; what it stands on is opened and closed with it."""
        return Starlette(
            routes=self._routes(),
            middleware=[Middleware(PageHeaders)],
            lifespan=self._lifespan,
            exception_handlers={404: self._not_there, 405: self._not_there, 500: self._broke},
        )

    def menu_of(self, role: str) -> list[MenuEntry]:
        """The menu of a role."""
        return [entry for team in self.team_pages for entry in team.entries if role in entry.roles]

    def panels_of(self, role: str) -> list[Callable[[Visit], Awaitable[Any]]]:
        """The lists on the home page of a role."""
        return [panel for team in self.team_pages for roles, panel in team.panels if role in roles]

    def _routes(self) -> list[Route]:
        own = [
            self.static.route(),
            Route("/health/ready", _ready),
            Route("/favicon.ico", _no_icon),
            *signing.routes(self),
            Route("/", self.page(home.today)),
            Route("/drafts", self.page(home.autosave, touch=True), methods=["POST"]),
            Route("/drafts/discard", self.page(home.discard), methods=["POST"]),
            Route("/stay", self.page(home.stay), methods=["POST"]),
            Route("/live/{team}/{view}", self.page(live.follow, touch=False)),
            Route("/do/{command}", self.page(self.forms.show), methods=["GET"]),
            Route("/do/{command}", self.page(self.forms.send), methods=["POST"]),
        ]
        teams = [
            Route(page.path, self.page(page.handler), methods=[page.method])
            for team in self.team_pages
            for page in team.addresses
        ]
        return [*own, *teams]

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        pool = await open_pool(self.settings.dsn, "pages", what="pages")
        await pool.execute(Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
        self.sessions, self.drafts = Sessions(pool, self.boxes), Drafts(pool, self.boxes)
        limits = httpx.Timeout(20.0, connect=3.0)
        async with httpx.AsyncClient(timeout=limits, trust_env=False) as http:
            back = f"{self.settings.origin}/sign-in/done"
            self.provider = Provider(
                self.settings.provider_url, self.settings.client, self.settings.client_secret, back, http
            )
            self._teams = Teams(self.settings.teams, http)
            forgetting = asyncio.create_task(self._forget())
            await self.verifier.start()
            try:
                yield
            finally:
                forgetting.cancel()
                await self.verifier.stop()
                await pool.close()

    async def _forget(self) -> None:
        """Delete what has had its time."""
        while True:
            try:
                await self.sessions.forget(datetime.now(UTC))
                await self.drafts.forget(datetime.now(UTC))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("old drafts and sessions could not be deleted", extra=error_fields(error))
            await asyncio.sleep(_FORGET_EVERY)

    def page(self, handler: Handler, *, touch: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """A handler, for who is signed in; every refusal and error is a page too."""

        async def answer(request: Request) -> Response:
            visit: Visit | None = None
            try:
                visit = await self._visit(request, touch=touch)
                return await handler(visit)
            except NotSignedIn:
                if request.method != "GET":
                    return self.plain("signed-out.html", "You are signed out", 401, to="/", kept=False)
                to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(signing.sign_in_address(to), 303)
            except Late as late:
                return self.plain("signed-out.html", "You were signed out", 401, to=late.here, kept=True)
            except Denied:
                return self.plain("problem.html", "This form could not be taken", 403, problem="denied")
            except Refusal as refusal:
                return await self._refused(visit, refusal)
            except (Away, ProviderAway, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                return self.plain("problem.html", "Try again shortly", 503, problem="away")

        return answer

    async def _visit(self, request: Request, *, touch: bool) -> Visit:
        cookie = request.cookies.get(COOKIE, "")
        session = await self.sessions.of(cookie, datetime.now(UTC), touch=touch) if cookie else None
        if session is None:
            raise NotSignedIn
        answers: dict[str, list[str]] = {}
        if request.method == "POST":
            answers = await _answers(request)
            self._see_that_it_is_ours(request, session, answers)
        if session.tokens is not None and session.person is not None:
            session = await self._fresh(session)
        if session.tokens is None or session.person is None:
            if answers:
                raise Late(await self._kept(session, answers))
            raise NotSignedIn
        calls = Calls(self._teams, session.tokens.access)
        return Visit(self, request, session, session.person, calls, answers)

    def _see_that_it_is_ours(self, request: Request, session: Session, answers: dict[str, list[str]]) -> None:
        """A form of another site has neither the word of this session, nor the browser's word that it is ours."""
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin", self.settings.origin)
        given = (answers.get("csrf") or [""])[0]
        if (
            site not in {"same-origin", "none"}
            or origin not in {self.settings.origin, "null"}
            or not compare_digest(given.encode(), session.csrf.encode())
        ):
            raise Denied

    async def _fresh(self, session: Session) -> Session:
        """The session with tokens that still count for a while; without any where the provider gives no more."""
        if not _ends_soon(session):
            return session
        # Several requests of one browser come at once: one of them renews, the others take what it got. A provider that
        # takes each refresh token once would end the session for the second.
        lock = self._renewing.setdefault(session.id, asyncio.Lock())
        async with lock:
            now = await self.sessions.again(session)
            if now is None:
                raise NotSignedIn
            return await self._renewed(now) if _ends_soon(now) else now

    async def _renewed(self, session: Session) -> Session:
        assert session.tokens is not None
        try:
            tokens = await self.provider.renew(session.tokens)
        except SignInRefused:
            await self.sessions.expire(session)
            return Session(session.id, session.owner, session.csrf)
        await self.sessions.renewed(session, tokens)
        return Session(session.id, session.owner, session.csrf, session.person, tokens)

    async def _kept(self, session: Session, answers: dict[str, list[str]]) -> str:
        """Keep what came too late as a draft of whose session it was; answers where its form is."""
        form, about, here = ((answers.get(name) or [""])[0] for name in ("form", "about", "here"))
        if form:
            await self.drafts.keep(session.owner, form, about, _without_proof(answers), datetime.now(UTC))
        return of_ours(here)

    async def actor_of(self, access: str) -> Any:
        """Who an access token stands for, checked as the teams check it. Raises SignInRefused, ProviderAway."""
        try:
            return await self.verifier.actor(access)
        except NotAuthenticated as refusal:
            raise SignInRefused(str(refusal)) from None
        except KeySetUnavailable:
            raise ProviderAway from None

    def calls_with(self, access: str) -> Calls:
        """Calls with a token that no session holds yet."""
        return Calls(self._teams, access)

    def plain(self, template: str, title: str, status: int, **context: Any) -> Response:
        """A page for who is not signed in, or where nothing is known of them."""
        text = self.templates.draw(
            template,
            {"person": None, "title": title, "menu": [], "path": "", "done": "", "csrf": "", **context},
        )
        return HTMLResponse(text, status)

    async def _refused(self, visit: Visit | None, refusal: Refusal) -> Response:
        if refusal.status == 401 and visit is not None:
            await self.sessions.expire(visit.session)
            here = await self._kept(visit.session, visit.answers) if visit.answers else visit.here
            kept = bool(visit.answers.get("form"))
            return self.plain("signed-out.html", "You were signed out", 401, to=here, kept=kept)
        if visit is None or refusal.status == 404:
            return self._nothing(visit)
        if refusal.status >= 500:
            return self.plain("problem.html", "Try again shortly", 503, problem="away")
        return visit.render(
            "refused.html", title="You may not do this", status=refusal.status, refusal=refusal
        )

    def _nothing(self, visit: Visit | None) -> Response:
        """The same words for what is not there and for what is not for this person."""
        if visit is None:
            return self.plain("problem.html", "There is nothing here", 404, problem="nothing")
        return visit.render("problem.html", title="There is nothing here", status=404, problem="nothing")

    async def _not_there(self, _request: Request, _error: Exception) -> Response:
        return self._nothing(None)

    async def _broke(self, _request: Request, error: Exception) -> Response:
        """A mistake of ours: a page with a number to quote; nothing of what was sent is logged."""
        number = secrets.token_hex(4)
        log.error("a page could not be made", extra={**error_fields(error), "reason": f"number {number}"})
        return self.plain("problem.html", "Something went wrong", 500, problem="broke", number=number)


_RENEW_BEFORE: Final = 30.0  # seconds before their end


def _ends_soon(session: Session) -> bool:
    """Whether its token has to be renewed before it is used."""
    return (
        session.tokens is not None and session.tokens.ends_at - datetime.now(UTC).timestamp() < _RENEW_BEFORE
    )


async def _ready(_request: Request) -> Response:
    return Response("ready", media_type="text/plain")


async def _no_icon(_request: Request) -> Response:
    """Browsers ask for one by themselves."""
    return Response(status_code=204)


async def _answers(request: Request) -> dict[str, list[str]]:
    """A form's fields, read no further than a form may be long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Denied
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise Denied from None


def _without_proof(answers: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: given for name, given in answers.items() if name not in {"csrf", "once", "about", "form"}}
