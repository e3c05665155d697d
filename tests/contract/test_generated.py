"""What is made from the code: each file that differs is named, and a page keeps what stands around its tables."""

import pytest

from deploy.generate import everything
from deploy.generate.__main__ import main
from deploy.generate.everything import FRONT, ROOT, stale
from deploy.generate.golden import path_of
from deploy.generate.markdown import NoPlace, between
from deploy.generate.team_page import BEGIN, END, page_of, sentence, title, with_tables, with_teams
from services import all_teams, names


def test_a_page_that_says_something_else_is_named(monkeypatch, capsys):
    monkeypatch.setattr(everything, "PAGES", {"rules.md": lambda: "Something else."})
    assert stale() == [ROOT / "docs/rules.md"]
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/rules.md is not as the code says: run `make generate`\n"


def test_an_event_without_its_golden_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(everything.golden, "path_of", lambda name, version: path_of(name, version, tmp_path))
    assert len(stale()) == len(everything.events())


def test_a_schema_that_is_missing_and_one_of_a_command_that_is_no_more_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(everything.event_schemas, "COMMANDS", tmp_path)
    (tmp_path / "mash.Undone.json").write_text("{}")
    found = {path.name for path in stale()}
    assert {"mash.Undone.json", "mash.DecideContact.json"} <= found


@pytest.mark.parametrize("team", all_teams(), ids=lambda one: one.name)
def test_a_teams_page_is_made_again_from_what_is_around_its_tables(team):
    page = page_of(team.name).read_text(encoding="utf-8")
    torn = page.replace(page.partition(BEGIN)[2].partition(END)[0], "\nold\n")
    assert "\nold\n" in torn
    assert with_tables(torn, team) == page


def test_the_front_page_names_every_team_by_its_own_sentence():
    front = with_teams(FRONT.read_text(encoding="utf-8"))
    for name in names():
        assert f"| [{title(name)}](services/{name}/README.md) | {sentence(name)} |" in front
        assert sentence(name).endswith(".")


@pytest.mark.parametrize("page", ["no marks", "END BEGIN", "BEGIN BEGIN END", "BEGIN"])
def test_a_page_that_does_not_say_where_is_refused(page):
    with pytest.raises(NoPlace, match="put both back once"):
        between(page, "BEGIN", "END", "made")
