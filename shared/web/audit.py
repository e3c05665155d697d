"""What an auditor asks of every service: one child's events with their proofs, sealed as they are stored."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from shared.audit.checkpoint_tables import NotToBeSigned
from shared.audit.export import NotExportable, export_lines
from shared.web.dependencies import CurrentCheckpoints
from shared.web.problems import conflict
from shared.web.reading import Reader

router = APIRouter(tags=["audit"])


@router.get("/audit/children/{child}", response_class=StreamingResponse)
async def export(child: UUID, reader: Reader, checkpoints: CurrentCheckpoints) -> StreamingResponse:
    """Every event of one child in this service's log, each with its proof: lines of JSON. Sealed parts stay sealed.

    What stands in the log is signed first, so that all of it can be proved. A child that is not known has no events.
    """
    action = f"read:audit:{reader.service}"
    await reader.authorise(action, children=(child,))
    lines = export_lines(checkpoints.tables, child)
    try:
        await checkpoints.make_all()
        first = await anext(lines)  # so that a log that is not what was signed is refused, and not cut short
    except (NotToBeSigned, NotExportable) as error:
        raise conflict(f"{error}. Run `safeguarding verify`, which says where the log was changed") from None
    await reader.record(action, children=(child,))

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for line in lines:
            yield line
            await asyncio.sleep(0)

    return StreamingResponse(all_of_them(), media_type="application/x-ndjson")
