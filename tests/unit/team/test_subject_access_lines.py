"""Of the words of a fact, what a person would be shown who asks for them: proposed by what each field is about."""

import pytest

from shared.team.subject_access import Line, Proposed, lines_of

SHOW, REDACT, LEAVE_OUT = Proposed.SHOW, Proposed.REDACT, Proposed.LEAVE_OUT


def proposed(name: str = "mash.ContactReceived", sensitivity: str = "ordinary", **text):
    return [(line.field, line.proposed, line.why) for line in lines_of(name, sensitivity, text)]


def test_what_was_said_of_them_is_theirs_and_professionals_are_named():
    assert proposed(worries="Alone after dark.", recorded_by="Mia Dunn") == [
        ("worries", SHOW, None),
        ("recorded_by", SHOW, None),
    ]


@pytest.mark.parametrize("field", ["referrer_name", "referrer_contact", "care_parts", "reported_by"])
def test_who_told_is_not(field):
    assert proposed(**{field: "J. Neighbour"}) == [(field, REDACT, "who_told")]


def test_what_is_about_others_by_its_nature_is_not():
    assert proposed(people=["Dee Fox"], attended=[{"name": "Max", "role": "uncle"}]) == [
        ("people", REDACT, "other_person"),
        ("attended.name", REDACT, "other_person"),
        ("attended.role", REDACT, "other_person"),
    ]


@pytest.mark.parametrize(
    ("name", "sensitivity", "why"),
    [
        ("mash.LadoNotified", "ordinary", "allegation"),
        ("lado.AllegationReceived", "sealed", "allegation"),
        ("mash.ContactReceived", "restricted", "restricted"),
        ("missing.IntelligenceShared", "ordinary", "risk_of_harm"),
    ],
)
def test_what_may_do_harm_or_is_for_few_is_left_out_is_l8(name, sensitivity, why):
    assert proposed(name, sensitivity, worries="x") == [("worries", LEAVE_OUT, why)]


def test_every_text_within_is_a_line_in_its_order_and_nothing_of_what_is_empty():
    text = {"actions": [{"what": "Call", "by": None}, {"what": "Visit"}], "alone": True, "n": 3, "none": ""}
    assert lines_of("assessment.ChildSeen", "ordinary", text) == [
        Line("actions.what", "Call", SHOW),
        Line("actions.what", "Visit", SHOW),
        Line("alone", "yes", SHOW),
        Line("n", "3", SHOW),
    ]
