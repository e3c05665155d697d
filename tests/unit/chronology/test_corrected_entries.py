"""An entry whose fact was corrected: it says what is right where that puts it, and the two entries show each other."""

from datetime import timedelta
from uuid import uuid5

from services.chronology.views import entries
from services.mash.entries import entries as mash_entries
from services.mash.events import InformedText, ReferrerInformed
from services.mash.rules import RULES as MASH_RULES
from shared.domain.corrections import CorrectedText, correction_of
from shared.domain.event import Record
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.testing.facts import THING, command_id, event_id, record
from tests.unit.chronology import toy_team as toy
from tests.unit.chronology.sights import taken_in, titles

AT = london(2026, 4, 2, 15)
DAY = timedelta(days=1)
TEAMS = {"mash": (mash_entries, MASH_RULES), "toy": (toy.entries, toy.RULES)}


def informed(**text) -> Record:
    event = ReferrerInformed(contact=THING, outcome=True, sealed=InformedText(message="Accepted."))
    return record(event, at=AT, n=1)


def corrected(wrong: Record, n: int, *, message: str | None = None, **right) -> Record:
    """The correction that arrives; withdrawn where nothing is said to be right."""
    event = wrong.event.model_copy(update=right) if right else None
    text = {"message": message or "Accepted.", "recorded_by": "Jo Bell"} if right else None
    said = correction_of(wrong, event, CorrectedText(reason="A slip.", text=text))
    return record(said, at=AT + n * DAY, n=n, version=n, service=wrong.service)


def rows(*facts: Record):
    return {row.entry: row for row in fold(entries, taken_in(facts, TEAMS)).values()}


def test_the_two_show_each_other_and_the_right_words_stand_at_the_right_time() -> None:
    first = informed()
    right = corrected(first, 2, message="Declined.", outcome=False, happened_at=AT - DAY)
    found = rows(first, right)
    old, new = found[event_id(1)], found[event_id(2)]
    assert (old.corrected_by, new.corrects, old.withdrawn) == (new.entry, old.entry, False)
    assert (old.title, old.happened_at, old.known_at) == (
        "Referrer told what happens next",
        AT - DAY,
        AT - DAY,
    )
    assert old.recorded_at == first.recorded_at
    assert b"Declined." in old.sealed
    assert b"Jo Bell" in old.sealed
    assert old.event != first.envelope.event_id  # the words are opened by the event that brought them
    again = rows(first, right, corrected(first, 3, outcome=True, happened_at=AT))[event_id(1)]
    assert (again.title, again.corrected_by) == ("Referrer told the outcome", event_id(3))


def test_what_is_withdrawn_stays_and_says_so_until_it_stands_again() -> None:
    first = informed()
    gone = corrected(first, 2)
    found = rows(first, gone)[event_id(1)]
    assert (found.withdrawn, found.title, found.happened_at) == (True, "Referrer told the outcome", AT)
    assert b"Accepted." in found.sealed
    back = rows(first, gone, corrected(first, 3, happened_at=AT))[event_id(1)]
    assert (back.withdrawn, back.corrected_by) == (False, event_id(3))


def test_they_stand_in_the_order_of_what_is_right() -> None:
    first = informed()
    other = record(ReferrerInformed(contact=THING, outcome=False), at=AT - DAY / 2, n=5)
    assert titles(taken_in([first, other], TEAMS)) == [
        "Referrer told what happens next",
        "Referrer told the outcome",
    ]
    moved = corrected(first, 6, happened_at=AT - DAY)
    assert titles(taken_in([first, other, moved], TEAMS))[:2] == [
        "Referrer told the outcome",
        "Referrer told what happens next",
    ]


def test_facts_that_make_one_entry_are_corrected_as_one() -> None:
    first = record(toy.Allocated(), at=AT, service="toy", n=1, command=command_id(9))
    found = rows(first, corrected(first, 2))
    entry = found[uuid5(command_id(9), toy.Allocated.NAME)]
    assert (entry.withdrawn, entry.corrected_by) == (True, event_id(2))
    assert found[event_id(2)].corrects == entry.entry


def test_the_correction_of_a_fact_without_an_entry_puts_none_right() -> None:
    first = informed()
    found = rows(corrected(first, 2))
    assert list(found) == [event_id(2)]
