"""Lists that say when they have changed: one stream of server-sent events for each, with positions and nothing else.

A page holds the stream open beside its list, and tells its reader that there is something new; what it is, they read from
the list, where it is decided and recorded as ever. Nothing is asked for again and again: the follower of the log says when
it has changed a view.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.projections.deadline_board import NAME as DEADLINES
from shared.projections.views import Views
from shared.web.dependencies import MOST_POSITION, After, CurrentViews, TokenEnd
from shared.web.problems import not_found, too_many
from shared.web.reading import Reader

router = APIRouter(tags=["live"])

MEDIA_TYPE: Final = "text/event-stream"

MOST_STREAMS: Final = 12
"""Streams of one person that one process holds open: a handful of lists in two browsers. One more is refused."""
HEARTBEAT: Final = 15.0
"""Seconds after which a word is sent that says nothing, so that no proxy on the way takes the stream for dead."""
AGAIN: Final = 3000
"""Milliseconds after which a browser asks again for a stream that ended."""


class Streams:
    """The streams that one process holds open, by person; all of them end with it."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()
        self._ended = asyncio.Event()

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    def end(self) -> None:
        """End all of them, and take no more: the process stops."""
        self._ended.set()

    @contextmanager
    def one(self, person: UUID) -> Iterator[asyncio.Event]:
        """One stream of a person, as long as it is held; the event says that the process ends.

        Raises:
            Problem: 429 where the person holds as many as one may.
        """
        if self._open[person] >= MOST_STREAMS:
            raise too_many(
                f"you follow {MOST_STREAMS} lists already",
                "Close a page that follows a list, and open this one again.",
            )
        self._open[person] += 1
        try:
            yield self._ended
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]


@router.get("/live/{view}", response_class=StreamingResponse)
async def live(
    view: str,
    request: Request,
    reader: Reader,
    views: CurrentViews,
    ends_at: TokenEnd,
    after: After = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MOST_POSITION)] = None,
) -> StreamingResponse:
    """Tells that a list has changed, as long as the stream is held: server-sent events, each with the position (`id`, and
    `data`) up to which the list was changed, and nothing else.

    With `after`, the position that a page of the list was read at, it also tells of what changed between that and now; a
    browser that comes back says by itself where it was. The stream ends with the token, and when the service stops.
    """
    if view not in views.names:
        raise not_found("this team has no list of that name")
    action = "read:deadlines" if view == DEADLINES else "read:worklist"
    await reader.authorise(action)
    streams: Streams = request.app.state.streams
    # Taken before it is recorded, and given back with the answer: so a refusal can still be answered.
    held = streams.one(reader.who.id)
    ended = held.__enter__()
    try:
        await reader.record(action, why=f"live/{view}")
    except BaseException:
        held.__exit__(None, None, None)
        raise
    since = max((one for one in (after, last_event_id) if one is not None), default=views.changed(view))
    return _Held(held, events(views, view, since, ends_at - time.time(), ended))


class _Held(StreamingResponse):
    """A stream that holds its person's place until it is over, however it ends."""

    def __init__(self, held: AbstractContextManager[asyncio.Event], told: AsyncIterator[str]) -> None:
        super().__init__(told, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._held.__exit__(None, None, None)


async def events(
    views: Views,
    view: str,
    since: int,
    seconds: float,
    ended: asyncio.Event,
    *,
    heartbeat: float = HEARTBEAT,
) -> AsyncIterator[str]:
    """The events of one stream, as they are sent.

    Several changes while the one before was on its way are told as one, the last: the list is read anew all the same.

    Args:
        views: of the service.
        view: the list's.
        since: the position that is known already.
        seconds: for how long it may be held.
        ended: set when the process ends.
        heartbeat: seconds after which a word is sent that says nothing.
    """
    until = asyncio.get_running_loop().time() + seconds
    yield f"retry: {AGAIN}\n\n"
    stop = asyncio.create_task(ended.wait())
    try:
        while not ended.is_set() and (left := until - asyncio.get_running_loop().time()) > 0:
            change = asyncio.create_task(views.change_after(view, since))
            try:
                await asyncio.wait(
                    (change, stop), timeout=min(left, heartbeat), return_when=asyncio.FIRST_COMPLETED
                )
                if change.done():
                    since = change.result()
                    yield f"id: {since}\ndata: {since}\n\n"
                elif not stop.done():
                    yield ": nothing new\n\n"
            finally:
                change.cancel()
    finally:
        stop.cancel()
