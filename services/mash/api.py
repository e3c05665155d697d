"""The front door over HTTP, beside its commands: the worklist."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.mash.views import worklist
from shared.web.dependencies import instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["mash"])


@router.get("/worklist")
async def contacts(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Contacts that wait for a decision, or for the word to the referrer: the most pressing first."""
    order = {"decide_by": datetime, "stream": UUID}
    return await reader.listing(worklist, order=order, where={"waits": True}, asked=asked, item=_contact)


def _contact(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "contact": str(row["contact"]),
        "child": str(row["child"]),
        "received_at": instant(row["received_at"]),
        "due_at": instant(row["decide_by"]),
        "waits_for": "the word to the referrer" if row["outcome"] else "a decision",
        "source": row["source"],
        "referrer_agency": row["referrer_agency"],
        "potential": row["potential"],
        "held": row["held"],
        "outcome": row["outcome"],
        "text": text,
    }
