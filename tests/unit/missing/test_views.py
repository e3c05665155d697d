"""The board, patterns, and what interviews say together (R6); a looked-after child first, and never graded below high (R4)."""

from dataclasses import asdict
from datetime import timedelta

from services.missing.api import _episode
from services.missing.codes import Exploitation, Risk
from services.missing.streams.intelligence import LinkIntelligence
from services.missing.views import board, mentions, patterns, same_things
from services.missing.wording import digest_of, wording
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.testing.facts import SIBLING
from shared.testing.words import Unsealed
from tests.unit.missing.episodes import (
    BACK,
    COORDINATOR,
    GRADE,
    OFFICER,
    REPORTED,
    REVIEW,
    SIGHTING,
    WORKER,
    interview,
    re,
    reported,
    returned,
)

LATER = BACK + timedelta(hours=4)


def row_of(story):
    (row,) = story.rows(board)
    return row


def test_a_looked_after_child_is_first_and_shown_as_high_beside_the_grade_r4():
    row = row_of(reported())
    assert (row.rank, row.risk) == (0, "medium")
    shown = _episode(asdict(row), None)
    assert (shown["risk"], shown["priority"], shown["waits_for"]) == ("medium", "high", "the child")
    assert shown["first_because"] == "R4"


def test_other_children_stand_by_their_grade_and_who_is_back_last_r4():
    low, high = (row_of(reported(about=(SIBLING,), police_risk=risk)).rank for risk in (Risk.LOW, Risk.HIGH))
    assert 0 < high < low < row_of(returned()).rank
    missing = reported(about=(SIBLING,))
    graded = missing.when(re(missing, GRADE), at=REPORTED + timedelta(hours=1), by=OFFICER)
    assert row_of(graded).rank == high


def test_it_waits_for_the_child_then_the_interview_then_the_panel_and_then_for_nothing():
    back = returned()
    held = back.when(re(back, interview()), at=LATER, by=WORKER)
    reviewed = held.when(re(back, REVIEW), at=london(2026, 5, 6, 15), by=COORDINATOR)
    waits = [_episode(asdict(row_of(one)), None)["waits_for"] for one in (back, held, reviewed)]
    assert waits == ["the return interview", "the panel", None]
    other_way = back.when(re(back, REVIEW), at=london(2026, 5, 6, 15), by=COORDINATOR)
    assert row_of(other_way).waits
    assert not row_of(other_way.when(re(back, interview()), at=london(2026, 5, 6, 16), by=WORKER)).waits


def test_a_sighting_shows_when():
    missing = reported()
    seen = missing.when(re(missing, SIGHTING), at=REPORTED + timedelta(hours=1), by=OFFICER)
    assert row_of(seen).last_sighting_at == REPORTED + timedelta(hours=1)


def test_a_pattern_names_the_command_that_completed_it_r5():
    missing = reported(exploitation_indicators=(Exploitation.SEXUAL,))
    (row,) = missing.rows(patterns)
    assert (row.command, row.by) == (missing.id, "indicator")


# -- what interviews say


def test_words_are_compared_without_case_marks_of_composition_and_spaces_r6():
    assert wording("  Station\u00a0 STEPS ") == "station steps"
    assert wording("Cafe\u0301") == wording("Café")


def test_each_thing_counts_once_an_interview_and_by_its_words_r6():
    words = Unsealed()
    back = returned()
    said = interview(places=("Station steps", "station  STEPS", "Retail park"))
    rows = fold(mentions, back.when(re(back, said), at=LATER, by=WORKER).records, words).values()
    places = [row.digest for row in rows if row.kind == "places"]
    assert sorted(places) == sorted(digest_of(words.digest, one) for one in ("Station steps", "Retail park"))


def test_one_way_of_writing_is_not_two_that_mean_the_same_r6():
    link = LinkIntelligence(same_as=("Jay", " JAY"), reason="One description.")
    reported().when(link, at=LATER, by=COORDINATOR).refused("R6")


def test_what_means_the_same_counts_under_the_first_r6():
    words = Unsealed()
    link = LinkIntelligence(same_as=("Jay", "'Jay', about 20"), reason="One description.")
    rows = fold(same_things, reported().when(link, at=LATER, by=COORDINATOR).records, words).values()
    assert {row.first for row in rows} == {digest_of(words.digest, "Jay")}
    assert len(rows) == 2
