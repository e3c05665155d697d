"""Policy data: the project's, or a council's in its place; what is wrong is said with file and line before the start."""

from pathlib import Path

import pytest
from pydantic import BaseModel

import services
from services.mash.reference import DIRECTORY, INDICATORS, Directory, Indicators
from services.mash.rules import RULES
from shared.domain.instants import london
from shared.service.policy_data import BadPolicyData, check_folder, read_limits, read_reference

M22 = "M22: {limit: 24, applies_from: 2027-01-04, decided: Decision of 3 December 2026}"


def read(model: type[BaseModel]) -> BaseModel:
    return read_reference(INDICATORS if model is Indicators else DIRECTORY, None)


def test_the_projects_own_data_is_whole_and_each_level_and_heading_has_some():
    data = read(Indicators)
    assert isinstance(data, Indicators)
    assert {one.level for one in data.indicators.values()} == {1, 2, 3, 4}
    assert {one.heading for one in data.indicators.values()} == set(data.headings)
    assert all(code.startswith(f"l{one.level}_") for code, one in data.indicators.items())


def test_the_directory_is_searched_by_words_and_topic():
    data = read(Directory)
    assert isinstance(data, Directory)
    assert list(data.found("YOUNG carers", None)) == ["carers_support_bexley"]  # also by its topic
    assert list(data.found("carers babies", None)) == []  # all of the words
    assert set(data.found("", "mental_health")) == {"childline", "young_minds_parents"}
    assert list(data.found("HELPLINE", "abuse")) == [
        "national_domestic_abuse_helpline",
        "nspcc_helpline",
    ]
    used = {topic for one in data.services.values() for topic in one.topics}
    assert used == set(data.topics)


def test_a_councils_file_takes_the_place_of_the_whole(tmp_path: Path):
    (tmp_path / "directory.yaml").write_text(
        "edition: 2027-01\nsource: The council\ntopics: {babies: Babies}\n"
        "services:\n  baby_cafe: {name: Baby café, topics: [babies], says: Tea and help, telephone: 0300 123 0000}\n"
    )
    data = read_reference(DIRECTORY, tmp_path)
    assert isinstance(data, Directory)
    assert list(data.services) == ["baby_cafe"]
    assert read_reference(INDICATORS, tmp_path) == read(Indicators)


def test_a_councils_figure_counts_from_its_day(tmp_path: Path):
    (tmp_path / "limits.yaml").write_text(
        f"mash:\n  {M22}\n  M23: {{at: '08:30', applies_from: 2027-01-04, decided: The same}}\n"
    )
    rules = read_limits(RULES, "mash", tmp_path)
    assert rules.rule_at("M22", london(2027, 1, 5)).limit == 24
    assert rules.deadline("M23", london(2027, 1, 5, 20)).due_at == london(2027, 1, 6, 8, 30)
    assert read_limits(RULES, "assessment", tmp_path) is RULES
    check_folder(tmp_path, [INDICATORS, DIRECTORY], services.names())


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "limits.yaml",
            f"mash:\n  {M22.replace('limit', 'limmit')}\n",
            r"line 2, mash.M22.*limmit.*not known",
        ),
        ("limits.yaml", "mash:\n  M22:\n    limit: 24\n", r"line 2.*applies_from.*needed"),
        (
            "limits.yaml",
            f"mash:\n  {M22.replace('M22', 'M1')}\n",
            r"line 2, mash.M1: .*no council's to choose",
        ),
        ("limits.yaml", f"mash:\n  {M22.replace('24', '0')}\n", r"line 2.*greater than or equal to 1"),
        ("limits.yaml", "mash:\n  - [\n", r"line \d"),
        ("limits.yaml", f"mash:\n  {M22}\n  {M22}\n", r"line 3.*duplicate"),
    ],
)
def test_a_slip_in_the_figures_is_said_with_its_line(tmp_path: Path, file: str, text: str, said: str):
    (tmp_path / file).write_text(text)
    with pytest.raises(BadPolicyData, match=f"{file}, {said}"):
        read_limits(RULES, "mash", tmp_path)


GOOD = INDICATORS.own.read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[1, health, "Well in', '[5, health, "Well in', r"line \d+, indicators.l1_well"),
        ('[1, health, "Well in', '[1, helth, "Well in', "helth is none of the headings"),
        ("edition: 2026-11\n", "", "`edition` is needed"),
        ("  4: {name: Specialist", "  5: {name: Specialist", r"line \d+, levels"),
    ],
)
def test_a_slip_in_the_indicators_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str):
    assert old in GOOD
    (tmp_path / "indicators.yaml").write_text(GOOD.replace(old, new))
    with pytest.raises(BadPolicyData, match=said):
        read_reference(INDICATORS, tmp_path)


def test_what_nobody_reads_is_a_slip_in_a_name(tmp_path: Path):
    known = [INDICATORS, DIRECTORY]
    (tmp_path / "limits.yaml").write_text("mesh: {}\n")
    with pytest.raises(BadPolicyData, match=r"limits.yaml, line 1, mesh: there is no team mesh"):
        check_folder(tmp_path, known, services.names())
    (tmp_path / "limits.yaml").unlink()
    (tmp_path / "indicator.yaml").write_text("")
    with pytest.raises(BadPolicyData, match=r"indicator\.yaml is read by nothing: the files are"):
        check_folder(tmp_path, known, services.names())
    with pytest.raises(BadPolicyData, match="is no folder"):
        check_folder(tmp_path / "nowhere", known, services.names())
