"""Comparing what a play left behind with what its file expects, and how both are shown."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from deploy.play.answers import DeadlineRow, PatternRow, SeenEntry
from deploy.play.case_types import (
    NO_CHILD,
    By,
    Case,
    CasePerson,
    CaseStep,
    Expected,
    ExpectedCount,
    ExpectedDeadline,
    ExpectedNowhere,
    ExpectedPattern,
    ExpectedPlan,
    ExpectedSight,
    ExpectedUnseen,
    NotYet,
    Viewer,
)
from deploy.play.expecting import differences
from deploy.play.looking import CaseOutcome, reader_of
from deploy.play.play import CaseDifference, Played
from deploy.play.printing import show, show_differences, show_stop
from shared.domain.actors import AGENCIES, AGENCIES_OF_ROLE
from shared.service.expectations import PLANS

AMARA, CONTACT = uuid4(), uuid4()
NOTHING = Expected()
POLICE, HEALTH, SCHOOL = Viewer("police"), Viewer("health"), Viewer("education", "Elm School")
SOCIAL_CARE = Viewer("childrens_social_care")


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def case(*people: CasePerson, expected: Expected = NOTHING, not_yet: tuple[NotYet, ...] = ()) -> Case:
    step = CaseStep(1, 11, at(1), "mash.Do", By("Jo Bell", "mash_screener", "childrens_social_care"))
    return Case("a-case", Path("a-case.yaml"), "d", "A case", people, (step,), expected, not_yet)


def row(rule: str, due: datetime, state: str, command: UUID | None = None, **more) -> DeadlineRow:
    return DeadlineRow(rule=rule, due_at=due, state=state, command=command, **more)


def entry(command: UUID, when: datetime, **more) -> SeenEntry:
    base = {
        "id": str(uuid4()),
        "happened_at": when,
        "known_at": when,
        "recorded_at": when,
        "title": "Contact",
    }
    return SeenEntry.model_validate({**base, "command": command, **more})


IDS = {"amara": str(AMARA), "contact": str(CONTACT)}


def told(
    expected: Expected, seen: CaseOutcome, ids: dict[str, str] = IDS, late: dict[str, int] | None = None
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
    found = told(Expected(deadlines=(expected,)), CaseOutcome(deadlines={"amara": rows}))
    assert [words in text for text in found] == ([] if words is None else [True])


def test_the_step_at_the_root_is_found_through_whichever_service_started_the_clock():
    started_by_a_policy = row("A2", at(2), "met", uuid4(), root=CONTACT)
    found = Expected(deadlines=(ExpectedDeadline("A2", "amara", at(2), "met", 1, of="contact"),))
    assert told(found, CaseOutcome(deadlines={"amara": [started_by_a_policy]})) == []
    other_root = started_by_a_policy.model_copy(update={"root": uuid4(), "command": CONTACT})
    assert "there is none" in told(found, CaseOutcome(deadlines={"amara": [other_root]}))[0]


def test_a_deadline_about_no_child():
    expected = Expected(deadlines=(ExpectedDeadline("M19", NO_CHILD, at(2), "met", 1, of="contact"),))
    assert told(expected, CaseOutcome(deadlines={NO_CHILD: [row("M19", at(2), "met", CONTACT)]})) == []
    assert "M19 about none of contact: there is none" in told(expected, CaseOutcome())[0]


def test_what_an_agency_sees_and_does_not_see_in_order():
    check, decision = uuid4(), uuid4()
    ids = {**IDS, "check": str(check), "decision": str(decision)}
    entries = [entry(CONTACT, at(1)), entry(uuid4(), at(2)), entry(decision, at(3))]
    seen = CaseOutcome(chronology={("amara", POLICE): entries})

    def sight(*labels: str, seen_: bool = True) -> list[str]:
        expected = Expected(sights=(ExpectedSight("amara", POLICE, labels, seen_, 1),))
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
    assert told(expected, CaseOutcome(), late={"contact": 1}) == []
    assert told(expected, CaseOutcome()) == ["`contact` was not marked recorded late"]
    assert told(Expected(late=()), CaseOutcome(), late={"contact": 1}) == [
        "`contact` was marked recorded late, and is not listed"
    ]
    assert told(Expected(), CaseOutcome(), late={"contact": 1}) == []


def test_an_entry_that_is_marked_late_is_late_though_the_answer_did_not_say_so():
    late = CaseOutcome(chronology={("amara", POLICE): [entry(CONTACT, at(1), late=True)]})
    assert told(Expected(late=("contact",)), late) == []
    assert told(Expected(late=()), late) == ["`contact` was marked recorded late, and is not listed"]


def test_words_that_an_agency_is_not_to_see():
    expected = Expected(unseen=(ExpectedUnseen("amara", SCHOOL, 'Mrs "Next" Door', 1),))
    shown = '{"items": [{"title": "Told by MRS \\"next\\" door"}]}'
    there = CaseOutcome(answered={"unseen"}, shown={("amara", SCHOOL): shown})
    assert told(expected, there) == ['education/Elm School is shown `Mrs "Next" Door` of amara']
    assert told(expected, CaseOutcome(answered={"unseen"}, shown={("amara", POLICE): shown})) == []


@pytest.mark.parametrize(
    ("plan", "answered", "words"),
    [
        ("child_in_need", {"looked_after": False, "child_protection": False, "child_in_need": True}, None),
        ("looked_after", {"looked_after": True}, None),
        ("none", dict.fromkeys(PLANS, False), None),
        ("none", dict.fromkeys(PLANS, False) | {"early_help": True}, "expected none; there is: early_help"),
        ("child_in_need", dict.fromkeys(PLANS, True), "there is: looked_after"),
        ("child_in_need", dict.fromkeys(PLANS, False), "and it is not open"),
        ("child_protection", {"child_protection": True}, "no team here answers `open` for looked_after"),
        (
            "none",
            {"looked_after": False, "child_protection": False, "child_in_need": False},
            "for early_help",
        ),
    ],
)
def test_what_is_open_is_the_weightiest_and_is_known_only_where_teams_answer(plan, answered, words):
    expected = Expected(plans=(ExpectedPlan("amara", plan, 1),))
    found = told(expected, CaseOutcome(plans={"amara": answered}))
    assert [words in text for text in found] == ([] if words is None else [True])


def test_patterns_are_complete_and_stand_at_the_step_that_completed_them_first():
    expected = Expected(patterns=(ExpectedPattern("amara", "R5", "contact", 1),), patterns_line=1)

    def found(expected: Expected, **rows: list[PatternRow]) -> list[str]:
        return told(expected, CaseOutcome(answered={"pattern"}, patterns=rows))

    first, other = PatternRow(rule="R5", command=CONTACT), PatternRow(rule="R5", command=uuid4())
    assert found(expected, amara=[first, other], esi=[]) == []
    assert found(expected, amara=[other, first]) == [
        "the pattern of amara by R5 was completed at a step without a label, expected contact"
    ]
    assert found(expected, amara=[]) == ["amara has no repeat pattern by R5"]
    assert found(expected, amara=[first], esi=[other]) == [
        "esi has a repeat pattern by R5, and is not listed"
    ]
    assert found(Expected(patterns=()), amara=[first]) == [
        "amara has a repeat pattern by R5, and is not listed"
    ]
    assert found(Expected(), amara=[first]) == []


def test_counts_over_interviews():
    expected = Expected(counts=(ExpectedCount("places", "Station steps", 2, 1),))
    counted = CaseOutcome(
        answered={"intelligence"}, counts={("places", "Station steps"): 2, ("people", "Jay"): 1}
    )
    assert told(expected, counted) == []
    counted.counts["places", "Station steps"] = 3
    assert told(expected, counted) == ["places: `Station steps` is counted 3 times, expected 2"]
    assert told(expected, CaseOutcome(answered={"intelligence"})) == [
        "places: `Station steps` is counted 0 times, expected 2"
    ]


def test_what_stands_where_it_may_not_is_told_with_every_place():
    expected = Expected(nowhere=(ExpectedNowhere("Carl", 1),))
    there = CaseOutcome(found={"Carl": ["the table mash.events", "the file logs/mash.log"]})
    assert told(expected, there) == [
        "`Carl` stands in the table mash.events",
        "`Carl` stands in the file logs/mash.log",
    ]
    assert told(expected, CaseOutcome()) == []


def test_what_no_team_answers_is_never_passed():
    expected = Expected(
        unseen=(ExpectedUnseen("amara", POLICE, "Carl", 1),),
        plans=(ExpectedPlan("amara", "none", 2),),
        patterns=(ExpectedPattern("amara", "R5", "contact", 3),),
        patterns_line=3,
        counts=(ExpectedCount("places", "Station steps", 0, 4),),
    )
    assert told(expected, CaseOutcome(plans={"amara": {}})) == [
        "no team here answers `unseen`, so it cannot be checked",
        "no team here answers `open` for looked_after, so what is open for amara is not known",
        "no team here answers `pattern`, so it cannot be checked",
        "no team here answers `intelligence`, so it cannot be checked",
    ]


def test_expectations_are_left_aside_where_the_play_stopped_before_its_end():
    expected = Expected(late=("contact",), late_line=9)
    stopped = case(
        expected=expected, not_yet=(NotYet(1, 11, 3, "there is no command mash.Do", command=True),)
    )
    played = Played(differences=[CaseDifference(3, "a step differed")])
    assert differences(stopped, played, CaseOutcome()) == [CaseDifference(3, "a step differed")]


def test_every_agency_and_organisation_has_someone_who_reads_for_it():
    for agency in AGENCIES:
        assert reader_of(Viewer(agency)).agency == agency
        assert agency in AGENCIES_OF_ROLE[reader_of(Viewer(agency)).role]
    assert reader_of(SCHOOL) == By("Casey Reader", "designated_safeguarding_lead", "education", "Elm School")


# -- the screen


def test_the_screen_says_in_words_what_each_agency_sees_and_how_long_a_deadline_was_missed_by():
    whole = entry(CONTACT, at(1, 9), title="Contact received", late=True)
    title = whole.model_copy(update={"depth": "title"})
    hidden = entry(uuid4(), at(1, 8), title="Decided")
    sights = tuple(ExpectedSight("amara", viewer, (), True, 1) for viewer in (POLICE, SCHOOL))
    a_case = case(
        CasePerson("amara", {"kind": "child", "name": "Amara [Test]"}, 2), expected=Expected(sights=sights)
    )
    seen = CaseOutcome(
        now=at(4),
        chronology={
            ("amara", SOCIAL_CARE): [hidden, whole],
            ("amara", POLICE): [title],
            ("amara", SCHOOL): [],
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
    assert any("Education, Elm School" in line for line in lines)
    assert any("decide every contact" in line and "2 d so far, not done" in line for line in lines)
    assert any("M4" in line and "1 h 30 min" in line for line in lines)


def test_differences_are_printed_with_the_files_line():
    out = Console(file=StringIO(), width=40)
    a_case = case(expected=Expected(late=("contact",), late_line=7))
    show_differences(out, a_case, differences(a_case, Played(), CaseOutcome()))
    assert "a-case.yaml:7: `contact` was not marked recorded late\n" in out.file.getvalue()  # type: ignore[attr-defined]


def test_a_stop_is_told_with_its_step_and_everything_that_is_missing():
    out = Console(file=StringIO(), width=400)
    a_case = case(not_yet=(NotYet(1, 11, 3, "there is no command mash.Do", command=True),))
    show_differences(out, a_case, [])
    show_stop(out, a_case, a_case.steps[0])
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "as the file says" not in text
    assert "a-case: stopped before the step of line 11 (mash.Do)" in text
    assert "0 of 1 steps were played" in text
    assert "a-case.yaml:11:3: there is no command mash.Do\n" in text
    assert "Missing commands: mash.Do." in text
