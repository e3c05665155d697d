"""Case files: what is read, and what is told of one that is wrong."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import BaseModel

from deploy.play.case_types import Label, labels_within, with_ids
from deploy.play.cases import BadCase, case_files, load_case
from deploy.play.command_fields import own_fields
from deploy.play.marked_yaml import Mistake, read_yaml

sys.path.insert(0, str(Path(__file__).parent))
from case_double import BY, COMMANDS, PEOPLE, RECEIVE, Share, load, mistakes, only_mistake


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("on", "on"),
        ("no", "no"),
        ("2016-05-14", "2016-05-14"),
        ("2026-04-02T16:40", "2026-04-02T16:40"),
        ("12:30:45", "12:30:45"),
        ('"6"', "6"),
        ("6", 6),
        ("-6", -6),
        ("1.5", 1.5),
        ("1A", "1A"),
        ("1_000", "1_000"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("!!str 6", "6"),
    ],
)
def test_only_the_core_schemas_words_are_anything_but_text(written, read):
    found: list[Mistake] = []
    node = read_yaml(f"a: {written}\n", found)
    assert found == []
    assert node is not None
    assert node.plain() == {"a": read}
    assert type(node.plain()["a"]) is type(read)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [", 1, "not YAML"),
        ("", 1, "empty"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("a: 1\nb: &x [*x]\n", 2, "contains itself"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("a: !python/object:os.system x\n", 1, "tag"),
        ("a: 'x\x00'\n", 1, "not YAML"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path, text, line, words):
    told = mistakes(tmp_path, text)
    assert any(where == line and words in message for where, message in told)


def test_a_whole_case(tmp_path):
    case = load(
        tmp_path,
        PEOPLE + RECEIVE + f"- {{at: 2026-04-02T16:40:30, {BY}, do: mash.Share, re: contact, as: shared, "
        "happened: 2026-04-02T10:00, known: 2026-04-02T11:00, with: {with: [grace, amara], contacts: [contact]}}\n"
        "- until: 2026-06-30T12:00\n"
        "expect:\n"
        "  deadlines:\n"
        "  - {rule: M1, about: amara, of: contact, due: 2026-04-08T00:00, state: met}\n"
        "  chronology: {amara: {police: [contact], not_health: [shared]}}\n"
        "  late: [shared]\n",
    )
    amara, grace = case.people
    assert amara.fields == {
        "kind": "child",
        "name": "Amara Test",
        "born": "2016-05-14",
        "family": grace.fields["family"],
    }
    UUID(amara.fields["family"])
    assert [child.label for child in case.children] == ["amara"]
    (relation,) = grace.relations
    assert (relation.to, relation.fields) == (
        "amara",
        {"person": Label("grace"), "is": "mother", "parental_responsibility": True},
    )
    receive, share, wait = case.steps
    assert receive.at == datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
    assert receive.fields == {"source": "6", "referrer": {"name": "PC Hale"}}
    assert (share.re, share.happened) == ("contact", datetime(2026, 4, 2, 9, tzinfo=UTC))
    assert share.fields == {"with": [Label("grace"), Label("amara")], "contacts": [Label("contact")]}
    assert (wait.do, wait.at) == (None, datetime(2026, 6, 30, 11, tzinfo=UTC))
    (deadline,) = case.expected.deadlines
    assert (deadline.of, deadline.due) == ("contact", datetime(2026, 4, 7, 23, tzinfo=UTC))
    assert [(str(one.viewer), one.seen) for one in case.expected.sights] == [
        ("police", True),
        ("health", False),
    ]
    assert case.expected.late == ("shared",)
    assert [str(one) for one in case.viewers] == ["childrens_social_care", "police", "health"]
    assert (case.stops_before, case.playable) == (None, case.steps)


def test_a_time_among_a_commands_fields_becomes_an_instant(tmp_path):
    case = load(
        tmp_path, PEOPLE + RECEIVE.replace("name: PC Hale", "name: PC Hale, told_at: 2026-04-02T15:00")
    )
    assert case.steps[0].fields["referrer"]["told_at"] == "2026-04-02T14:00:00Z"


def test_a_text_is_a_label_only_where_the_schema_says_so(tmp_path):
    step = f"- {{at: 2026-04-02T17:00, {BY}, do: mash.Share, with: {{with: [amara], by: %s}}}}\n"
    assert load(tmp_path, PEOPLE + step % "child").steps[0].fields["by"] == "child"
    assert load(tmp_path, PEOPLE + step % "grace").steps[0].fields["by"] == Label("grace")
    word = RECEIVE.replace('source: "6"', 'source: "6", word: grace')
    assert load(tmp_path, PEOPLE + word).steps[0].fields["word"] == "grace"


def test_a_family_is_the_same_for_one_label_and_another_in_another_case(tmp_path):
    first = load(tmp_path, PEOPLE + RECEIVE)
    other = tmp_path / "other.yaml"
    other.write_text(PEOPLE + RECEIVE)
    second = load_case(other, COMMANDS)
    assert first.people[0].fields["family"] == first.people[1].fields["family"]
    assert first.people[0].fields["family"] != second.people[0].fields["family"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("at: 2026-04-02T16:40", "at: 2026-04-02 16:40"), "not a time"),
        (("at: 2026-04-02T16:40", "at: 2026-03-29T01:30"), "does not exist"),
        (("as: contact", "as: amara"), "taken since line 3"),
        (("about: [amara]", "about: [kofi]"), "`kofi` is not the label of a person"),
        (("about: [amara]", "about: amara"), "about is a list"),
        (("about: [amara]", "abuot: [amara]"), "no key `abuot`"),
        (("role: mash_screener", "role: screener"), "screener is no role"),
        (("agency: childrens_social_care", "agency: social_care"), "social_care is no agency"),
        (("agency: childrens_social_care", "agency: police"), "nobody of police is a mash_screener"),
        (("name: Jo Bell, ", ""), "`by` needs `name`"),
        (('source: "6"', "source: 6"), "mash.Receive, source"),
        (('source: "6", ', ""), "mash.Receive, source"),
        (("{name: PC Hale}", "{name: 7}"), "put it in quotes"),
        (("{name: PC Hale}", "{name: PC Hale, beside: [kofi]}"), "`kofi` is no label yet"),
        (("{name: PC Hale}", "{name: PC Hale, beside: [contact]}"), "`contact` is no label yet"),
        (("{name: PC Hale}", "{name: PC Hale, told_at: now}"), "not a time"),
        (("as: contact", "as: contact, happened: today"), "not a time"),
        (("as: contact", "as: contact, re: contact"), "`contact` is not the label of a step"),
    ],
)
def test_a_mistake_in_a_step_is_told_with_its_line(tmp_path, change, words):
    assert change[0] in RECEIVE
    line, message = only_mistake(tmp_path, PEOPLE + RECEIVE.replace(*change))
    assert line == 6
    assert words in message


def test_a_step_about_no_child_needs_neither_about_nor_re(tmp_path):
    shift = f"- {{at: 2026-04-02T17:00, {BY}, do: mash.Share, as: handover, with: {{with: []}}}}\n"
    step = load(tmp_path, PEOPLE + RECEIVE + shift).steps[1]
    assert (step.about, step.re, step.label) == ((), None, "handover")


def test_about_beside_re_narrows_it(tmp_path):
    share = (
        f"- {{at: 2026-04-02T17:00, {BY}, do: mash.Share, re: contact, about: [amara], with: {{with: []}}}}\n"
    )
    step = load(tmp_path, PEOPLE + RECEIVE + share).steps[1]
    assert (step.about, step.re) == (("amara",), "contact")


def test_a_value_written_once_may_stand_in_many_places(tmp_path):
    first = RECEIVE.replace(BY, f"by: &jo {BY.removeprefix('by: ')}")
    share = "- {at: 2026-04-02T17:00, by: *jo, do: mash.Share, with: {with: []}}\n"
    case = load(tmp_path, PEOPLE + first + share)
    assert case.steps[0].by == case.steps[1].by


def test_steps_stand_in_order_of_time(tmp_path):
    early = RECEIVE.replace("16:40", "16:39").replace("as: contact, ", "")
    line, message = only_mistake(tmp_path, PEOPLE + RECEIVE + early)
    assert (line, "order of `at`" in message) == (7, True)


def test_a_label_is_used_only_after_its_step(tmp_path):
    share = f"- {{at: 2026-04-02T16:40, {BY}, do: mash.Share, re: contact, with: {{with: []}}}}\n"
    line, message = only_mistake(tmp_path, PEOPLE + share + RECEIVE)
    assert (line, "`contact`" in message) == (6, True)


def test_a_step_to_be_refused_may_hold_wrong_values_and_opens_nothing(tmp_path):
    refused = RECEIVE.replace('source: "6"', 'source: "9"').replace("as: contact", "as: contact, refused: M5")
    assert load(tmp_path, PEOPLE + refused).steps[0].refused == "M5"
    share = f"- {{at: 2026-04-02T16:40, {BY}, do: mash.Share, re: contact, with: {{with: []}}}}\n"
    assert only_mistake(tmp_path, PEOPLE + refused + share)[0] == 7


def test_all_mistakes_of_a_file_are_told_at_once_with_file_line_and_column(tmp_path):
    text = (
        PEOPLE.replace("kind: adult", "knd: adult")
        + RECEIVE.replace('source: "6"', "source: 6")
        + "more: 1\n"
    )
    with pytest.raises(BadCase) as told:
        load(tmp_path, text)
    lines = str(told.value).splitlines()
    path = tmp_path / "a-case.yaml"
    column = RECEIVE.index('"6"') + 1
    assert [line.split(" ")[0] for line in lines] == [
        f"{path}:4:10:",
        f"{path}:4:11:",
        f"{path}:6:{column}:",
        f"{path}:7:1:",
    ]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"title: x\npeople: {a: {name: Zo\xeb}}\n")
    with pytest.raises(BadCase, match=r"a\.yaml:2:1: this is not UTF-8"):
        load_case(path, COMMANDS)


def test_a_folder_is_its_files_in_name_order(tmp_path):
    for name in ("b.yaml", "a.yaml", "README.md"):
        (tmp_path / name).write_text("")
    assert [path.name for path in case_files(tmp_path)] == ["a.yaml", "b.yaml"]
    assert case_files(tmp_path / "b.yaml") == [tmp_path / "b.yaml"]
    with pytest.raises(FileNotFoundError, match="no case file"):
        case_files(tmp_path / "c.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no case file"):
        case_files(tmp_path / "empty")


def test_labels_are_found_and_filled_at_any_depth():
    fields = {"a": [Label("x"), {"b": Label("y")}], "c": "x"}
    assert list(labels_within(fields)) == ["x", "y"]
    assert with_ids(fields, {"x": "1", "y": "2"}) == {"a": ["1", {"b": "2"}], "c": "x"}
    with pytest.raises(KeyError):
        with_ids(fields, {"x": "1"})


def test_published_fields_are_the_commands_own_and_mark_labels():
    schema = own_fields(Share)
    assert set(schema["properties"]) == {"with", "contacts", "by"}
    assert schema["required"] == ["with"]
    assert schema["properties"]["with"]["items"]["x-label"] == "person"
    assert schema["properties"]["contacts"]["items"]["x-label"] == "thing"


class Accept(BaseModel):
    """A command of a receiving team."""

    team: str


@pytest.mark.parametrize(
    ("by", "team"),
    [
        ("{name: Tess Moor, role: team_lead, agency: education}", "virtual_school"),
        ("{name: Tess Moor, role: team_lead, agency: education, team: adoption}", "adoption"),
        ("{name: Ravi Cole, role: team_manager, agency: childrens_social_care}", None),
    ],
    ids=["of the team that the command names", "of the team they say", "of no receiving team"],
)
def test_somebody_of_a_receiving_team_is_of_the_one_that_the_command_names(tmp_path, by, team):
    step = f"- {{at: 2026-04-02T16:40, by: {by}, do: teams.Accept, about: [amara], with: {{team: virtual_school}}}}\n"
    path = tmp_path / "a-case.yaml"
    path.write_text(PEOPLE + step, encoding="utf-8")
    (played,) = load_case(path, {**COMMANDS, "teams.Accept": Accept}).steps
    assert played.by.team == team
