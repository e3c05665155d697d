"""The front door over HTTP, beside its commands: the worklist, the shifts out of hours, the list of the daily meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.mash.kept_from import at_most
from services.mash.meeting_view import decisions
from services.mash.shift_views import shift_contacts, shifts
from services.mash.views import worklist
from shared.web.dependencies import instant
from shared.web.paging import Paging
from shared.web.reading import Reader

router = APIRouter(tags=["mash"])


@router.get("/worklist")
async def contacts(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Contacts that wait for a decision, or for the word to the referrer: the most pressing first. One that is restricted says
    so and no more, but to who decides contacts, the LADO, who is named, and who wrote it down.
    """
    order = {"decide_by": datetime, "stream": UUID}
    return await reader.listing(
        worklist,
        order=order,
        where={"waits": True},
        asked=asked,
        item=_contact,
        instead=at_most(_contact),
    )


@router.get("/shifts")
async def waiting_shifts(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Shifts out of hours that wait to be handed over, or to be accepted (M19): the most pressing first."""
    order = {"hand_over_by": datetime, "shift": UUID}
    return await reader.listing(
        shifts, order=order, where={"waits": True}, asked=asked, item=_shift, child=None
    )


@router.get("/shifts/{shift}")
async def one_shift(shift: UUID, reader: Reader, asked: Paging) -> dict[str, Any]:
    """One shift and its handover, accepted or not; an empty page where no shift has this id."""
    order = {"hand_over_by": datetime, "shift": UUID}
    return await reader.listing(
        shifts, order=order, where={"shift": shift}, asked=asked, item=_shift, child=None
    )


@router.get("/shifts/{shift}/contacts")
async def contacts_of_shift(shift: UUID, reader: Reader, asked: Paging) -> dict[str, Any]:
    """What came in during one shift, also what its handover does not name: the first received first."""
    order = {"received_at": datetime, "stream": UUID}
    return await reader.listing(
        shift_contacts,
        order=order,
        where={"shift": shift},
        asked=asked,
        item=_shift_contact,
        instead=at_most(_shift_contact),
    )


@router.get("/daily-meeting")
async def decisions_since_the_last_meeting(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Decisions that no daily meeting has looked at yet (M17): the first decided first."""
    order = {"decided_at": datetime, "stream": UUID}
    return await reader.listing(
        decisions,
        order=order,
        where={"waits": True},
        asked=asked,
        item=_decision,
        action="read:daily_meeting:mash",
    )


def _contact(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "contact": str(row["contact"]),
        "child": str(row["child"]) if row["child"] else None,
        "children_said": row["said"],
        "received_at": instant(row["received_at"]),
        "due_at": instant(row["decide_by"]),
        "waits_for": "the word to the referrer" if row["outcome"] else "a decision",
        "source": row["source"],
        "referrer_agency": row["referrer_agency"],
        "potential": row["potential"],
        "held": row["held"],
        "outcome": row["outcome"],
        "restricted": row["restricted"],
        "text": text,
    }


def _shift(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    handed_over, accepted = row["handed_over_at"], row["accepted_at"]
    return {
        "shift": str(row["shift"]),
        "since": instant(row["since"]),
        "until": instant(row["until"]),
        "due_at": instant(row["hand_over_by"]),
        "waits_for": None if accepted else "acceptance" if handed_over else "a handover",
        "handed_over_at": instant(handed_over) if handed_over else None,
        "accepted_at": instant(accepted) if accepted else None,
        "contacts": [str(each) for each in row["handed_over"] or ()],
        "text": text if handed_over else None,
    }


def _shift_contact(row: Mapping[str, Any], _text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "contact": str(row["contact"]),
        "child": str(row["child"]) if row["child"] else None,
        "received_at": instant(row["received_at"]),
        "source": row["source"],
        "note_on_open_case": row["note"],
        "potential": row["potential"],
        "immediate_harm": row["harm"],
        "held": row["held"],
        "decided": row["decided"],
        "restricted": row["restricted"],
    }


def _decision(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "contact": str(row["contact"]),
        "child": str(row["child"]) if row["child"] else None,
        "decided_at": instant(row["decided_at"]),
        "outcome": row["outcome"],
        "level": row["level"],
        "text": text,
    }
