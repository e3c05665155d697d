"""Liveness, readiness and metrics of a service's process."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from shared.service.metrics import CONTENT_TYPE
from shared.service.process import RunningService
from shared.web.dependencies import CurrentStatus, CurrentStore, allowed
from shared.web.problems import not_ready

health = APIRouter(tags=["health"])


@health.get("/health/live")
async def live(request: Request) -> dict[str, bool]:
    """The process answers, and nothing that must run in it has ended. A 503 asks for a restart."""
    running: RunningService | None = request.app.state.running
    if running is not None and (ended := running.status.ended()):
        raise not_ready(f"ended, so restart this process: {', '.join(ended)}")
    return {"live": True}


@health.get("/metrics", dependencies=[allowed("read:progress")], response_class=PlainTextResponse)
async def metrics(status: CurrentStatus) -> Response:
    """What the service measures of itself, for Prometheus: counts alone, and names nobody. Needs an operator's token.

    Reckoned at most every two seconds, however often it is asked for.
    """
    return Response(await status.measured(), media_type=CONTENT_TYPE)


@health.get("/health/ready")
async def ready(status: CurrentStatus, store: CurrentStore) -> dict[str, Any]:
    """It can take commands and show what is so: its tasks run, its database answers, the last append and the last record
    of a look worked, and nothing stands that a person must put right (a view that stopped, a log whose signatures do
    not fit, a reason to take no commands): each is named. What hinders it otherwise is said beside: it still takes
    commands while the broker is away, and passes them on afterwards.
    """
    hindrances = await status.hindrances()
    if hindrances.not_ready:
        raise not_ready("; ".join(hindrances.not_ready.values()))
    head = await store.head()
    return {"ready": True, "service": store.service, "head": head, **hindrances.as_json()}
