"""The page for whoever installs it names every setting there is, as the code has it."""

import re

import pytest

from deploy.generate.docs import DOCS, INSTALL
from deploy.generate.markdown import NoPlace
from deploy.generate.settings_table import BEGIN, END, with_settings
from shared.service.settings import PREFIX, Settings

PAGE = (DOCS / INSTALL).read_text(encoding="utf-8")


def rows():
    table = PAGE.partition(BEGIN)[2].partition(END)[0]
    return {
        found[1].lower(): found[2]
        for found in re.finditer(rf"^\| `{PREFIX}([A-Z_]+)` \| (.+?) \|", table, re.MULTILINE)
    }


def test_the_table_has_every_setting_and_no_other():
    assert list(rows()) == list(Settings.model_fields)


def test_what_must_be_set_is_said():
    needed = {name for name, default in rows().items() if default == "**needed**"}
    assert needed == {name for name, field in Settings.model_fields.items() if field.is_required()}


@pytest.mark.parametrize(("name", "field"), Settings.model_fields.items(), ids=list(Settings.model_fields))
def test_every_setting_says_what_it_is_for(name, field):
    assert field.description, f"shared/service/settings.py: give {name} a description"


def test_the_page_is_made_again_from_what_is_around_the_table():
    torn = PAGE.replace(PAGE.partition(BEGIN)[2].partition(END)[0], "\nan old table\n")
    assert "an old table" in torn
    assert with_settings(torn) == PAGE, "run `make generate` and commit what it writes"


def test_a_page_without_the_marks_is_refused():
    with pytest.raises(NoPlace, match="put both back"):
        with_settings(PAGE.replace(END, ""))
