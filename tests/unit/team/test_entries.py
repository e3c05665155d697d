"""How a team says what its facts tell: once for each event, in codes and sealed parts, in the words of its rules."""

from datetime import date

import pytest

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.audience import (
    SeenBy,
    Term,
    agency,
    also_of,
    asked,
    in_words,
    only,
    opens,
    organisation,
    party,
    present,
    recorder_of,
    referrer,
    working_with_the_child,
)
from shared.team.entries import Entries, Entry, Text
from shared.testing.entries import given_entries
from shared.testing.facts import THING, event_id, record

NOW = london(2026, 4, 2, 17)
RULES = Rulebook(
    (
        Rule(
            id="T1",
            what="ring the school",
            starts="told",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="rung",
            source="made up",
            applies_to=date(2026, 12, 31),
        ),
    ),
    edition="2026-11",
)


class Rung(Event, name="test_team_entries.Rung", crosses=True):
    pass


class Heard(Event, name="test_team_entries.Heard", crosses=True):
    pass


def written():
    entries = Entries("test")

    @entries.on(Rung)
    def _(event, text):
        return Entry("Rung", "calls")

    return entries


def missed(rule="T1", due_at=NOW):
    return DeadlineMissed(rule=rule, started_by=event_id(1), due_at=due_at)


# -- in plain words, of every team


def test_a_miss_is_told_in_the_words_of_the_rule():
    given_entries(Entries("test"), RULES).when(missed(), at=NOW).then(
        Entry("Not done in time: ring the school (T1)", "deadline", significance="significant")
    )


def test_a_new_date_is_told_with_the_reason():
    varied = DeadlineVaried(
        rule="T1",
        started_by=event_id(1),
        was_due_at=NOW,
        due_at=london(2026, 4, 9),
        sealed=VariedText(reason="The school is closed."),
    )
    given_entries(Entries("test"), RULES).when(varied, at=NOW).then(
        Entry("New date agreed: ring the school (T1)", "deadline", parts=[("Why", "The school is closed.")])
    )


@pytest.mark.parametrize(("rule", "due_at"), [("T1", london(2027, 4, 2)), ("T9", NOW)])
def test_a_rule_that_is_no_longer_kept_stops_nothing(rule, due_at):
    told = given_entries(Entries("test"), RULES).when(missed(rule, due_at), at=due_at)
    told.says(title=f"Not done in time: a rule that is no longer kept ({rule})")


# -- what a team may say


def test_an_event_is_written_once():
    entries = written()
    with pytest.raises(ValueError, match="says twice"):
        entries.on(Rung)(lambda _event, _text: Entry("Again", "calls"))
    with pytest.raises(ValueError, match="says twice"):
        entries.none(Rung, because="it is told elsewhere")


def test_an_event_that_makes_no_entry_has_a_reason():
    entries = written()
    with pytest.raises(ValueError, match="say why"):
        entries.none(Heard, because=" ")
    entries.none(Heard, because="said by the call it answers")
    assert entries.reasons == {Heard: "said by the call it answers"}
    given_entries(entries, RULES).when(Heard(), at=NOW).nothing()


def test_only_what_is_written_is_one_with_others():
    with pytest.raises(ValueError, match="Heard first: it also comes by itself"):
        written().one(Rung, Heard)


def test_what_is_opened_stands_for_its_thing():
    entries = written()

    @entries.on(Heard)
    def _(event, text):
        return Entry("Heard", "calls", widens=[opens(Rung, to=[asked(party("police"))])])

    with pytest.raises(ValueError, match="stands_for_thing=True"):
        entries.told(record(Heard(), at=NOW, service="test"))


def test_only_stands_alone():
    with pytest.raises(ValueError, match="`only` stands alone"):
        Entry("Marked", "calls", seen_by=[only(agency("police")), agency("lado")])


def test_parts_are_what_was_said_and_leave_out_what_is_empty_or_erased():
    text = Text({"why": "Closed.", "listed": ["a", "b"], "empty": "", "number": 3})
    assert text.parts(why="Why", listed="What", empty="Else", erased="Gone", number="How many") == (
        ("Why", "Closed."),
        ("What", "a; b"),
        ("How many", "3"),
    )


def test_a_text_shows_no_words_when_it_is_printed():
    assert "Closed" not in repr(Text({"why": "Closed."}))


# -- the terms


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (agency("police"), "police"),
        (agency("health", depth="title"), "health (title)"),
        (organisation("education", "Elm School"), "the organisation named"),
        (referrer(party("education", "Elm School")), "the referrer's organisation"),
        (asked(of=THING, depth="title"), "those asked for a check (title)"),
        (present(), "those at the meeting"),
        (
            working_with_the_child(),
            "agencies working with the child, now or in the 12 months before (title)",
        ),
        (also_of(THING), "whoever sees what it belongs to"),
        (also_of(THING, event="mash.ContactReceived"), "whoever sees what it tells of"),
        (recorder_of(Rung), "who recorded it"),
        (only(agency("police"), agency("lado")), "nobody but police; lado"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_term_is_read_by_practitioners(term: Term, words):
    assert in_words(term) == words


@pytest.mark.parametrize(
    ("seen", "agency_", "organisation_", "lets"),
    [
        (SeenBy(agency="police"), "police", None, True),
        (SeenBy(agency="police"), "police", "Northern", True),
        (SeenBy(agency="police", organisation="Northern"), "police", None, True),
        (SeenBy(agency="police", organisation="Northern"), "police", "Southern", False),
        (SeenBy(agency="police"), "health", None, False),
        (SeenBy(agency="education", organisation="Elm School"), "education", "Elm School", True),
        (SeenBy(agency="education", organisation="Elm School"), "education", "Oak School", False),
        (SeenBy(agency="education", organisation="Elm School"), "education", None, False),
        (SeenBy(agency="education"), "education", "Elm School", False),
        (SeenBy(agency="education"), "education", None, True),
    ],
)
def test_who_is_let_see(seen, agency_, organisation_, lets):
    assert seen.lets(agency_, organisation_) is lets
