"""People over HTTP, beside its commands: one person, one professional, and whose NHS number is still to be found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter

from services.people.streams.professional import LearnProfessional
from services.people.streams.sign_in import NoteSignIn, of_their_own
from services.people.views import people, professionals, relationships, sign_ins
from shared.domain.fields import Professional
from shared.team.tasks import RaiseTask
from shared.web.dependencies import After, OwnCommands, instant
from shared.web.paging import Paging
from shared.web.problems import not_found
from shared.web.reading import Reader

router = APIRouter(tags=["people"])


@router.get("/people/{person}")
async def one_person(person: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Who a person is, and who the people around a child are."""
    await reader.authorise("read:people", children=(person,))
    await reader.caught_up("people", after)
    found = await reader.page(people, order={"person": UUID}, where={"person": person}, limit=1)
    sight = reader.sight([row["person"] for row in found.rows], "people")
    await reader.record("read:people", children=(person,), sight=sight)
    if not found.rows:
        raise not_found("nobody is registered under this id")
    row = found.rows[0]
    related = await reader.page(
        relationships,
        order={"person": UUID, "relation": str},
        where={"child": person},
        limit=200,
    )
    number = {"sealed": row["number_sealed"], "event": row["number_event"] or row["event"]}
    text, later = reader.texts([row, number])
    said = text or {}
    return {
        "person": str(row["person"]),
        "kind": row["kind"],
        "born": said.get("born"),
        "due": said.get("due"),
        "sex": said.get("sex"),
        "looked_after": row["looked_after"],
        "family": str(row["family"]) if row["family"] else None,
        "text": {**text, **(later or {})} if text is not None else None,
        "relations": [
            {
                "person": str(other["person"]),
                "is": other["relation"],
                "parental_responsibility": other["parental_responsibility"],
            }
            for other in related.rows
        ],
    }


@router.get("/professionals/{professional}")
async def one_professional(professional: UUID, reader: Reader) -> dict[str, Any]:
    """The name and agency of a professional."""
    await reader.authorise("read:people")
    await reader.caught_up("professionals", None)
    found = await reader.page(
        professionals, order={"professional": UUID}, where={"professional": professional}, limit=1
    )
    sight = reader.sight([row["professional"] for row in found.rows], "professionals")
    await reader.record("read:people", subject=professional, sight=sight)
    if not found.rows:
        raise not_found("no professional is registered under this id")
    (text,) = reader.texts(found.rows)
    return {"professional": str(professional), "agency": found.rows[0]["agency"], "text": text}


@router.post("/sign-in")
async def sign_in(reader: Reader, give: OwnCommands) -> dict[str, Any]:
    """Somebody signed in: from the first time on they have one id in every team, whatever they are called later.

    Sent by whoever signs people in, at each sign-in. Until then, and until a team has heard of it, what they do stands
    under the id of their sign-in, and is theirs all the same.
    """
    who = reader.who
    if who.sign_in is None or who.only is not None:  # a program is nobody's colleague
        return {"professional": str(who.id), "same_name": False}
    if who.named is not None:
        named = Professional(id=who.named, name=who.name)
        await give(LearnProfessional(about=(named.id,), professional=named, agency=who.agency), uuid4())
        noted = NoteSignIn(subject=who.sign_in, named=named.id, agency=who.agency)
        answer = await give(noted, uuid4())
        await reader.caught_up("sign_ins", answer.position)
    found = await reader.page(sign_ins, order={"subject": UUID}, where={"subject": who.sign_in}, limit=1)
    (row,) = found.rows
    if same_name := row["professional"] == of_their_own(who.sign_in):
        # Each time, and done once: so none is lost where the service stopped in between.
        own = Professional(id=row["professional"], name=who.name)
        await give(LearnProfessional(about=(own.id,), professional=own, agency=who.agency), uuid4())
        ask = RaiseTask(
            role="business_support", reason="same_name", regarding=row["professional"], source=reader.service
        )
        await give(ask, uuid5(who.sign_in, "same name"))
    return {"professional": str(row["professional"]), "same_name": same_name}


@router.get("/worklist")
async def numbers_to_find(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Children whose NHS number is not recorded: who was registered first comes first."""
    order = {"registered_at": datetime, "person": UUID}
    return await reader.listing(
        people,
        order=order,
        where={"wants_number": True},
        asked=asked,
        item=_wants_number,
        child="person",
    )


def _wants_number(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "person": str(row["person"]),
        "registered_at": instant(row["registered_at"]),
        "waits_for": "the NHS number",
        "text": text,
    }
