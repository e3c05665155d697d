"""One request of one person: what a page needs to ask the teams, and to draw its answer."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.domain.actors import Actor
from shared.pages.asked import Asked
from shared.pages.boxes import Boxes
from shared.pages.calls import Away, Calls, Refusal
from shared.pages.drafts import Draft, Drafts
from shared.pages.forms import Field
from shared.pages.provider import Provider
from shared.pages.sessions import Person, Session, Sessions
from shared.pages.templating import Templates
from shared.pages.words import Words, age

_OURS: Final = frozenset({"csrf", "form", "about", "here", "once"})
"""What forms carry beside the answers."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who a list shows: name, and age in words. Without a name it may be withheld, or not for this reader."""

    name: str = field(repr=False)
    age: str = ""


class Forms(Protocol):
    """The forms of commands, as pages ask for them."""

    def has(self, command: str) -> bool:
        """Whether that command has a form."""
        ...

    def fields(self, command: str, people: Sequence[tuple[str, str]] = ()) -> tuple[Field, ...]:
        """The questions of a command."""
        ...

    async def show_own(self, visit: "Visit", asked: Asked) -> Response:
        """The form, with what the person had written by now."""
        ...

    async def send_own(self, visit: "Visit", asked: Asked) -> Response:
        """Send it, or show it again with what is wrong."""
        ...


class Around(Protocol):
    """The site, as its pages know it."""

    words: Words
    templates: Templates
    boxes: Boxes
    drafts: Drafts
    sessions: Sessions
    provider: Provider

    @property
    def forms(self) -> Forms:
        """The forms of commands."""
        ...

    def page(
        self, handler: "Callable[[Visit], Awaitable[Response]]", *, touch: bool = True
    ) -> Callable[[Request], Awaitable[Response]]:
        """A handler, for who is signed in."""
        ...

    def plain(self, template: str, title: str, status: int, **context: Any) -> Response:
        """A page for who is not signed in."""
        ...

    async def actor_of(self, access: str) -> Actor:
        """Who an access token stands for."""
        ...

    def calls_with(self, access: str) -> Calls:
        """Calls with a token that no session holds yet."""
        ...

    def menu_of(self, role: str) -> Sequence[Any]:
        """The menu of a role."""
        ...

    def panels_of(self, role: str) -> "Sequence[Callable[[Visit], Awaitable[Any]]]":
        """The lists on the home page of a role."""
        ...


@dataclass(slots=True)
class Visit:
    """One request of one person who is signed in.

    Attributes:
        site: the site.
        request: as it came.
        session: whose it is.
        person: who is signed in.
        calls: to ask the teams with.
        answers: of a form that was sent.
    """

    site: Around
    request: Request
    session: Session
    person: Person
    calls: Calls
    answers: dict[str, list[str]] = field(default_factory=dict, repr=False)
    began: float = field(default_factory=time.perf_counter)

    @property
    def now(self) -> datetime:
        """Now, as the teams have it: a demonstration runs on a clock of its own."""
        return self.calls.now or datetime.now(UTC)

    @property
    def here(self) -> str:
        """This page's address, without what came back from a form."""
        kept = [
            (name, value)
            for name, value in self.request.query_params.multi_items()
            if name not in _AFTERWARDS
        ]
        return self.request.url.path + (f"?{urlencode(kept)}" if kept else "")

    @property
    def after(self) -> str | None:
        """The position that what was just done has to be shown up to."""
        return self.request.query_params.get("after")

    def asked(self, name: str) -> str:
        """A parameter of the address; empty where there is none."""
        return self.request.query_params.get(name, "")

    def answer(self, name: str) -> str:
        """One answer of the form that was sent; empty where there is none."""
        return (self.answers.get(name) or [""])[0].strip()

    def own_answers(self) -> dict[str, list[str]]:
        """The answers without what the form carries beside them."""
        return {name: given for name, given in self.answers.items() if name not in _OURS}

    async def names(self, ids: Collection[str], for_: str) -> dict[str, Known]:
        """Who these people are; a name that is not to be had leaves its id out. One call, one record of the look."""
        asked = list(dict.fromkeys(each for each in ids if each))
        if not asked or not self.calls.has("people"):
            return {}
        try:
            found = await self.calls.post("people", "/people/names", {"ids": asked[:200], "for": for_})
        except (Refusal, Away):
            return {}
        return {
            each["person"]: Known(each["name"], age(each["age"]) if each["age"] else _unborn(each))
            for each in found["items"]
            if each["name"]
        }

    async def draft(self, form: str, about: str) -> Draft | None:
        """What the person has written in this form by now."""
        return await self.site.drafts.of(self.session.owner, form, about)

    async def keep(self, form: str, about: str, answers: Mapping[str, list[str]]) -> None:
        """Keep what the person has written in this form."""
        await self.site.drafts.keep(self.session.owner, form, about, answers, datetime.now(UTC))

    async def discard(self, form: str, about: str) -> None:
        """The form was sent, or is not wanted."""
        await self.site.drafts.discard(self.session.owner, form, about)

    def render(self, template: str, *, title: str, status: int = 200, **context: Any) -> Response:
        """A page. `title` holds codes alone: a browser keeps the titles of what it has shown."""
        text = self.site.templates.draw(
            template,
            {
                "visit": self,
                "person": self.person,
                "csrf": self.session.csrf,
                "title": title,
                "path": self.request.url.path,
                "menu": self.site.menu_of(self.person.role),
                "done": self._done(),
                "now": self.now,
                **context,
            },
        )
        return HTMLResponse(text, status, headers={"Server-Timing": self._timing()})

    def to(self, path: str, **query: Any) -> Response:
        """On to another page of ours."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        join = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{join}{urlencode(asked)}" if asked else path, 303)

    def _done(self) -> str:
        """What was just done, in words: of a command that has some, and of nothing else that an address says."""
        said = self.site.words.command(self.asked("done"))
        return said.done if said is not None else ""

    def _timing(self) -> str:
        total = 1000 * (time.perf_counter() - self.began)
        return (
            f"total;dur={total:.1f}, apis;dur={1000 * self.calls.seconds:.1f}, "
            f'calls;desc="{self.calls.count}"'
        )


_AFTERWARDS: Final = frozenset({"after", "done"})


def of_ours(path: str, otherwise: str = "/") -> str:
    """A path within these pages, else another: nobody is sent elsewhere by what an address or a form says."""
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and not set(path) & set("\r\n\t\\")
    return path if good else otherwise


def _unborn(each: Mapping[str, Any]) -> str:
    return "not born yet" if each.get("due") else "age not known"
