"""A child's chronology as it was: the views' own handlers applied in memory, and pages of what they give, through a lens. Pure.

So what is replayed and what is shown live are made by the same functions from the same events, and no second account of
the past is kept that could say something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.chronology.lenses import read_under
from services.chronology.queries import Seen
from services.chronology.restrictions import RestrictionRow, restrictions
from services.chronology.views import EntryRow, SeenRow, entries, seen
from shared.domain.event import Record
from shared.domain.view_fold import Folding

VIEWS: Final = (entries, seen, restrictions)
"""What a page of the chronology is made of."""

TOPICS: Final = sorted({topic for view in VIEWS for topic in view.topics or ()})
"""The stored names of the events that any of them follows."""

_RANK: Final = {"withheld": 0, "title": 1, "whole": 2}


@dataclass(frozen=True, slots=True)
class Lens:
    """Through whose eyes: of an agency, of an organisation of it, in a role; without one, as somebody whom no restriction names.

    `organisation` is the id of one; None: of who speaks for the whole agency.
    """

    agency: str
    organisation: str | None = None
    role: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """As the record of who looked keeps it."""
        return tuple(part for part in (self.agency, self.organisation, self.role) if part)


class Place(NamedTuple):
    """An entry of a child's record: what one command said of two children is one entry of each."""

    entry: UUID
    child: UUID


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry as a lens shows it: its row, how deep, and the one title that stands in its place where its thing, or what that
    is part of, is closed; and which of them.
    """

    row: EntryRow
    depth: str
    closed: str | None
    closed_by: UUID | None = None

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands in the order."""
        return (self.row.happened_at, self.row.known_at, self.row.recorded_at, self.row.entry)

    @property
    def shown(self) -> Seen:
        """As pages show it."""
        return Seen(vars(self.row), self.depth)

    def at_most(self, other: "Sighting") -> "Sighting":
        """As deep as both show it, and closed where either is."""
        depth = min(self.depth, other.depth, key=lambda each: _RANK[each])
        closing = self if self.closed is not None else other
        return replace(self, depth=depth, closed=closing.closed, closed_by=closing.closed_by)


class Past:
    """What a child's records amount to, record by record in the order of the log."""

    def __init__(self) -> None:
        self.entries = Folding[EntryRow](entries)
        self.seen = Folding[SeenRow](seen)
        self.restrictions = Folding[RestrictionRow](restrictions)

    def take(self, record: Record) -> set[Place]:
        """One record more; the entries of which it says something."""
        touched = set[Place]()
        for key in self.entries.take(record):
            row = self.entries.rows.get(
                key
            )  # a correction takes the rows of its stream away and makes them anew
            touched |= {Place(row.entry, row.child)} if row else set()
        touched |= {Place(entry, child) for entry, child, *_ in self.seen.take(record)}
        changed = self.restrictions.take(record)
        closed = {(child, thing) for child, thing, _, only_marks in changed if not only_marks}
        if closed:
            touched |= {
                Place(row.entry, row.child)
                for row in self.entries.rows.values()
                if any((row.child, thing) in closed for thing in (row.thing, row.part_of))
            }
        return touched

    def page(self, ids: Sequence[UUID], lens: Lens | None, now: datetime) -> dict[Place, Sighting]:
        """All that a lens shows of a child under these ids at an instant, in the order of pages.

        Without a lens all that is not sealed, whole. Through one, what is sealed is left out too, whoever may see it: who
        replays is not who was named.
        """
        nth = {child: n for n, child in enumerate(ids)}
        closed = {} if lens is None else self._closed(lens)
        found: dict[tuple[Any, ...], Sighting] = {}
        for row in self.entries.rows.values():
            if row.child not in nth or row.sensitivity == "sealed":
                continue
            depth = "whole" if lens is None else self._depth(row, lens, now)
            if depth is None:
                continue
            by = next((each for each in (row.thing, row.part_of) if (row.child, each) in closed), None)
            one = Sighting(row, depth, closed[row.child, by] if by else None, by)
            other = found.get(one.place)
            if other is None or nth[row.child] < nth[other.row.child]:
                found[one.place] = one
        ordered = (found[place] for place in sorted(found))
        return {Place(one.row.entry, one.row.child): one for one in ordered}

    def _depth(self, row: EntryRow, lens: Lens, now: datetime) -> str | None:
        """How deep an entry is shown; what stands under the organisation's own name counts before what every one sees."""
        for name in reversed(read_under(lens.organisation)):
            one = self.seen.rows.get((row.entry, row.child, lens.agency, name))
            if one is None or one.depth == "gone":
                continue
            ended = one.until is not None and one.until <= now
            depth = one.after if ended else one.depth
            if depth not in (None, "gone"):
                return depth
        return None

    def _closed(self, lens: Lens) -> dict[tuple[UUID, UUID], str]:
        """The things that are for few to read, and whom the lens is none of, with the title in their place."""
        titles: dict[tuple[UUID, UUID], str] = {}
        open_to: set[tuple[UUID, UUID]] = set()
        for row in self.restrictions.rows.values():
            if row.only_marks:  # to whom a mark is shown is not who may read
                continue
            thing = (row.child, row.thing)
            titles[thing] = max(titles.get(thing, ""), row.title)
            if row.reader == lens.role:
                open_to.add(thing)
        return {thing: title for thing, title in titles.items() if thing not in open_to}


def as_at(page: Mapping[Place, Sighting], at: datetime) -> dict[Place, Sighting]:
    """Of a page what had happened by an instant, whenever it was recorded."""
    return {place: one for place, one in page.items() if one.row.happened_at <= at}


def knew(
    lens: Lens, at: datetime, then: Mapping[Place, Sighting], page: Mapping[Place, Sighting]
) -> dict[Place, Sighting]:
    """What an agency knew at an instant: what it was shown by then, and what it knew itself by then and recorded later.

    What another agency knew is not counted as known here because it was shared in the end: whoever asks what a school knew
    on a day asks what stood before the school on that day.

    Args:
        lens: whose knowledge.
        at: the instant.
        then: what the lens showed as known at that instant.
        page: what it shows as known later.
    """
    own = {
        place: one
        for place, one in page.items()
        if place not in then and _recorded_by(one.row, lens) and one.row.known_at <= at
    }
    return dict(sorted({**then, **own}.items(), key=lambda each: each[1].place))


def _recorded_by(row: EntryRow, lens: Lens) -> bool:
    return row.agency == lens.agency and lens.organisation in (None, row.organisation)
