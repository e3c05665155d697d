"""Forms made of a schema: what is asked, what was answered, which question an error belongs to."""

import pytest

from shared.pages.forms import Filled, NoForm, body_of, errors_of, fields_of
from shared.pages.words import CommandWords, FieldWords, Words, WordsMissing

SCHEMA = {
    "properties": {
        "outcome": {"$ref": "#/$defs/Outcome"},
        "level": {"type": "integer", "minimum": 1, "maximum": 4},
        "why": {"type": "string", "minLength": 1, "maxLength": 20000},
        "aware": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        "on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "at": {"type": "string", "format": "date-time"},
        "referrer": {"$ref": "#/$defs/Referrer"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/Child"}},
        "questions": {"type": "array", "items": {"type": "string", "maxLength": 200}},
    },
    "required": ["outcome", "level", "why"],
    "$defs": {
        "Outcome": {"enum": ["accepted", "signposted"], "type": "string"},
        "Referrer": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 200}}},
        "Child": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 200}}},
    },
}
LABELS = {name: FieldWords(f"The {name}", missing=f"Enter the {name}") for name in SCHEMA["properties"]}
LABELS |= {"referrer.name": FieldWords("Name"), "children.name": FieldWords("Name", missing="Enter the name")}
LABELS["level"] = FieldWords("Level", codes="Level")
SAID = CommandWords("Decide", "Decide", "Decided", fields=LABELS)


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(
        "codes:\n  Outcome: {accepted: Accepted, signposted: Signposted}\n"
        "  Level: {1: One, 2: Two, 3: Three, 4: Four}\n"
    )
    return Words([path])


@pytest.fixture
def fields(words):
    return fields_of(SCHEMA, SAID, words)


def test_each_field_is_asked_for_in_its_own_way(fields):
    assert [one.kind for one in fields] == [
        "choice", "choice", "text", "yes_no", "date", "moment", "group", "rows", "lines",
    ]  # fmt: skip
    assert fields[0].options == (("accepted", "Accepted"), ("signposted", "Signposted"))


def test_answers_become_the_command_and_what_is_empty_is_left_out(fields):
    answers = {
        "outcome": ["accepted"],
        "level": ["4"],
        "why": ["  Losing weight.\r\nAlone. "],
        "aware": ["false"],
        "on-day": ["2"],
        "on-month": ["4"],
        "on-year": ["2026"],
        "at-day": ["2"],
        "at-month": ["7"],
        "at-year": ["2026"],
        "at-time": ["14:30"],
        "referrer.name": [""],
        "children-rows": ["2"],
        "children.0.name": ["Ava"],
        "children.1.name": [" "],
        "questions": ["One?\n\nTwo?"],
    }
    assert body_of(fields, answers) == (
        {
            "outcome": "accepted",
            "level": 4,
            "why": "Losing weight.\nAlone.",
            "aware": False,
            "on": "2026-04-02",
            "at": "2026-07-02T13:30:00Z",
            "children": [{"name": "Ava"}],
            "questions": ["One?", "Two?"],
        },
        [],
    )


@pytest.mark.parametrize(
    ("day", "month", "year"), [("31", "2", "2026"), ("x", "2", "2026"), ("1", "", "2026")]
)
def test_a_day_that_is_none_is_wrong_at_its_question(fields, day, month, year):
    _, (wrong,) = body_of(fields, {"on-day": [day], "on-month": [month], "on-year": [year]})
    assert wrong.name == "on"
    assert wrong.link == "on-day"
    assert wrong.message == "The on must be a real date, such as 27 3 2026"


def test_what_a_team_says_stands_at_the_nearest_question_in_its_words(fields):
    answers = {"children-rows": ["2"]}
    said = [
        {"field": "with.why", "code": "missing", "message": "Field required"},
        {"field": "with.children.1.name", "code": "blank", "message": "This is empty"},
        {"field": "with.questions.3", "code": "too_long", "message": "Write at most 200 characters."},
        {"field": "about", "code": "rule", "message": "Name a child."},
    ]
    assert [(one.name, one.message) for one in errors_of(said, fields, answers)] == [
        ("why", "Enter the why"),
        ("children.1.name", "Enter the name"),
        ("questions", "Write at most 200 characters."),
        ("", "Name a child."),
    ]


def test_a_field_or_code_without_words_has_no_form(words):
    fewer = {name: said for name, said in LABELS.items() if name != "why"}
    with pytest.raises(WordsMissing, match="why"):
        fields_of(SCHEMA, CommandWords("D", "D", "D", fields=fewer), words)
    more = {**SCHEMA, "$defs": {**SCHEMA["$defs"], "Outcome": {"enum": ["another"]}}}
    with pytest.raises(WordsMissing, match="another"):
        fields_of(more, SAID, words)


def test_a_thing_is_never_asked_for_by_its_id(words):
    schema = {"properties": {"other": {"type": "string", "x-label": "thing"}}, "required": ["other"]}
    with pytest.raises(NoForm):
        fields_of(schema, CommandWords("D", "D", "D", fields={"other": FieldWords("Other")}), words)


def test_a_form_drawn_again_has_its_answers(fields):
    form = Filled(fields, {"why": ["Because"], "children-rows": ["3"]})
    assert form.value("why") == "Because"
    assert form.rows(fields[7]) == 3
