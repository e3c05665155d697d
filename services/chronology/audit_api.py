"""The auditor's replay over HTTP: a child's chronology as it was, what differs between two moments, and whether what is shown
live is what the log gives. Each look is recorded, with what it asked of the past (E4).
"""

from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chronology.asking import Said, instant_of, knowledge_of, lens_of_parts
from services.chronology.comparing import compare_child
from services.chronology.past import Lens, Sighting, as_at
from services.chronology.replay import Change, Knowledge, as_known, differences
from services.chronology.showing import seen_through, shown_change, shown_sightings
from shared.access.access_row import WHOLE_RECORD, Sight
from shared.audit.live_compare import NotComparable
from shared.web.dependencies import instant
from shared.web.field_errors import WrongField
from shared.web.paging import page_of, read_cursor, write_cursor
from shared.web.problems import invalid, not_ready
from shared.web.reading import Reader, Reading

router = APIRouter(tags=["audit"])

ACTION: Final = "read:audit:chronology"
_ORDER: Final = (datetime, datetime, datetime, UUID)

_One = TypeVar("_One", Sighting, Change)


class AskedLens(BaseModel):
    """Through whose eyes: an agency, an organisation of it (by its id or its name), a role."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agency: Annotated[str, StringConstraints(max_length=60)]
    organisation: Annotated[str, StringConstraints(max_length=500)] | None = None
    role: Annotated[str, StringConstraints(max_length=60)] = ""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    lens: AskedLens | None = None
    """Left out: all that is not sealed."""
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = None
    limit: int = Field(default=50, ge=1, le=200)


class ReplayAsked(_Asked):
    """Which moment of a child's chronology is asked for, on up to three axes.

    `as_known`: what had been recorded by then. `as_at`: of that, what had happened by then. `knew`: of that, what the lens'
    agency knew by then: what it was shown, and what it knew itself though it was recorded later.
    """

    as_known: Said | None = None
    as_at: Said | None = None
    knew: Said | None = None


class DifferencesAsked(_Asked):
    """Two moments of a child's chronology as known; `later` left out is now."""

    earlier: Said
    later: Said | None = None


@router.post("/audit/children/{child}/replay")
async def replay(child: UUID, asked: ReplayAsked, reader: Reader) -> dict[str, Any]:
    """A child's chronology as it was, replayed from the log alone: as known at a moment, as at a moment, as an agency knew it.

    The words are those that were recorded by then, where their key still lives. `position` names what was known: with it as
    `as_known`, the next page is of the same moment.
    """
    await reader.authorise(ACTION, children=(child,))
    lens = _lens(reader, asked.lens)
    if asked.knew is not None and lens is None:
        raise invalid(WrongField("knew", "say whose knowledge: name the lens", "missing"))
    known = await knowledge_of(reader, "as_known", asked.as_known)
    knew_at, happened_by = (
        instant_of(reader, "knew", asked.knew),
        instant_of(reader, "as_at", asked.as_at),
    )
    ids, page = await reader.query(as_known, child, known, lens, knew_at=knew_at)
    found = list((page if happened_by is None else as_at(page, happened_by)).values())
    found, following = _paged(found, asked)
    await _record(reader, ids, known, lens, found)
    shown = shown_sightings(reader, found, child=ids[0], eyes=seen_through(reader.who, lens))
    return {**page_of(shown, following), **_moment(known)}


@router.post("/audit/children/{child}/differences")
async def what_differs(child: UUID, asked: DifferencesAsked, reader: Reader) -> dict[str, Any]:
    """What a child's chronology, as known, showed otherwise at one moment than at an earlier one: entries that were added,
    are gone, or changed, each with the events that made it so, in whose role, and why.
    """
    await reader.authorise(ACTION, children=(child,))
    lens = _lens(reader, asked.lens)
    earlier = await knowledge_of(reader, "earlier", asked.earlier)
    later = await knowledge_of(reader, "later", asked.later)
    if later.position < earlier.position:
        raise invalid(WrongField("later", "give a moment that is not before the earlier one", "out_of_range"))
    ids = await reader.ids_of(child)
    found = await reader.query(differences, child, earlier, later, lens)
    changes, following = _paged(found, asked)
    await _record(reader, ids, later, lens, [one.now or one.was for one in changes if one.now or one.was])
    eyes = seen_through(reader.who, lens)
    shown = [shown_change(reader, one, child=ids[0], eyes=eyes) for one in changes]
    return {**page_of(shown, following), "earlier": _moment(earlier), "later": _moment(later)}


@router.post("/audit/children/{child}/compared")
async def compared(child: UUID, reader: Reader) -> dict[str, Any]:
    """Whether what is shown of a child live is what the log gives: every row of the read tables that is not, by its ids.

    Log and tables are looked at in one moment, up to `position`.
    """
    await reader.authorise(ACTION, children=(child,))
    ids = await reader.ids_of(child)
    try:
        position, found = await reader.query_tables(compare_child, ids)
    except NotComparable as error:
        raise not_ready(str(error)) from None
    await reader.record(ACTION, children=ids, sight=Sight(len(found), WHOLE_RECORD, position))
    differing = [
        {"view": one.view, "row": dict(one.key), "what": one.what, "columns": list(one.columns)}
        for one in found
    ]
    return {"equal": not differing, "position": position, "items": differing}


def _lens(reader: Reading, asked: AskedLens | None) -> Lens | None:
    if asked is None:
        return None
    return lens_of_parts(reader, "lens", asked.agency, asked.organisation, asked.role)


def _paged(found: list[_One], asked: _Asked) -> tuple[list[_One], str | None]:
    if asked.cursor is not None:
        place = tuple(read_cursor(asked.cursor, _ORDER))
        found = [one for one in found if one.place > place]
    shown = found[: asked.limit]
    return shown, write_cursor(shown[-1].place) if len(found) > len(shown) else None


async def _record(
    reader: Reading,
    ids: tuple[UUID, ...],
    known: Knowledge,
    lens: Lens | None,
    shown: list[Any],
) -> None:
    """The look, before anything is shown: through whose eyes, and as known when."""
    said = WHOLE_RECORD if lens is None else lens.said
    first = shown[0].row.entry if shown else None
    await reader.record(ACTION, children=ids, sight=Sight(len(shown), said, known.position, first))


def _moment(known: Knowledge) -> dict[str, Any]:
    return {"position": known.position, "as_known": instant(known.at)}
