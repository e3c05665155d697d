"""The LADO's service over HTTP, beside its commands: what was sent, the allegations, each one's page, and how soon they end.

Whoever is neither the LADO nor a deputy meets one refusal (L9), before anything is looked for: in the same words whether there is
anything or not.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.lado.keeping import kept_until
from services.lado.queries import counted
from services.lado.statistics import statistics
from services.lado.views import acts, allegations, intake
from services.lado.wording import title
from shared.domain.instants import local_date
from shared.web.dependencies import After, instant
from shared.web.paging import Paging, page_of
from shared.web.problems import not_found
from shared.web.reading import Reader

router = APIRouter(tags=["lado"])

MOST_ACTS = 500
"""Acts of one allegation on its page: years of meetings and reviews."""
MOST_EARLIER = 50


@router.get("/intake")
async def what_was_sent(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Contacts that the front door routed here and nobody has taken in: the first received first."""
    order = {"received_at": datetime, "stream": UUID}
    return await reader.listing(intake, order=order, where={"waits": True}, asked=asked, item=_item)


@router.get("/worklist")
async def open_allegations(reader: Reader, asked: Paging) -> dict[str, Any]:
    """Open allegations, of each child or of none: the first received first, with what each waits for."""
    order = {"received_at": datetime, "stream": UUID}
    return await reader.listing(
        allegations, order=order, where={"waits": True}, asked=asked, item=_allegation
    )


@router.get("/allegations/{allegation}")
async def one_allegation(allegation: UUID, reader: Reader, after: After = None) -> dict[str, Any]:
    """An allegation: how it stands of each child, all that was done, until when it is kept (L7), and other allegations against
    the same adult.
    """
    await reader.authorise("read:worklist")
    for view in (allegations, acts):
        await reader.caught_up(view.name, after)
    of_it = await reader.page(
        allegations, order={"stream": UUID}, where={"allegation": allegation}, limit=100
    )
    done = await reader.page(
        acts,
        order={"happened_at": datetime, "event": UUID},
        where={"allegation": allegation},
        limit=MOST_ACTS,
    )
    others = await reader.page(
        allegations,
        order={"received_at": datetime, "stream": UUID},
        where={"adult": [row["adult"] for row in of_it.rows[:1]]},
        limit=MOST_EARLIER,
    )
    children = tuple({row["child"] for row in of_it.rows if row["child"]})
    sight = reader.sight([row["event"] for row in done.rows], acts.name)
    await reader.record("read:worklist", children=children, subject=allegation, sight=sight)
    if not of_it.rows:
        raise not_found("there is no allegation with this id; check it")
    texts = reader.texts(of_it.rows)
    born = next((text["adult_born"] for text in texts if text and text.get("adult_born")), None)
    received = local_date(of_it.rows[0]["received_at"])
    return {
        "items": [_allegation(row, text) for row, text in zip(of_it.rows, texts, strict=True)],
        "acts": [_act(row, text) for row, text in zip(done.rows, reader.texts(done.rows), strict=True)],
        "kept_until": kept_until(received, date.fromisoformat(born) if born else None).isoformat(),
        "born_not_known": born is None,
        "others_of_the_adult": list(
            dict.fromkeys(str(row["allegation"]) for row in others.rows if row["allegation"] != allegation)
        ),
    }


@router.get("/children/{child}/chronology")
async def of_a_child(child: UUID, reader: Reader, asked: Paging) -> dict[str, Any]:
    """What was done of the allegations about a child, in the order of a chronology: read beside the chronology's own page."""
    ids = await reader.ids_of(child)
    await reader.authorise("read:worklist", children=ids)
    await reader.caught_up(acts.name, asked.after)
    found = await reader.page(
        acts,
        order={"happened_at": datetime, "known_at": datetime, "recorded_at": datetime, "event": UUID},
        where={"child": list(ids)},
        cursor=asked.cursor,
        limit=asked.limit,
    )
    sight = reader.sight([row["event"] for row in found.rows], acts.name)
    await reader.record("read:worklist", children=ids, sight=sight)
    texts = reader.texts(found.rows)
    return page_of([_act(row, text) for row, text in zip(found.rows, texts, strict=True)], found.next)


@router.get("/statistics")
async def how_soon(
    reader: Reader,
    received_from: Annotated[
        date | None, Query(description="only what was notified on this day or later")
    ] = None,
    received_to: Annotated[
        date | None, Query(description="only what was notified on this day or before")
    ] = None,
    after: After = None,
) -> dict[str, Any]:
    """How many allegations were notified, and how soon they were concluded (L5): counts, of which none below five stands apart."""
    await reader.authorise("read:worklist")
    await reader.caught_up(allegations.name, after)
    found = await reader.query(counted, reader.service, received_from, received_to)
    await reader.record("read:worklist", sight=reader.sight([], allegations.name))
    return statistics(found, reader.now())


def _item(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "contact": str(row["contact"]),
        "child": str(row["child"]) if row["child"] else None,
        "routed_at": instant(row["routed_at"]),
        "received_at": instant(row["received_at"]),
        "source": row["source"],
        "referrer_agency": row["referrer_agency"],
        "text": text,
    }


def _allegation(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "allegation": str(row["allegation"]),
        "child": str(row["child"]) if row["child"] else None,
        "contact": str(row["contact"]) if row["contact"] else None,
        "received_at": instant(row["received_at"]),
        "setting": row["setting"],
        "historic": row["historic"],
        "threshold": row["threshold"],
        "outcome": row["outcome"],
        "concluded_at": instant(row["concluded_at"]),
        "closed_at": instant(row["closed_at"]),
        "due_at": instant(row["due_at"]),
        "waits_for": _waits_for(row),
        "text": text,
    }


def _waits_for(row: Mapping[str, Any]) -> str | None:
    if not row["waits"]:
        return None
    if row["threshold"] is None:
        return "the threshold"
    if row["threshold"] != "allegation":
        return "closing"
    if row["outcome"] is not None:
        return "closing"
    return "the review" if row["met_at"] else "the meeting"


def _act(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": str(row["event"]),
        "command": str(row["command"]),
        "allegation": str(row["allegation"]),
        "kind": row["kind"],
        "title": title(row["kind"], row["code"]),
        "happened_at": instant(row["happened_at"]),
        "known_at": instant(row["known_at"]),
        "recorded_at": instant(row["recorded_at"]),
        "recorded_by": str(row["recorded_by"]),
        "service": "lado",
        "agency": "lado",
        "late": row["late"],
        "text": text,
    }
