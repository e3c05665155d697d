"""The published pairs of records: how many that are of one person are flagged, and how many that are flagged are."""

from tests.benchmarks.duplicates import judged, precision, recall
from tests.benchmarks.make_duplicate_pairs import Maker, read

RECALL = 0.96
PRECISION = 0.98


def test_the_pairs_are_those_that_the_program_makes():
    assert read() == list(Maker().pairs())
    assert len(read()) == 500
    assert sum(pair.same for pair in read()) == 250


def test_most_of_those_who_are_one_are_flagged_and_hardly_anybody_else():
    found = judged(read())
    assert recall(found) >= RECALL
    assert precision(found) >= PRECISION


def test_no_twins_are_flagged():
    assert not [one for one in judged(read()) if one.pair.how == "twins" and one.flagged]
