"""The front door over HTTP, beside its commands: the worklist, the shifts out of hours, the list of the daily meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from services.mash.codes import Potential
from services.mash.kept_from import READING, at_most
from services.mash.meeting_view import decisions
from services.mash.reference import router as reference
from services.mash.rules import RULES
from services.mash.shift_views import shift_contacts, shifts
from services.mash.views import worklist
from shared.domain.code_lists import ReferralSource
from shared.web.dependencies import After, instant
from shared.web.paging import Paging
from shared.web.reading import Reader
from shared.web.rows import SOMETHING, First

router = APIRouter(tags=["mash"])
router.include_router(reference)

WaitsFor = Annotated[
    Literal["decision", "referrer"] | None,
    Query(description="only contacts that wait for a decision, or for the word to the referrer"),
]

NOT_SCREENED_IN_TIME: Final = "unscreened AND received_at < {at}"
"""Received before the working day that runs now, and looked at by nobody (M2)."""


@router.get("/worklist")
async def contacts(
    reader: Reader,
    asked: Paging,
    waits_for: WaitsFor = None,
    potential: Annotated[Potential | None, Query(description="only contacts screened as this")] = None,
    source: Annotated[ReferralSource | None, Query(description="only contacts from there")] = None,
    held: Annotated[bool | None, Query(description="only those held for more information, or not")] = None,
    unscreened: Annotated[bool | None, Query(description="only those nobody has screened, or not")] = None,
    contact: Annotated[
        UUID | None,
        Query(description="only this contact, of each of its children; also when it waits no more"),
    ] = None,
) -> dict[str, Any]:
    """Contacts that wait for a decision, or for the word to the referrer: the most pressing first.

    Before all others stand those that were not screened on the working day they were received (M2), marked. One that is
    restricted says so and no more, but to who decides contacts, the LADO, who is named, and who wrote it down.
    """
    chosen = {"potential": potential, "source": source, "held": held, "unscreened": unscreened}
    where: dict[str, Any] = {
        **({"waits": True} if contact is None else {"contact": contact}),
        **{name: value for name, value in chosen.items() if value is not None},
    }
    if waits_for is not None:
        where["outcome"] = None if waits_for == "decision" else SOMETHING
    if any(value is not None for value in chosen.values()) or waits_for is not None:
        where |= _told_apart(reader)
    return await reader.listing(
        worklist,
        order={"decide_by": datetime, "stream": UUID},
        where=where,
        asked=asked,
        item=_contact,
        instead=at_most(_contact),
        first=First(NOT_SCREENED_IN_TIME, RULES.working_day_began(reader.now())),
    )


@router.get("/worklist/counts")
async def counts(reader: Reader, after: After = None) -> dict[str, Any]:
    """How many contacts wait, by what they may turn out to be, where they came from, and whether anybody has looked at them."""
    by = ("potential", "source", "held", "unscreened")
    return await reader.counts(worklist, where={"waits": True, **_told_apart(reader)}, by=by, after=after)


def _told_apart(reader: Reader) -> dict[str, Any]:
    """Which contacts are chosen among and counted: for who is not shown what is restricted, a filter would tell it."""
    return {} if reader.may(READING) else {"restricted": False}


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
        "waits_for": ("the word to the referrer" if row["outcome"] else "a decision")
        if row["waits"]
        else None,
        "source": row["source"],
        "referrer_agency": row["referrer_agency"],
        "potential": row["potential"],
        "not_screened_in_time": row["stands_first"],
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
