"""Who sees an entry: the terms in which a team said it, answered from what is known of the child. Pure.

What is known stands in the child's record, to which the entries before this one added. An answer is found when an
entry comes in, and stands in its event: who becomes involved later sees an earlier entry only where a rule opens it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.chronology.decided_audience import as_seen, resulting
from services.chronology.events import ChildEntry, PartTaken
from services.chronology.streams.child_record import ChildRecord, ThingEntry, items
from shared.domain.event import Sensitivity
from shared.domain.instants import local_date, start_of_day
from shared.domain.limits import months_after
from shared.team.audience import (
    OF_ORGANISATIONS,
    SOCIAL_CARE,
    AlsoOf,
    Depth,
    InCapacity,
    Involvement,
    OfAgency,
    OfOrganisation,
    Only,
    OpenTerm,
    Part,
    Party,
    RecorderOf,
    SeenBy,
    Term,
    Widening,
    Working,
)


@dataclass(frozen=True)
class Asking:
    """What an audience is found for: the entry, when it happened, who takes part in which thing by its own word."""

    entry: ChildEntry
    happened_at: datetime
    took_part: tuple[PartTaken, ...] = ()


def audience(asking: Asking, terms: Iterable[Term], record: ChildRecord) -> tuple[SeenBy, ...]:
    """Everyone who may see an entry when nobody said otherwise, each party once and as deep as any term says.

    Children's social care and the recorder see all but a sealed entry, and all but what is for others only. Of a
    restricted entry, those at the meeting keep the whole beside them, and everybody else has its title at most.
    """
    found: list[SeenBy] = []
    limited = False
    for term in terms:
        match term:
            case Only():
                limited = True
                for one in term.terms:
                    found += _answer(one, asking, record)
            case _:
                found += _capped(term, _answer(term, asking, record), asking.entry.sensitivity)
    if asking.entry.sensitivity != "sealed" and not limited:
        found = [SeenBy(agency=SOCIAL_CARE), _whole(asking.entry.recorder), *found]
    return merged(found)


def widened(
    widenings: Iterable[Widening], asking: Asking, record: ChildRecord
) -> Iterator[tuple[ThingEntry, tuple[SeenBy, ...]]]:
    """The earlier entries that an entry opens, each with all who see it by rule then, where that is more."""
    for widening in widenings:
        for earlier in record.thing_entries(widening.of or asking.entry.thing):
            if earlier.source_event != widening.event or earlier.sensitivity == "sealed":
                continue
            added = [
                seen
                for term in widening.to
                for seen in _capped(term, _answer(term, asking, record), earlier.sensitivity)
            ]
            result = merged((*earlier.seen_by, *added))
            if result != earlier.seen_by:
                yield earlier, result


def merged(seen: Iterable[SeenBy]) -> tuple[SeenBy, ...]:
    """Each party once, as deep as any says, in the order of first mention."""
    depths: dict[Party, Depth] = {}
    for each in seen:
        if depths.get(each.party) != "whole":
            depths[each.party] = each.depth
    return tuple(
        SeenBy(agency=party.agency, organisation=party.organisation, depth=depth)
        for party, depth in depths.items()
    )


def took_part(
    entry: ChildEntry, terms: Iterable[Term], widenings: Iterable[Widening]
) -> tuple[PartTaken, ...]:
    """Who takes part in which thing, as an entry itself tells."""
    named = [
        (term, entry.thing) for each in terms for term in (each.terms if isinstance(each, Only) else (each,))
    ]
    named += [(term, widening.of or entry.thing) for widening in widenings for term in widening.to]
    return tuple(
        dict.fromkeys(
            PartTaken(
                agency=party.agency, organisation=party.organisation, capacity=term.capacity, thing=thing
            )
            for term, own in named
            if isinstance(term, InCapacity) and (thing := term.of or own)
            for party in term.parties
        )
    )


def shown_by(
    entry: ChildEntry, parts: Iterable[PartTaken], involves: Iterable[Involvement]
) -> tuple[Involvement, ...]:
    """Whom an entry shows to be involved: the recorder and the referrer act, those at a meeting work with the child."""
    found = [Involvement(agency=entry.agency, organisation=entry.organisation, part="acted")]
    for part in parts:
        if part.capacity != "asked":
            done: Part = "worked" if part.capacity == "present" else "acted"
            found.append(Involvement(agency=part.agency, organisation=part.organisation, part=done))
    return tuple(dict.fromkeys((*found, *involves)))


# -- the answer to each term


def _answer(term: OpenTerm, asking: Asking, record: ChildRecord) -> list[SeenBy]:
    match term:
        case OfAgency():
            return [_at(party, term.depth) for party in _organisations(term.agency, record)]
        case OfOrganisation():
            return [_at(Party(agency=term.agency, organisation=term.organisation), term.depth)]
        case InCapacity():
            return [_at(party, term.depth) for party in _in_capacity(term, asking, record)]
        case Working():
            return [_at(party, term.depth) for party in working(record, asking.happened_at, term.months)]
        case AlsoOf():
            return [
                seen
                for entry in record.thing_entries(term.thing)
                if term.event in (None, entry.source_event)
                for seen in as_seen(
                    resulting(entry.seen_by, record.decisions_on(entry.entry)),
                    asking.happened_at,
                )
            ]
        case RecorderOf():
            return [_at(party, term.depth) for party in _recorders(term, asking, record)]


def _organisations(agency: str, record: ChildRecord) -> list[Party]:
    """An agency as such. Where no organisation of it is known with this child, the agency is meant that is one."""
    known = [party for party in record.involved if party.agency == agency]
    if agency in OF_ORGANISATIONS and known:
        return sorted(known, key=lambda party: party.organisation or "")
    return [Party(agency=agency)]


def _in_capacity(term: InCapacity, asking: Asking, record: ChildRecord) -> list[Party]:
    if term.parties:
        return list(term.parties)
    thing = term.of or asking.entry.thing
    parts = (
        part
        for part in (*asking.took_part, *items(record.took_part))
        if part.thing == thing and part.capacity == term.capacity
    )
    return [Party(agency=part.agency, organisation=part.organisation) for part in parts]


def _recorders(term: RecorderOf, asking: Asking, record: ChildRecord) -> list[Party]:
    if term.event == asking.entry.source_event and term.of in (None, asking.entry.thing):
        return [asking.entry.recorder]
    thing = term.of or asking.entry.thing
    return [each.recorder for each in record.thing_entries(thing) if each.source_event == term.event]


def working(record: ChildRecord, at: datetime, months: int) -> list[Party]:
    """Who works with the child at an instant, or did in so many calendar months before it.

    Social care is left out: it sees every entry as it is. What is written down out of order is judged by when it
    happened; of a beginning without an end the work goes on.
    """
    since = start_of_day(months_after(local_date(at), -months))
    found: dict[Party, None] = {}
    began: dict[Party, datetime] = {}
    for work in sorted(items(record.work), key=lambda one: (one.at, one.part)):
        if work.at > at:
            break
        if work.part == "began":
            began.setdefault(work.party, work.at)
        elif work.part == "ended":
            began.pop(work.party, None)
        if work.at >= since:
            found[work.party] = None
    found |= dict.fromkeys(began)
    return [party for party in found if party.agency != SOCIAL_CARE]


def _capped(term: Term, seen: list[SeenBy], sensitivity: Sensitivity) -> list[SeenBy]:
    """Of what is restricted, those at the meeting keep the whole; all others have the title at most."""
    if sensitivity != "restricted" or (isinstance(term, InCapacity) and term.capacity == "present"):
        return seen
    return [one.model_copy(update={"depth": "title"}) for one in seen]


def _at(party: Party, depth: Depth) -> SeenBy:
    return SeenBy(agency=party.agency, organisation=party.organisation, depth=depth)


def _whole(party: Party) -> SeenBy:
    return _at(party, "whole")
