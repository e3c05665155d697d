"""Case files: people, what is expected at the end, and what a file wants that no team has yet."""

import sys
from pathlib import Path

import pytest

from deploy.catalogue import known_commands
from deploy.play.case_types import (
    NO_CHILD,
    ExpectedCount,
    ExpectedNowhere,
    ExpectedPattern,
    ExpectedPlan,
    ExpectedUnseen,
    Viewer,
)
from deploy.play.cases import BadCase, load_case

sys.path.insert(0, str(Path(__file__).parent))
from case_double import BY, PEOPLE, RECEIVE, load, only_mistake


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("{rule: M1, about: amara, due: 2026-04-08T00:00, state: done}", "done is no state"),
        ("{rule: M1, about: amara, due: 2026-04-08T00:00}", "needs `state`"),
        ("{rule: M1, about: amara, of: amara, due: 2026-04-08T00:00, state: met}", "not the label of a step"),
    ],
)
def test_a_mistake_in_an_expected_deadline(tmp_path, expected, words):
    line, message = only_mistake(tmp_path, f"{PEOPLE}{RECEIVE}expect:\n  deadlines:\n  - {expected}\n")
    assert line == 9
    assert words in message


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("chronologie: {}", "no key `chronologie`"),
        ("chronology: {amara: {polis: [contact]}}", "`polis` is no agency"),
        ("chronology: {amara: {not_polis/East: [contact]}}", "`polis` is no agency"),
        (
            "chronology: {amara: {education/: [contact]}}",
            "names no organisation: write `education/Elm School`",
        ),
        ("unseen: {amara: {polis: [Carl]}}", "`polis` is no agency"),
        ("unseen: {amara: {health: Carl}}", "is a list"),
        ("unseen: {amara: {health: [7]}}", "put it in quotes"),
        ("chronology: {amara: {police: [contcat]}}", "`contcat` is not the label of a step"),
        ("late: [contcat]", "`contcat` is not the label of a step"),
        ("open: {amara: {plan: some}}", "some is no plan"),
        ("pattern: {amara: {rule: R5}}", "needs `at`"),
        ("intelligence: {places: {Station: two}}", "whole number"),
        ("nowhere: Carl", "is a list"),
    ],
)
def test_a_mistake_in_what_is_expected(tmp_path, expected, words):
    line, message = only_mistake(tmp_path, f"{PEOPLE}{RECEIVE}expect:\n  {expected}\n")
    assert line == 8
    assert words in message


def test_every_other_expectation_is_read_with_its_line(tmp_path):
    case = load(
        tmp_path,
        PEOPLE + RECEIVE + "expect:\n"
        "  deadlines:\n"
        "  - {rule: M19, about: none, of: contact, due: 2026-09-01T10:00, state: met}\n"
        "  chronology:\n"
        "    amara:\n"
        "      education/Elm School: [contact]\n"
        "      not_education/Oak School: [contact]\n"
        "  unseen: {amara: {health: [Mrs Next Door], police/East: [Carl]}}\n"
        "  open: {amara: {plan: child_protection}}\n"
        "  pattern: {amara: {rule: R5, at: contact}}\n"
        '  intelligence: {places: {"Station steps": 2}, people: {Jay: 1}}\n'
        "  nowhere: [Carl Example]\n",
    )
    expected = case.expected
    (deadline,) = expected.deadlines
    assert (deadline.about, deadline.of) == (NO_CHILD, "contact")
    elm, oak = (Viewer("education", name) for name in ("Elm School", "Oak School"))
    assert [(one.viewer, one.seen, one.line) for one in expected.sights] == [
        (elm, True, 12),
        (oak, False, 13),
    ]
    assert case.viewers == (Viewer("childrens_social_care"), elm, oak)
    assert expected.unseen == (
        ExpectedUnseen("amara", Viewer("health"), "Mrs Next Door", 14),
        ExpectedUnseen("amara", Viewer("police", "East"), "Carl", 14),
    )
    assert expected.plans == (ExpectedPlan("amara", "child_protection", 15),)
    assert expected.patterns == (ExpectedPattern("amara", "R5", "contact", 16),)
    assert expected.patterns_line == 16
    assert expected.counts == (
        ExpectedCount("places", "Station steps", 2, 17),
        ExpectedCount("people", "Jay", 1, 17),
    )
    assert expected.nowhere == (ExpectedNowhere("Carl Example", 18),)


# -- people


def people(*lines: str) -> str:
    return "title: A case\npeople:\n" + "".join(f"  {line}\n" for line in lines) + f"steps:\n{UNTIL}"


UNTIL = "- until: 2026-06-30T12:00\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bump: {kind: child, name: Bump}", "`born`, or the day it is `due`"),
        ("bump: {kind: child, name: Bump, born: 2026-01-01, due: 2026-12-04}", "and not both"),
        ("none: {kind: adult, name: Nobody}", "nobody is called `none`"),
        ("amara: {kind: child, name: Amara, born: 2016-05-14, shoe_size: 3}", "no key `shoe_size`"),
        (
            "amara: {kind: child, name: Amara, born: 2016-05-14, ethnicity: XXXX}",
            "people.RegisterPerson, ethnicity",
        ),
        ("amara: {kind: child, name: Amara, born: 2016-05-14, disability: [NONE, MOB]}", "NONE stands alone"),
    ],
)
def test_a_mistake_in_a_person(tmp_path, line, words):
    path = tmp_path / "a-case.yaml"
    path.write_text(people(line))
    with pytest.raises(BadCase) as told:
        load_case(path, known_commands())
    (one,) = told.value.mistakes
    assert one.mark.line == 3
    assert words in one.message


def test_the_unborn_and_all_that_is_said_of_a_person(tmp_path):
    path = tmp_path / "a-case.yaml"
    path.write_text(
        people(
            "bump: {kind: child, name: Unborn Test, due: 2026-12-04, sex: U, family: osei}",
            'leo: {kind: child, name: Leo, born: 2014-03-10, nhs_number: "9990001111", sex: M, ethnicity: WBRI, '
            "disability: [NONE], looked_after: true}",
            "rose: {kind: adult, name: Rose, family: osei, relations: [{to: bump, is: grandmother}]}",
        )
    )
    bump, leo, rose = load_case(path, known_commands()).people
    assert (bump.fields["due"], "born" in bump.fields) == ("2026-12-04", False)
    assert leo.fields["looked_after"] is True
    assert rose.relations[0].fields["parental_responsibility"] is False


# -- ahead of this version


@pytest.mark.parametrize(
    ("change", "words", "command"),
    [
        (("do: mash.Receive,", "do: mash.Recieve,"), "no command mash.Recieve", True),
        (("do: mash.Receive,", "do: lado.Close,"), "its fields are not checked", True),
        (
            ("{name: PC Hale}", "{name: PC Hale, phone: 1}"),
            "no field `phone` here; it has: beside, name",
            False,
        ),
        (("with: {", "with: {about: [amara], "), "no field `about`", False),
        (('source: "6"', 'source: "9"'), "mash.Receive, source", False),
    ],
)
def test_what_no_team_has_is_told_with_its_line_and_the_steps_before_it_can_be_played(
    tmp_path, change, words, command
):
    until = "- until: 2026-04-01T12:00\n"
    assert change[0] in RECEIVE
    case = load(tmp_path, PEOPLE + until + RECEIVE.replace(*change) + UNTIL)
    (one,) = case.not_yet
    assert (one.line, one.step, one.command) == (7, 2, command)
    assert words in one.text
    assert case.stops_before == case.steps[1]
    assert case.playable == case.steps[:1]
    assert case.unknown_commands == ((case.steps[1].do,) if command else ())


def test_a_misspelt_command_is_told_what_may_be_meant(tmp_path):
    case = load(tmp_path, PEOPLE + RECEIVE.replace("mash.Receive,", "mash.Recieve,"))
    assert case.not_yet[0].text.endswith("is mash.Receive meant?")


def test_labels_of_steps_that_cannot_be_played_are_labels_all_the_same(tmp_path):
    close = RECEIVE.replace("mash.Receive,", "lado.Close,")
    share = f"- {{at: 2026-04-02T16:40, {BY}, do: mash.Share, re: contact, with: {{with: []}}}}\n"
    case = load(tmp_path, PEOPLE + close + share + "expect: {late: [contact]}\n")
    assert case.expected.late == ("contact",)
