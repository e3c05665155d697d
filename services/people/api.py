"""People over HTTP, beside its commands: one person, one professional, and whose NHS number is still to be found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter

from services.people.access_requests import router as access_requests
from services.people.names import router as names
from services.people.retention import router as retention
from services.people.search import router as search
from services.people.streams.professional import LearnProfessional
from services.people.streams.sign_in import NoteSignIn, of_their_own
from services.people.surnames import router as surnames
from services.people.views import facts, merges, people, professionals, relationships, sign_ins
from shared.domain.fields import Professional
from shared.domain.view import View
from shared.team.tasks import RaiseTask
from shared.web.dependencies import After, OwnCommands, instant
from shared.web.paging import Paging
from shared.web.problems import not_found
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["people"])
router.include_router(names)
router.include_router(search)
router.include_router(surnames)
router.include_router(retention)
router.include_router(access_requests)

MOST_FACTS: Final = 200
"""Facts of one person that are shown together; of more, the first are."""
_OF_WHO: Final = frozenset({"corrected", "upn", "born"})
"""What says who a person is, and so stands with the names; the others say how they lived."""


@router.get("/people/{person}")
async def one_person(person: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """Who a person is, and who the people around a child are. Of merged records all are shown, whichever was asked for:
    who they are by the one that was kept, and how they lived by each.
    """
    ids = await reader.ids_of(person)
    await reader.authorise("read:people", children=ids)
    for view in ("people", "merges"):
        await reader.caught_up(view, after)
    rows = [row for each in ids for row in await _rows(reader, people, each)]
    sight = reader.sight([row["person"] for row in rows], "people")
    await reader.record("read:people", children=ids, sight=sight)
    if not rows:
        raise not_found("nobody is registered under this id")
    kept, *others = [await _one_record(reader, row) for row in rows]
    facts_of_all = [fact for each in (kept, *others) for fact in each["facts"]]
    relations = [relation for each in (kept, *others) for relation in each["relations"]]
    return {
        **kept,
        "looked_after": any(each["looked_after"] for each in (kept, *others)),
        "facts": sorted(facts_of_all, key=lambda fact: fact["happened_at"])[:MOST_FACTS],
        "relations": [each for n, each in enumerate(relations) if each not in relations[:n]],
        "merged": [
            await _merged(reader, {name: each[name] for name in ("person", "born", "due", "sex", "text")})
            for each in others
        ],
    }


async def _merged(reader: Reading, other: dict[str, Any]) -> dict[str, Any]:
    """Another record of the same person, and how it was merged."""
    merge = next(iter(await _rows(reader, merges, UUID(other["person"]))), None)
    if merge is None:  # the view has not come to it: the record of the person says that it is so
        return other
    return {
        **other,
        "merge": str(merge["merge"]),
        "reasons": merge["reasons"],
        "merged_at": instant(merge["merged_at"]),
    }


async def _rows(reader: Reading, view: View[Any], person: UUID) -> Sequence[Mapping[str, Any]]:
    """The row of one person, if there is one."""
    return (await reader.page(view, order={"person": UUID}, where={"person": person}, limit=1)).rows


async def _one_record(reader: Reading, row: Mapping[str, Any]) -> dict[str, Any]:
    """What stands under one id."""
    person = row["person"]
    related = await reader.page(
        relationships,
        order={"person": UUID, "relation": str},
        where={"child": person},
        limit=200,
    )
    since = await reader.page(
        facts, order={"recorded_at": datetime, "event": UUID}, where={"person": person}, limit=MOST_FACTS
    )
    number = {"sealed": row["number_sealed"], "event": row["number_event"] or row["event"]}
    text, later, *texts = reader.texts([row, number, *since.rows])
    known = list(zip(since.rows, texts, strict=True))
    said = _by_now(text, known) if text is not None else None
    born = next((each["since"] for each, _ in reversed(known) if each["fact"] == "born"), None)
    return {
        "person": str(person),
        "kind": row["kind"],
        "born": (said or {}).get("born") or (born.isoformat() if born else None),
        "due": None if born else (said or {}).get("due"),
        "sex": (said or {}).get("sex"),
        "looked_after": row["looked_after"],
        "family": str(row["family"]) if row["family"] else None,
        "text": {**said, **(later or {})} if said is not None else None,
        "facts": [_fact(each, words) for each, words in known if each["fact"] not in _OF_WHO],
        "relations": [
            {
                "person": str(other["person"]),
                "is": other["relation"],
                "parental_responsibility": other["parental_responsibility"],
            }
            for other in related.rows
        ],
    }


def _by_now(text: Mapping[str, Any], known: Sequence[tuple[Mapping[str, Any], Any]]) -> dict[str, Any]:
    """Who a person is by now: as registered, with what was put right or became known since."""
    said = dict(text)
    for row, words in known:
        if row["fact"] in _OF_WHO:
            said |= {name: value for name, value in (words or {}).items() if name != "reason"}
    return said


def _fact(row: Mapping[str, Any], words: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "fact": row["fact"],
        "from": row["since"].isoformat() if row["since"] else None,
        "to": row["until"].isoformat() if row["until"] else None,
        "code": row["code"],
        "organisation": row["organisation"],
        "happened_at": instant(row["happened_at"]),
        "text": words,
    }


@router.get("/people/{child}/looked-after")
async def looked_after(child: UUID, reader: Reader) -> dict[str, bool]:
    """Whether the child is looked after by a local authority now."""
    await reader.authorise("read:people", children=(child,))
    found = await reader.page(people, order={"person": UUID}, where={"person": child}, limit=1)
    sight = reader.sight([row["person"] for row in found.rows], "people")
    await reader.record("read:people", children=(child,), sight=sight)
    return {"open": any(row["looked_after"] for row in found.rows)}


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
