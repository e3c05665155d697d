"""Answers 500 to an error nobody expected, without a word of it, and logs its kind and place without a value in it.

The framework's own last resort raises the error again after answering, and the server then logs it with its message,
which may hold somebody's record.
"""

import logging
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.infrastructure.logs import error_fields

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
            log.error("unexpected error", extra=error_fields(error))
            if not started:
                await self._answer()(scope, receive, send)
