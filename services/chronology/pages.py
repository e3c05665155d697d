"""The pages of a child's record: what happened, in order, as the reader's agency may see it."""

from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from shared.domain.instants import LONDON
from shared.pages.team import TeamPages
from shared.pages.visit import Visit

pages = TeamPages("chronology", Path(__file__).parent)

_A_PAGE: Final = 100
_FILTERS: Final = ("agency", "significance")


@pages.get("/children/{child}")
async def chronology(visit: Visit) -> Response:
    """A child's chronology by days, with its filters in the address."""
    child = visit.request.path_params["child"]
    asked = {name: visit.asked(name) for name in _FILTERS}
    found = await visit.calls.get(
        "chronology",
        f"/children/{child}/chronology",
        limit=_A_PAGE,
        after=visit.after,
        cursor=visit.asked("cursor"),
        **asked,
    )
    names = await visit.names([child], "child_chronology")
    return visit.render(
        "chronology/chronology.html",
        title="Chronology",
        child=child,
        known=names.get(child),
        days=[(day, list(entries)) for day, entries in groupby(found["items"], _day)],
        following=found["next"],
        marks=found.get("marks", ()),
        asked=asked,
        filtered=any(asked.values()),
        lists={of: visit.site.words.codes(of) for of in ("Significance", "Agency")},
    )


def _day(entry: dict[str, Any]) -> str:
    """The day it happened, on London's clock."""
    return datetime.fromisoformat(entry["happened_at"]).astimezone(LONDON).date().isoformat()
