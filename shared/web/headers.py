"""Puts on every answer the headers that keep it out of caches, of other pages and of a browser's guesses (ASVS 14.4).

An answer may be somebody's record: a shared computer's browser, and a proxy on the way, must keep no copy of it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ON_EVERY_ANSWER: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    # Half a year, as ASVS asks at least; a browser heeds it only where TLS is ended before us.
    (b"strict-transport-security", b"max-age=15724800"),
)
"""No copies kept, no type guessed, nothing run or framed, no address passed on (it may name a child), TLS again."""


SIMULATED_NOW: Final = b"safeguarding-now"
"""Says what time it is where the clock is simulated: a page that showed the machine's would be wrong about every clock."""


def _never_simulated() -> datetime | None:
    return None


class SafeHeaders:
    """Adds the headers to every answer, problems and the last resort's among them."""

    def __init__(self, app: ASGIApp, simulated_now: Callable[[], datetime | None] = _never_simulated) -> None:
        """Around `app`: put it outermost. `simulated_now`: the instant by a simulated clock, None by the real one."""
        self._app = app
        self._simulated_now = simulated_now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [*message.get("headers", ())]
                said = {name for name, _ in own}
                message["headers"] = own + [each for each in ON_EVERY_ANSWER if each[0] not in said]
                if (now := self._simulated_now()) is not None:
                    message["headers"].append((SIMULATED_NOW, now.isoformat().encode()))
            await send(message)

        await self._app(scope, receive, with_headers)
