"""A draft proposes and decides nothing: what is given out is made of a person's decisions on every line, and of nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.keeping.draft import GONE, copy_of, digest, drafted, read_draft, review_of, written
from deploy.play.errors import CannotGoOn

UNA = "5f0f7c5b-2caa-53dc-a099-6d953d734cbc"


def line(field: str, text: str, proposed: str = "show", why: str | None = None):
    return {"field": field, "text": text, "proposed": proposed, "why": why}


def fact(name: str, *lines, thing: str = "t1", step: str = "s1", day: str = "2026-11-02"):
    return {
        "service": name.partition(".")[0],
        "event": f"event of {name}",
        "name": name,
        "step": step,
        "thing": thing,
        "happened_at": f"{day}T10:00:00+00:00",
        "recorded_at": f"{day}T11:00:00+00:00",
        "agency": "childrens_social_care",
        "sensitivity": "ordinary",
        "lines": list(lines),
    }


CONTACT = fact("mash.ContactReceived", line("worries", "Alone with Max Fox after dark."))


def draft(*facts, others=("Max Fox",), own="Una Fox"):
    return drafted(UNA, facts, others, ["lado"], own)


def proposals(*facts, **names):
    return [(one.proposed, one.proposed_why, one.with_out) for one in draft(*facts, **names).lines()]


def test_names_of_people_around_them_are_taken_out_and_their_own_are_not():
    assert proposals(CONTACT) == [("redact", "other_person", f"Alone with {GONE} Fox after dark.")]
    assert proposals(CONTACT, others=["Dee Reed"]) == [("show", None, None)]
    assert proposals(CONTACT, others=["Al Reed"]) == [("show", None, None)]  # too short to tell from words


def test_a_name_within_another_word_is_none():
    assert proposals(fact("mash.X", line("w", "Maximum care.")), others=["Max Reed"]) == [
        ("show", None, None)
    ]


def test_what_a_team_left_out_stays_so_and_what_is_kept_from_others_is_left_out():
    restricted = fact("mash.ContactRestricted", line("reason", "A teacher."), thing="t1")
    withheld = fact("chronology.EntryWithheld", line("reason", "He would find her."), thing="s9")
    moved = fact("assessment.ChildSeen", line("words", "I am fine."), thing="t2", step="s9")
    legal = fact("conference.LegalPlanningDecided", line("reason", "x"), thing="t3")
    harm = fact("missing.X", line("w", "x", "leave_out", "risk_of_harm"), thing="t4")
    found = {
        one.name: [each.proposed_why for each in one.lines]
        for one in draft(CONTACT, restricted, withheld, moved, legal, harm).facts
    }
    assert found == {
        "mash.ContactReceived": ["restricted"],
        "mash.ContactRestricted": ["restricted"],
        "chronology.EntryWithheld": ["withheld"],
        "assessment.ChildSeen": ["withheld"],
        "conference.LegalPlanningDecided": ["legal_privilege"],
        "missing.X": ["risk_of_harm"],
    }


def test_what_the_chronology_tells_again_stands_there_once():
    again = fact("chronology.EntryReceived", line("parts", "Alone after dark."))
    assert [one.name for one in draft(CONTACT, again).facts] == ["mash.ContactReceived"]


def test_a_proposal_that_nobody_looked_at_is_no_decision_is_e5():
    made = draft(CONTACT)
    with pytest.raises(CannotGoOn, match="decide it"):
        review_of(made)
    with pytest.raises(CannotGoOn, match="decide it"):
        copy_of(made)


@pytest.mark.parametrize(
    ("decided", "why", "with_out", "said"),
    [
        ("redact", "other_person", None, "with_out"),
        ("redact", "other_person", "Alone with Max Fox after dark.", "with_out"),
        ("redact", None, "Alone.", "why"),
        ("leave_out", None, None, "why"),
    ],
)
def test_what_is_not_shown_as_it_is_says_why_and_what_is_shown_instead(decided, why, with_out, said):
    made = draft(CONTACT)
    one = made.facts[0].lines[0]
    one.decided, one.why, one.with_out = decided, why, with_out
    with pytest.raises(CannotGoOn, match=said):
        review_of(made)


def decided():
    made = draft(
        CONTACT,
        fact(
            "assessment.ChildSeen", line("words", "I like school."), thing="t2", step="s2", day="2026-11-03"
        ),
        fact(
            "missing.X", line("w", "The dealer's street.", "leave_out", "risk_of_harm"), thing="t3", step="s3"
        ),
    )
    for one in made.lines():
        one.decided, one.why = one.proposed, one.proposed_why
    return made


def test_a_review_counts_every_line_and_why_something_is_left_out():
    said = review_of(decided())
    assert (said["lines"], said["shown"], said["redacted"], said["left_out"]) == (3, 1, 1, 1)
    assert said["exemptions"] == ["other_person", "risk_of_harm"]
    assert said["withheld_by"] == ["lado"]


def test_the_copy_has_what_was_decided_and_not_even_that_something_was_left_out():
    text = copy_of(decided())
    assert f"worries: Alone with {GONE} Fox after dark." in text
    assert "words: I like school." in text
    assert "Max" not in text
    assert "dealer" not in text
    assert "missing" not in text
    assert "lado" not in text


def test_its_digest_is_of_all_that_it_says_however_the_file_is_laid_out():
    made = decided()
    assert digest(read_draft(written(made))) == digest(made)
    changed = decided()
    changed.facts[0].lines[0].decided = "leave_out"
    assert digest(changed) != digest(made)


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_said_no_whole_name_of_another_is_left_where_it_is_redacted(text, names):
    [one] = draft(fact("mash.X", line("w", text or "x")), others=names, own="").lines()
    if one.proposed == "redact":
        left = {word.casefold() for word in (one.with_out or "").replace(GONE, " ").split()}
        assert not left & {name.casefold() for name in names if len(name) > 2 and name.isalpha()}


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"person": "x", "facts": [{"lines": []}], "withheld_by": []}']
)
def test_a_file_that_is_no_draft_is_refused_without_repeating_it(content):
    with pytest.raises(CannotGoOn, match="the draft"):
        read_draft(content)
