"""Every command of a team that has pages is said in people's words, each question and each code of it, or said to have no form."""

import pytest

from services.pages.composition import pages_of_teams, schemas
from shared.pages.forms import fields_of
from shared.pages.site import OWN_WORDS
from shared.pages.words import Words

TEAMS = pages_of_teams()
WORDS = Words([OWN_WORDS, *(team.folder / "words.yaml" for team in TEAMS)])
COMMANDS = {
    name: schema
    for name, schema in schemas().items()
    if name.partition(".")[0] in {team.team for team in TEAMS}
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_has_words_for_all_it_asks(command: str) -> None:
    said = WORDS.command(command)
    if said is None:
        assert WORDS.without_form(command), f"{command} has no words"
        return
    fields = fields_of(COMMANDS[command], said, WORDS, [("somebody", "Somebody")])
    assert {each.name for each in fields} <= set(said.fields)
    for text in (said.title, said.button, said.done):
        assert text


def test_pages_of_a_team_ask_no_other_teams_code() -> None:
    for team in TEAMS:
        source = (team.folder / "pages.py").read_text(encoding="utf-8")
        taken = [
            line for line in source.splitlines() if line.startswith(("from services.", "import services"))
        ]
        assert all(line.startswith((f"from services.{team.team}.codes",)) for line in taken), taken


def test_no_template_lets_markup_through() -> None:
    for team in TEAMS:
        for path in (team.folder / "templates").rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert "|safe" not in text.replace(" ", ""), path
            assert "style=" not in text, path
