"""The last resort: an error nobody expected answers 500 without a word of it, and is logged without a value in it.

The framework's own last resort raises the error again after answering, and the server then logs it with its message,
which may hold somebody's record.
"""

import logging
import traceback
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class LastResort:
    """Answers 500 for what nobody caught, and logs where it came from without a value in it."""

    def __init__(self, app: ASGIApp, answer: Callable[[], Response]) -> None:
        """Around `app`; `answer` makes the answer of status 500."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log.error("unexpected error: %s", described(error))
            if not started:
                await self._answer()(scope, receive, send)


def described(error: BaseException) -> str:
    """An error for the log: the types of it and its causes, and the places in the code; no message, no value."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 5:
        frames = traceback.extract_tb(cause.__traceback__)[-8:]
        places = " > ".join(
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames
        )
        parts.append(f"{type(cause).__module__}.{type(cause).__qualname__} at {places or 'an unknown place'}")
        cause = cause.__cause__ or cause.__context__
    return "; because of ".join(parts)
