"""Liveness, readiness and metrics of a service's process."""

from typing import Any

from fastapi import APIRouter, Request, Response

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


@health.get("/metrics", dependencies=[allowed("read:progress")])
async def metrics(status: CurrentStatus) -> Response:
    """What the service measures of itself, for Prometheus: counts alone, and names nobody. Needs an operator's token.

    Reckoned at most every two seconds, however often it is asked for.
    """
    return Response(await status.measured(), media_type=CONTENT_TYPE)


@health.get("/health/ready")
async def ready(status: CurrentStatus, store: CurrentStore) -> dict[str, Any]:
    """It can take commands and show what is so: started, its tasks run, its database answers, and no view has stopped:
    behind a stopped deadline board a deadline passes unseen. What hinders it otherwise is said beside: it still takes
    commands while the broker is away, and passes them on afterwards.
    """
    if ended := status.ended():
        raise not_ready(f"ended, so restart this process: {', '.join(ended)}")
    hindrances = await status.hindrances()
    if hindrances.views_stopped:
        raise not_ready(
            f"a view has stopped and shows less than is so: {', '.join(hindrances.views_stopped)}; /progress says at "
            "which event; put the program right and rebuild the view"
        )
    head = await store.head()
    return {"ready": True, "service": store.service, "head": head, **hindrances.as_json()}
