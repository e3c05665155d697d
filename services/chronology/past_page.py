"""A page of a child's chronology for who works with it, as it was known at a moment, or as another agency sees it.

Never more than the reader is shown now: what was withheld since, or is for few to read by now, is not had by asking for an
earlier day.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.chronology.asking import knowledge_of, lens_of_text
from services.chronology.past import Lens, Sighting
from services.chronology.queries import Wanted
from services.chronology.replay import as_known
from services.chronology.showing import seen_through, shown_sightings
from shared.access.access_row import WHOLE_RECORD, Sight
from shared.domain.actors import Actor
from shared.web.dependencies import instant
from shared.web.paging import page_of, write_cursor
from shared.web.reading import Reading


async def past_page(
    reader: Reading,
    child: UUID,
    ids: tuple[UUID, ...],
    moment: str | None,
    seen_as: str | None,
    place: Sequence[Any] | None,
    limit: int,
    wanted: Wanted,
) -> dict[str, Any]:
    """The page, once the reader was let in to the child's. `position` names what was known.

    Raises:
        Forbidden: the reader is not of children's social care.
        Problem: 422 where the moment or the agency is none.
    """
    await reader.authorise("read:past:chronology", children=ids)
    known, now = await knowledge_of(reader, "as_known", moment), await knowledge_of(reader, "as_known", None)
    own = None if reader.may("read:every_entry") else _own(reader)
    other = lens_of_text(reader, "seen_as", seen_as)
    lens = other or own
    _, page = await reader.query(as_known, child, known, lens, within=(now, own))
    eyes = reader.who if other is None else seen_through(reader.who, other)
    found = [one for one in page.values() if _is_wanted(one, wanted, eyes)]
    if place is not None:
        found = [one for one in found if one.place > tuple(place)]
    more, found = len(found) > limit, found[:limit]
    said = WHOLE_RECORD if lens is None else lens.said
    first = found[0].row.entry if found else None
    sight = Sight(len(found), said, known.position, first)
    await reader.record("read:past:chronology", children=ids, sight=sight)
    shown = shown_sightings(reader, found, child=ids[0], eyes=eyes)
    following = write_cursor(found[-1].place) if more else None
    return {
        **page_of(shown, following),
        "position": known.position,
        "as_known": instant(known.at),
    }


def _own(reader: Reading) -> Lens:
    return Lens(reader.who.agency, reader.who.organisation, reader.who.role)


def _is_wanted(one: Sighting, wanted: Wanted, eyes: Actor) -> bool:
    """As pages are filtered: what is withheld, or is for others to read, is found by no topic and no weight."""
    theirs = one.row.by is not None and eyes.is_surely(one.row.by)
    hidden = one.depth == "withheld" or (one.closed is not None and not theirs)
    return (
        wanted.topic in (None, one.row.topic if not hidden else "")
        and wanted.by_agency in (None, one.row.agency)
        and wanted.significance in (None, one.row.significance if not hidden else "")
    )
