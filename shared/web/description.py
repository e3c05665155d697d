"""The API's description (OpenAPI 3.1) of a service, for whoever is signed in."""

from typing import Any

from fastapi import APIRouter, Request

from shared.web.dependencies import CurrentActor

router = APIRouter(tags=["description"])


@router.get("/openapi.json", include_in_schema=False)
async def description(request: Request, _who: CurrentActor) -> dict[str, Any]:
    """Every address of this service, what it takes and what it answers."""
    described: dict[str, Any] = request.app.openapi()
    return described
