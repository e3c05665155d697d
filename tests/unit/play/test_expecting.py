"""Comparing what a play left behind with what its file expects, and how both are shown."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from deploy.play.answers import DeadlineRow, Entry
from deploy.play.case_types import By, Case, CaseStep, Expected, ExpectedDeadline, ExpectedSight, Person
from deploy.play.expecting import Seen, differences, reader_of
from deploy.play.play import Played
from deploy.play.printing import show, show_differences
from shared.domain.actors import AGENCIES, DEFAULT_AGENCY

AMARA, CONTACT = uuid4(), uuid4()
NOTHING = Expected()


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def case(*people: Person, expected: Expected = NOTHING) -> Case:
    step = CaseStep(1, 11, at(1), "mash.Do", By("Jo Bell", "mash_screener", "childrens_social_care"))
    return Case("a-case", Path("a-case.yaml"), "d", "A case", people, (step,), expected)


def row(rule: str, due: datetime, state: str, command: UUID | None = None, **more) -> DeadlineRow:
    return DeadlineRow(rule=rule, due_at=due, state=state, command=command, **more)


def entry(command: UUID, when: datetime, **more) -> Entry:
    base = {
        "id": str(uuid4()),
        "happened_at": when,
        "known_at": when,
        "recorded_at": when,
        "title": "Contact",
    }
    return Entry.model_validate({**base, "command": command, **more})


IDS = {"amara": str(AMARA), "contact": str(CONTACT)}


def told(
    expected: Expected, seen: Seen, ids: dict[str, str] = IDS, late: dict[str, int] | None = None
) -> list[str]:
    result = Played(ids=ids, late=late or {})
    return [one.text for one in differences(case(expected=expected), result, seen)]


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (ExpectedDeadline("M1", "amara", at(2), "met", 1), None),
        (ExpectedDeadline("M1", "amara", at(4), "missed", 1), None),
        (ExpectedDeadline("M1", "amara", at(2), "met", 1, of="contact"), None),
        (ExpectedDeadline("A2", "amara", at(2), "open", 1, of="contact"), None),
        (ExpectedDeadline("M1", "amara", at(2), "missed", 1), "there is: due 2026-01-02T00:00, met; due"),
        (ExpectedDeadline("M1", "amara", at(4), "missed", 1, of="contact"), "of contact: expected due"),
        (ExpectedDeadline("M3", "amara", at(2), "met", 1), "there is none"),
        (ExpectedDeadline("M1", "esi", at(2), "met", 1), "there is none"),
    ],
)
def test_a_deadline_is_found_by_rule_child_due_state_and_what_started_it(expected, words):
    rows = [
        row("M1", at(2), "met", CONTACT),
        row("M1", at(4), "missed", uuid4()),
        row("A2", at(2), "open", uuid4(), thing=CONTACT),
    ]
    found = told(Expected(deadlines=(expected,)), Seen(deadlines={"amara": rows}))
    assert [words in text for text in found] == ([] if words is None else [True])


def test_what_an_agency_sees_and_does_not_see_in_order():
    check, decision = uuid4(), uuid4()
    ids = {**IDS, "check": str(check), "decision": str(decision)}
    entries = [entry(CONTACT, at(1)), entry(uuid4(), at(2)), entry(decision, at(3))]
    seen = Seen(chronology={("amara", "police"): entries})

    def sight(*labels: str, seen_: bool = True) -> list[str]:
        expected = Expected(sights=(ExpectedSight("amara", "police", labels, seen_, 1),))
        return told(expected, seen, ids)

    assert sight("contact", "decision") == []
    assert sight("check", seen_=False) == []
    assert sight("decision", "contact") == [
        "police on amara: `contact` stands before `decision`, and should stand after it"
    ]
    assert sight("contact", "check") == ["police on amara: `check` is not seen"]
    assert sight("contact", seen_=False) == ["police on amara: `contact` is seen, and should not be"]
    assert sight("lost") == ["police on amara: `lost` is not seen: its step was not taken"]


def test_what_was_recorded_late_is_complete():
    expected = Expected(late=("contact",), late_line=9)
    assert told(expected, Seen(), late={"contact": 1}) == []
    assert told(expected, Seen()) == ["`contact` was not marked recorded late"]
    assert told(Expected(late=()), Seen(), late={"contact": 1}) == [
        "`contact` was marked recorded late, and is not listed"
    ]
    assert told(Expected(), Seen(), late={"contact": 1}) == []


def test_what_cannot_be_checked_is_never_passed():
    assert told(Expected(unchecked={"open": 7, "nowhere": 8}), Seen()) == [
        "cannot be checked by this version: open",
        "cannot be checked by this version: nowhere",
    ]


def test_every_agency_has_someone_who_reads_for_it():
    for agency in AGENCIES:
        assert reader_of(agency).agency == agency
        assert reader_of(agency).role in DEFAULT_AGENCY


# -- the screen


def test_the_screen_says_in_words_what_each_agency_sees_and_how_long_a_deadline_was_missed_by():
    whole = entry(CONTACT, at(1, 9), title="Contact received", late=True)
    title = whole.model_copy(update={"depth": "title"})
    hidden = entry(uuid4(), at(1, 8), title="Decided")
    sights = tuple(ExpectedSight("amara", agency, (), True, 1) for agency in ("police", "health"))
    a_case = case(
        Person("amara", {"kind": "child", "name": "Amara [Test]"}, 2), expected=Expected(sights=sights)
    )
    seen = Seen(
        now=at(4),
        chronology={
            ("amara", "childrens_social_care"): [hidden, whole],
            ("amara", "police"): [title],
            ("amara", "health"): [],
        },
        deadlines={
            "amara": [
                row("M1", at(2), "missed", what="decide every contact"),
                row("M4", at(2), "missed", acted_at=at(2, 1, 30)),
            ]
        },
    )
    out = Console(file=StringIO(), width=160)
    show(out, a_case, Played(ids=IDS), seen)
    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    (contact,) = [line for line in lines if "Contact received" in line]
    assert "Contact received (contact) (recorded late)" in contact
    assert contact.index("● whole") < contact.index("○ title only") < contact.index("· not seen")
    assert next(i for i, line in enumerate(lines) if "Decided" in line) < lines.index(contact)
    assert any("Amara [Test]" in line for line in lines)
    assert any("decide every contact" in line and "2 d so far, not done" in line for line in lines)
    assert any("M4" in line and "1 h 30 min" in line for line in lines)


def test_differences_are_printed_with_the_files_line():
    out = Console(file=StringIO(), width=40)
    a_case = case(expected=Expected(unchecked={"open": 7}))
    show_differences(out, a_case, differences(a_case, Played(), Seen()))
    assert "a-case.yaml:7: cannot be checked by this version: open\n" in out.file.getvalue()  # type: ignore[attr-defined]
