"""The comparison of what is told ahead with what is decided fails where the two do not agree."""

import pytest

from shared.domain.command import Command, Refused
from shared.testing.ahead import as_told_ahead


class Hold(Command, name="test.Hold"):
    pass


HELD = ("M5", True, "it is held: decide it now")


def test_what_is_told_and_refused_by_that_rule_passes_as_it_is():
    with pytest.raises(Refused, match="held twice"), as_told_ahead(Hold, [HELD]):
        raise Refused("held twice", "M1", rule="M5")


def test_what_nobody_told_may_be_decided_or_refused():
    with as_told_ahead(Hold, []):
        pass
    with pytest.raises(Refused), as_told_ahead(Hold, []):
        raise Refused("no words", rule="M12")


def test_what_was_told_to_be_forbidden_must_not_be_decided():
    with pytest.raises(AssertionError, match="and was decided"), as_told_ahead(Hold, [HELD]):
        pass


def test_what_was_told_to_be_forbidden_must_be_refused_by_that_rule():
    with pytest.raises(AssertionError, match="forbidden by M5"), as_told_ahead(Hold, [HELD]):
        raise Refused("something else", rule="M1")
