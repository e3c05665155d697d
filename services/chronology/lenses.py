"""Under which names the audience of an entry is kept, and under which a reader reads it. Pure.

A row of `seen` is for an agency and an organisation of it, and a page is read in the order of an index under one such
name. Who reads what is said by `SeenBy.lets` alone: here it is written down so that two names are all that any reader
looks under, however many organisations an entry is open to.
"""

from collections.abc import Sequence
from typing import Final

from services.chronology.audience import depth_at
from shared.domain.actors import Actor
from shared.team.audience import SeenBy

EVERY: Final = ""
"""For every organisation of the agency."""

WHOLE_AGENCY: Final = "*"
"""For who names no organisation: the deepest that any organisation of the agency sees, where they speak for all of it."""

_NO_ONE_S: Final = "\n"
"""What no organisation is called, since a name is one line: what this one sees, every organisation does."""


def kept_under(seen_by: Sequence[SeenBy]) -> list[SeenBy]:
    """Everyone who may see an entry, under the names that rows are kept by, each with how much of it they see.

    An organisation that is named has a row of its own however much the agency sees as a whole, so that a row once made
    always says all that counts for its reader.
    """
    found: dict[tuple[str, str], SeenBy] = {}
    for agency in dict.fromkeys(seen.agency for seen in seen_by):
        every = depth_at(agency, _NO_ONE_S, seen_by)
        if every is not None:
            found[agency, EVERY] = SeenBy(agency=agency, organisation=EVERY, depth=every)
        named = dict.fromkeys(seen.organisation for seen in seen_by if seen.agency == agency)
        for organisation in named:
            if organisation and (depth := depth_at(agency, organisation, seen_by)) is not None:
                name = _row_name(organisation)
                found[agency, name] = SeenBy(agency=agency, organisation=name, depth=depth)
        whole = depth_at(agency, None, seen_by)
        if whole is not None and (every is None or any(named)):
            found[agency, WHOLE_AGENCY] = SeenBy(agency=agency, organisation=WHOLE_AGENCY, depth=whole)
    return list(found.values())


def read_under(organisation: str | None) -> tuple[str, str]:
    """The two names under which a reader of an organisation (None: they name none) looks; of an entry that stands under
    both, what the second says counts.
    """
    return EVERY, _row_name(organisation) if organisation else WHOLE_AGENCY


def lens_of(who: Actor, *, everything: bool) -> dict[str, str]:
    """What the database is told of who reads (the settings that the walls of `views.py` look at). Who reads everything
    reads it as nobody's agency: what is sealed is not theirs either where an agency of theirs may see it.
    """
    if everything:
        return {"agency": "", "every": "", "own": "", "everything": "on"}
    every, own = read_under(who.organisation)
    return {"agency": who.agency, "every": every, "own": own, "everything": "off"}


def _row_name(organisation: str) -> str:
    """An organisation's name as rows have it: never one of the two signs above, whatever it calls itself."""
    return f"*{organisation}" if organisation.startswith(WHOLE_AGENCY) else organisation
