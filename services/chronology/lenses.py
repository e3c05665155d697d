"""Under which names the audience of an entry is kept, and under which a reader reads it. Pure.

A row of `seen` is for an agency and an organisation of it, and a page is read in the order of an index under one such
name. Who reads what is said by `SeenBy.lets` alone: here it is written down so that two names are all that any reader
looks under, however many organisations an entry is open to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.chronology.decided_audience import deepest
from services.chronology.events import Shown
from shared.domain.actors import Actor

EVERY: Final = ""
"""For every organisation of the agency."""

WHOLE_AGENCY: Final = "*"
"""For who names no organisation: the deepest that any organisation of the agency sees, where they speak for all of it."""

_NO_ONE_S: Final = "\n"
"""What no organisation is called, since a name is one line: what this one sees, every organisation does."""


def kept_under(shown: Sequence[Shown]) -> list[Shown]:
    """Everyone who is shown something of an entry, or was and no longer is, under the names that rows are kept by.

    An organisation that is named has a row of its own however much the agency sees as a whole, so that a row once made
    always says all that counts for its reader.
    """
    found: dict[tuple[str, str], Shown] = {}
    for agency in dict.fromkeys(each.agency for each in shown):
        every = deepest(shown, agency, _NO_ONE_S)
        named = [each.organisation for each in shown if each.agency == agency and each.organisation]
        whole = deepest(shown, agency, None)
        under = [(EVERY, every)]
        under += [(_row_name(name), deepest(shown, agency, name)) for name in dict.fromkeys(named)]
        under += [(WHOLE_AGENCY, whole)] if every is None or named else []
        for name, each in under:
            if each is not None:
                found[agency, name] = each.model_copy(update={"agency": agency, "organisation": name})
    return list(found.values())


def read_under(organisation: str | None) -> tuple[str, str]:
    """The two names under which a reader of an organisation (None: they name none) looks; of an entry that stands under
    both, what the second says counts.
    """
    return EVERY, _row_name(organisation) if organisation else WHOLE_AGENCY


def lens_of(who: Actor, now: datetime, *, everything: bool, feed: bool = False) -> dict[str, str]:
    """What the database is told of who reads, and when (the settings that the walls of `views.py` look at). Who reads everything
    reads it as nobody's agency: what is sealed is not theirs either where an agency of theirs may see it. A `feed` also
    finds that something shows nothing any more.
    """
    if everything:
        return {
            "agency": "",
            "every": "",
            "own": "",
            "everything": "on",
            "feed": "off",
            "now": now.isoformat(),
        }
    every, own = read_under(who.organisation)
    return {
        "agency": who.agency,
        "every": every,
        "own": own,
        "everything": "off",
        "feed": "on" if feed else "off",
        "now": now.isoformat(),
    }


def _row_name(organisation: str) -> str:
    """An organisation's name as rows have it: never one of the two signs above, whatever it calls itself."""
    return f"*{organisation}" if organisation.startswith(WHOLE_AGENCY) else organisation
