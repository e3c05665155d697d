"""The gate before a log: closed by whoever has a reason, open when nobody has."""

import pytest

from shared.eventstore.append import LogUnavailable
from shared.eventstore.gate import CommandGate, TakesNoCommands


def test_it_is_open_until_somebody_closes_it():
    gate = CommandGate()
    gate.check()
    assert dict(gate.reasons) == {}


def test_every_reason_is_said_and_each_must_go():
    gate = CommandGate()
    gate.close("restored", "Positions 4 to 6 are missing.")
    gate.close("altered", "Position 3 says something else.")
    with pytest.raises(TakesNoCommands) as caught:
        gate.check()
    assert caught.value.reasons == ("Positions 4 to 6 are missing.", "Position 3 says something else.")
    assert str(caught.value) == "Positions 4 to 6 are missing. Position 3 says something else."
    gate.open("restored")
    with pytest.raises(TakesNoCommands):
        gate.check()
    gate.open("altered")
    gate.check()


def test_it_is_the_log_that_is_unavailable_so_nothing_that_comes_in_is_parked_for_it():
    assert issubclass(TakesNoCommands, LogUnavailable)


def test_a_reason_is_logged_once_and_again_when_it_changes(caplog):
    gate = CommandGate()
    for why in ("one", "one", "two"):
        gate.close("restored", why)
    assert [record.reason for record in caplog.records] == ["one", "two"]
