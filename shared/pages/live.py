"""What tells an open page that its list has changed: the team's own stream, handed on."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

from starlette.responses import Response, StreamingResponse

from shared.pages.calls import Away
from shared.pages.visit import Visit

_VIEW: Final = re.compile(r"[a-z][a-z_]{0,40}")


async def follow(visit: Visit) -> Response:
    """Hands a team's stream of changes on. It says positions and nothing else, and ends with the token or the process."""
    team, view = visit.request.path_params["team"], visit.request.path_params["view"]
    if not visit.calls.has(team) or not _VIEW.fullmatch(view):
        return Response(status_code=404)
    stack = AsyncExitStack()
    chunks = await stack.enter_async_context(visit.calls.stream(team, f"/live/{view}", after=visit.after))

    async def told() -> AsyncIterator[bytes]:
        async with stack:
            try:
                async for chunk in chunks:
                    yield chunk
            except Away:
                return

    return StreamingResponse(told(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
