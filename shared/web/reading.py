"""Reading over HTTP: one request's access decision, read record, rows and texts, in the one order that is right.

An endpoint that shows records depends on a `Reader` and on nothing else: so no endpoint can show a text that the policy
withholds, or a record whose reading was not written down, by reaching for the pool or the keys itself.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import asyncpg
import orjson
from fastapi import Depends, Header
from pydantic import StringConstraints

from shared.access.access_row import Sight
from shared.access.decision import Decision
from shared.commands.aliases import SamePerson, same_people
from shared.domain.access_facts import NOTHING, Facts
from shared.domain.actors import Actor, organisation_id
from shared.domain.corrections import said_last
from shared.domain.rules import Rule
from shared.domain.view import View
from shared.projections.walls import reading_as
from shared.projections.words import OpenedWords
from shared.service.process import RunningService
from shared.web.dependencies import CurrentActor, Running, authorise, may, record, within_the_log
from shared.web.field_errors import WrongField
from shared.web.paging import Asked, page_of
from shared.web.problems import invalid, not_ready
from shared.web.rows import First, Page, Where, fetch_counts, fetch_page

_P = ParamSpec("_P")
_R = TypeVar("_R")

MOST_CHILDREN: Final = 500
"""Children allocated to one person of whom lists are made: many times what anybody works with."""

Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_/]{0,59}$")]
"""For which page or list something is read, as a code (`mash/worklist`): it is kept with the look, and names nobody."""

ReadingFor = Annotated[
    Purpose | None,
    Header(
        description="the page or list it is read for, as `mash/worklist`: kept with the record of the look"
    ),
]


class Reading:
    """What one person reads in one request."""

    def __init__(self, running: RunningService, who: Actor, reading_for: str | None = None) -> None:
        """`reading_for`: the page or list it is read for, where who asks says so."""
        self._running = running
        self.who = who
        self._reading_for = reading_for
        self._decided: dict[str, Decision] = {}
        self._known: dict[str, int] = {}

    @property
    def service(self) -> str:
        """The name of the service that is read."""
        return self._running.service.name

    def now(self) -> datetime:
        """The present instant (UTC), by the service's clock."""
        return self._running.clock.now()

    def rules(self) -> dict[str, Rule]:
        """The rules of the service by id: of several rows of one rule the last."""
        return {rule.id: rule for rule in self._running.service.rules.rules}

    def own_ids(self) -> list[UUID]:
        """The ids under which work may be allocated to the reader: for lists of what is theirs, which allow nothing.

        Before People has said who signed in, that is whoever has the name.
        """
        return [one for one in (self.who.id, self.who.sign_in, self.who.named) if one is not None]

    async def own_children(self) -> list[UUID]:
        """The children who are allocated to the reader in this team.

        Raises:
            Problem: 422 where the team allocates nobody.
        """
        allocated = self._running.service.allocated
        if allocated is None:
            raise invalid(WrongField("mine", "nobody is allocated to a child in this team: leave this out"))
        rows = await self._running.pool.fetch(
            f"SELECT DISTINCT child FROM {allocated.table(self.service)} WHERE worker = ANY($1) "
            "ORDER BY child LIMIT $2",
            self.own_ids(),
            MOST_CHILDREN,
        )
        return [row["child"] for row in rows]

    def may(self, action: str, facts: Facts = NOTHING) -> bool:
        """Whether the policy allows it where these facts are so; where it decides what is shown, and refuses nothing."""
        return may(self._running, self.who, action, facts)

    async def same_people(self, people: Iterable[UUID]) -> dict[UUID, SamePerson]:
        """Each of these people under all ids they go by."""
        handler = self._running.handler
        return await same_people(handler.aliases, people, handler.reader(fresh=True))

    async def ids_of(self, person: UUID) -> tuple[UUID, ...]:
        """All ids that a person goes by, the kept one first: whoever asks for one is shown, and recorded as having seen,
        what stands under each.
        """
        return (await self.same_people([person]))[person].ids

    async def authorise(
        self, action: str, *, children: tuple[UUID, ...] = (), facts: Facts = NOTHING
    ) -> None:
        """Refuse, and record the refused attempt, where the policy does not allow the reading. Raises Forbidden.

        Args:
            action: the reading.
            children: whose records are asked for.
            facts: what is so of the reader and these records.
        """
        self._decided[action] = await authorise(
            self._running, self.who, action, children=children, facts=facts
        )

    async def record(
        self,
        action: str,
        *,
        children: tuple[UUID, ...] = (),
        subject: UUID | None = None,
        sight: Sight | None = None,
        why: str | None = None,
    ) -> None:
        """Record the reading, with what allowed it and what it shows, durably: before anything is shown (E4).

        Args:
            action: the reading, which `authorise` was asked for.
            children: whose records are shown, or were asked for.
            subject: the thing, where it is about one.
            sight: what is shown, as `sight` has it.
            why: the page or list it is for, where the request's body says so, and not its header.
        """
        await record(
            self._running,
            self.who,
            action,
            children=children,
            subject=subject,
            decision=self._decided.get(action),
            sight=sight,
            why=why or self._reading_for,
        )

    def sight(
        self, ids: Sequence[UUID], view: str | None = None, *, lens: tuple[str, ...] | None = None
    ) -> Sight:
        """What a reading shows: these records, as a view has them now.

        Args:
            ids: of the records shown, in their order.
            view: whose position says as of when they are known: where `caught_up` found it, so that all up to there is in
                what is shown. None: of no one view.
            lens: through whose eyes; None: of the reader's own agency and organisation.
        """
        own = (self.who.agency, *([self.who.organisation] if self.who.organisation else []))
        known = self._known.get(view) if view is not None else None
        return Sight(len(ids), own if lens is None else lens, known, ids[0] if ids else None)

    def position(self, view: str) -> int | None:
        """Up to which position of the log what is shown of a view is, where `caught_up` found it."""
        return self._known.get(view)

    def reached(self, view: str) -> int:
        """How far a view has come, and what is read of it now is at least; kept as the position of what is shown of it."""
        self._known[view] = self._running.views.reached(view)
        return self._known[view]

    def wall_before(self, action: str) -> str | None:
        """The rule of the wall that keeps the reader out, where one does: it stands alone in a refusal."""
        verdict = self._running.access.may(self.who, action)
        return verdict.rules[0] if not verdict.allowed and verdict.alone else None

    async def caught_up(self, view: str, after: int | None) -> None:
        """Read-your-writes: wait up to 2 s until a view has followed to `after`.

        Raises:
            Problem: 422 where the log itself has not come so far, for no wait would help; 503 where the view has not
                come to it in time.
        """
        views = self._running.views
        if after is not None and views.reached(view) < after:
            await within_the_log(self._running.store, after)
            if not await views.wait_for(view, after):
                position, _ = (await views.positions())[view]
                raise not_ready(
                    f"the {view} is at position {position} and has not come to {after} yet; read it again"
                )
        self._known[view] = views.reached(view)

    async def within_the_log(self, after: int | None) -> None:
        """For what is read of the log itself, or of the record of who looked: there is no view to wait for.

        Raises:
            Problem: 422 where the log has not come to this position.
        """
        if after is not None:
            await within_the_log(self._running.store, after)

    async def query(
        self,
        ask: Callable[Concatenate[asyncpg.Pool, _P], Awaitable[_R]],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _R:
        """The answer of a team's own query, which takes the service's pool before what it is given here."""
        return await ask(self._running.pool, *args, **kwargs)

    async def query_as(
        self,
        who: Mapping[str, str],
        ask: Callable[Concatenate[asyncpg.Connection, _P], Awaitable[_R]],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _R:
        """The answer of a team's own query of views with a wall: asked as the reader's login, in a transaction in which
        the database knows who reads, as `who` has it for the walls. The query takes the connection first.
        """
        pool = self._running.reader_pool
        if pool is None:
            raise TypeError(f"no view of {self.service} has a wall: use `query`")
        async with reading_as(pool, who) as connection:
            return await ask(connection, *args, **kwargs)

    async def query_tables(
        self,
        ask: Callable[Concatenate[asyncpg.Pool, _P], Awaitable[_R]],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _R:
        """The answer of a question asked as the role that owns the read tables, past their walls: to hold them against the
        log. Nothing of a row may be shown but its ids.
        """
        return await ask(self._running.views_pool, *args, **kwargs)

    async def page(
        self,
        view: View[Any],
        *,
        order: Mapping[str, type],
        where: Where | None = None,
        first: First | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of a view, as `fetch_page`. The access decision and the record of the reading are the caller's."""
        return await fetch_page(
            self._running.pool,
            view.table(self.service),
            order=order,
            where=where,
            first=first,
            cursor=cursor,
            limit=limit,
        )

    def texts(
        self, rows: Iterable[Mapping[str, Any]], *, by: str = "read:text"
    ) -> list[dict[str, Any] | None]:
        """The sealed text of each row (columns `sealed` and `event`, the one it was sealed for), for a reader who may
        read texts; of what was corrected the right one.

        None: the reader may not, there is none, or its subject was erased. The access decision and the record of the
        reading come before this.

        Args:
            rows: in their order.
            by: the reading that opens words; another than that of texts only where it is made for them, as a feed is.
        """
        blobs = [(row["sealed"], row["event"]) for row in rows]
        if not self.may(by):
            return [None] * len(blobs)
        opened = self._running.keys.open_many(blobs)
        return [dict(said_last(orjson.loads(plain))) if plain is not None else None for plain in opened]

    def digest(self, text: str) -> UUID:
        """The keyed digest of a text, as views that read words store it: what is looked up by it stands in no question."""
        return OpenedWords(self._running.keys).digest(text)

    def organisation_id(self, name: str) -> str:
        """The id under which an organisation of this name is kept, which says nothing of it."""
        return organisation_id(self._running.names_key, name)

    def event_keys(self, rows: Iterable[Mapping[str, Any]]) -> list[bytes | None]:
        """The key that opens the words of each row and of no other (columns as of `texts`), to disclose them.

        None: the reader may not read texts, or the subject was erased. What comes before `texts` comes before this.

        Raises:
            SealedTogether: some words were sealed before events had keys of their own.
        """
        if not self.may("read:text"):
            return [None for _ in rows]
        return [self._running.keys.disclose(row["sealed"], row["event"]) for row in rows]

    async def listing(
        self,
        view: View[Any],
        *,
        order: Mapping[str, type],
        where: Where | None,
        asked: Asked,
        item: Callable[[Mapping[str, Any], dict[str, Any] | None], dict[str, Any]],
        child: str | None = "child",
        action: str = "read:worklist",
        instead: Callable[["Reading", Mapping[str, Any]], dict[str, Any] | None] | None = None,
        first: First | None = None,
    ) -> dict[str, Any]:
        """A page of a team's list, in the one order in which it may be made: the access decision, the rows, the record
        of the reading, and only then the texts.

        Args:
            view: whose rows.
            order: as of `fetch_page`.
            where: as of `fetch_page`.
            asked: cursor, limit and position of the request.
            item: a row and its opened text (None where the reader may not see it), as the answer shows it.
            child: the column that says whose record a row is of; None: the rows are about nobody.
            action: the reading, where it is one of its own.
            instead: what is shown of a row that is kept from this reader, whose words stay sealed; None: it is not kept.
            first: as of `fetch_page`.
        """
        await self.authorise(action)
        await self.caught_up(view.name, asked.after)
        found = await self.page(
            view, order=order, where=where, first=first, cursor=asked.cursor, limit=asked.limit
        )
        # The last column of an order tells rows apart: it is what the row is of.
        ids = [row[[*order][-1]] for row in found.rows]
        await self.record(
            action,
            children=tuple({row[child] for row in found.rows if row[child]}) if child else (),
            sight=self.sight(ids, view.name),
        )
        kept = [None if instead is None else instead(self, row) for row in found.rows]
        rows = [row for row, other in zip(found.rows, kept, strict=True) if other is None]
        texts: Sequence[dict[str, Any] | None] = (
            self.texts(rows) if "sealed" in view.columns else [None] * len(rows)
        )
        shown = iter([item(row, text) for row, text in zip(rows, texts, strict=True)])
        items = [next(shown) if other is None else other for other in kept]
        return page_of(items, found.next, self._known[view.name])

    async def counts(
        self, view: View[Any], *, where: Where | None, by: Sequence[str], after: int | None
    ) -> dict[str, Any]:
        """How many rows a list has, in all and by some columns. It tells of no child, so it is no look at one: the access
        decision is made, and nothing recorded but a refusal.

        Args:
            view: whose rows.
            where: as of `fetch_page`.
            by: the columns.
            after: the position up to which the view is to have come.
        """
        await self.authorise("read:worklist")
        await self.caught_up(view.name, after)
        return await fetch_counts(self._running.pool, view.table(self.service), where=where, by=by)


async def _reading(running: Running, who: CurrentActor, reading_for: ReadingFor = None) -> Reading:
    return Reading(running, who, reading_for)


Reader = Annotated[Reading, Depends(_reading)]
"""The reading of the person who asks; the request is refused where nobody is signed in."""
