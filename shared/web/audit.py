"""What an auditor asks of every service for a bundle: one child's events with proofs, and what it keeps of the others.

A service behind a wall refuses, and signs that it withholds: so nobody can leave another service out and say that it did.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.audit import attestation
from shared.audit.attestation import BundleRequest
from shared.audit.bundle import NotExportable, bundle_lines, kept_lines
from shared.audit.checkpoint_tables import NotToBeSigned
from shared.audit.checkpointer import Checkpoints
from shared.audit.disclosure import decision_of, never_shown, words_of
from shared.crypto.sealed_blob import SealedTogether
from shared.domain.code_lists import LawfulBasis
from shared.domain.command import public_name
from shared.team.authorisation import Forbidden
from shared.team.sharing import RecordDisclosureDecision
from shared.web.dependencies import CurrentCheckpoints
from shared.web.problems import conflict, refused
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["audit"])


MOST_POSITIONS: Final = 10_000
"""Most positions of one service about which another is asked at once."""


_LINES: Final = "application/x-ndjson"


class KeptRequest(BaseModel):
    """Whose checkpoints are asked for: those over these positions of each service's log."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    export: UUID
    positions: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,62}$")],
        Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(max_length=MOST_POSITIONS)],
    ]


class Disclosure(BaseModel):
    """The step whose words are to be opened: the id of the command that recorded them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    step: UUID


@router.get("/audit/children/{child}", response_class=StreamingResponse)
async def export(
    child: UUID,
    reader: Reader,
    checkpoints: CurrentCheckpoints,
    export: Annotated[UUID | None, Query(description="the bundle's id, the same for every service")] = None,
    basis: Annotated[LawfulBasis, Query(description="why it is made")] = LawfulBasis.PUBLIC_TASK,
) -> StreamingResponse:
    """Every event of one child in this service's log, each with its proof, who looked at the child here, and what the
    service signs about all of it: lines of JSON. Sealed parts stay sealed.

    What stands in the log is signed first, so that all of it can be proved. A child that is not known has no events.
    """
    ids = await reader.ids_of(child)
    asked = BundleRequest(export or uuid4(), child, ids, reader.who.id, reader.who.role, basis.value)
    action = f"read:audit:{reader.service}"
    await _allowed(reader, action, checkpoints, asked)
    try:
        await checkpoints.make_all()
        await reader.record(action, children=ids)
        lines = bundle_lines(checkpoints.tables, asked, checkpoints.services, checkpoints.attest)
        first = await anext(lines)  # so that a log that is not what was signed is refused, and not cut short
    except (NotToBeSigned, NotExportable) as error:
        raise conflict(f"{error}. Run safeguarding verify, which says where the log was changed") from None
    return StreamingResponse(_after(first, lines), media_type=_LINES)


@router.post("/audit/kept-checkpoints", response_class=StreamingResponse)
async def kept_checkpoints(
    asked: KeptRequest, reader: Reader, checkpoints: CurrentCheckpoints
) -> StreamingResponse:
    """The copies of other services' checkpoints that this one keeps over some positions, and what it signs about them."""
    action = f"read:audit:{reader.service}"
    await reader.authorise(action)
    await reader.record(action)
    lines = kept_lines(checkpoints.tables, asked.export, asked.positions, checkpoints.attest)
    return StreamingResponse(_after(await anext(lines), lines), media_type=_LINES)


@router.post("/audit/children/{child}/disclosed")
async def disclosed(child: UUID, asked: Disclosure, reader: Reader) -> dict[str, Any]:
    """The keys that open the words of one step, and of nothing else: for a bundle, where its team decided to share it.

    For who reads the team's list and texts, and may decide on sharing: an auditor reads words and hands none on. Each
    event is recorded as read.
    """
    ids = await reader.ids_of(child)
    decide = public_name(reader.service, RecordDisclosureDecision)
    for action in ("read:worklist", "read:text", decide):
        await reader.authorise(action, children=ids)
    decision = await reader.query(decision_of, reader.service, ids, asked.step)
    if decision is None:
        raise refused(
            ("E5",),
            "No decision of this team to share this step whole stands in the record.",
            by_role=False,
            what_to_do=f"Record one ({decide}), with its lawful basis, and ask again.",
        )
    rows = await reader.query(words_of, reader.service, ids, asked.step)
    try:
        keys = reader.event_keys(rows)
    except SealedTogether:
        raise conflict(
            "these words were sealed together with all others of the child, and open with them"
        ) from None
    texts = reader.texts(rows)
    if not rows or None in keys:
        raise conflict("there are no words to open: none were recorded, or they were erased")
    if any(row["sensitivity"] == "sealed" for row in rows) or any(map(never_shown, texts)):
        raise refused(
            (),
            "These words hold what may stand in no export: who told the council, or what social care alone may see.",
            by_role=False,
            what_to_do="Give a copy without that, by RecordCopyGiven.",
        )
    for row in rows:
        await reader.record("read:text", children=ids, subject=row["event"])
    found = [
        {"service": reader.service, "position": row["position"], "key": key.hex()}
        for row, key in zip(rows, keys, strict=True)
        if key is not None
    ]
    return {"decision": decision, "items": found}


async def _allowed(reader: Reading, action: str, checkpoints: Checkpoints, asked: BundleRequest) -> None:
    """Refuse who may not; before a wall, with what the service signs about that."""
    try:
        await reader.authorise(action, children=asked.ids)
    except Forbidden as error:
        rule = reader.wall_before(action)
        if rule is None:
            raise
        said = attestation.withheld(reader.service, checkpoints.services, asked, rule, datetime.now(UTC))
        problem = refused(error.rules, error.message, by_role=True)
        problem.extra["withheld"] = checkpoints.attest(said)
        raise problem from None


async def _after(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for line in lines:
        yield line
        await asyncio.sleep(0)
