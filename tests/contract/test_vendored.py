"""The files of others that are committed are what the lock says, and hold nothing that only gov.uk may use."""

import json

import pytest

from deploy.pages.vendor import LOCK, ROOT, WANTED, digest

FILES = json.loads(LOCK.read_text())["files"]


def test_the_lock_names_every_file():
    assert set(FILES) == {wanted.place for wanted in WANTED}


@pytest.mark.parametrize("place", FILES)
def test_it_is_as_the_lock_says(place):
    assert digest(ROOT / place) == FILES[place], f"{place} was changed: run `python -m deploy.pages.vendor`"


@pytest.mark.parametrize("word", ["GDS Transport", "govuk-crest", "@font-face", "url("])
def test_the_style_sheet_has_nothing_of_gov_uk_alone(word):
    assert word not in (ROOT / "shared/pages/static/govuk.css").read_text()


def test_no_template_marks_a_text_as_safe_or_styles_inline():
    for path in (ROOT / "shared/pages/templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text.replace(" ", ""), path
        assert "style=" not in text, path
        assert "onclick" not in text, path
