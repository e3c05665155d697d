"""What starts on a busy machine is given more time, and who gives up says that the machine is busy."""

import os

import pytest

from deploy.local import patience
from deploy.local.patience import MOST, Patience


@pytest.fixture
def machine(monkeypatch):
    """A machine of two cores whose clock and load the test sets."""
    now = {"seconds": 100.0, "load": 0.5}
    monkeypatch.setattr(patience.time, "monotonic", lambda: now["seconds"])
    monkeypatch.setattr(os, "getloadavg", lambda: (now["load"], 0.0, 0.0))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    return now


@pytest.mark.parametrize(("load", "limit"), [(0.0, 60), (2.0, 60), (6.0, 180), (17.0, 60 * MOST)])
def test_the_limit_is_stretched_by_those_who_want_each_core_five_times_at_most(machine, load, limit):
    machine["load"] = load
    waiting = Patience(60)
    machine["seconds"] += limit
    assert not waiting.over()
    machine["seconds"] += 1
    assert waiting.over()


def test_a_load_that_rises_while_it_is_waited_counts(machine):
    waiting = Patience(60)
    machine["seconds"] += 61
    assert waiting.over()
    machine["load"] = 4.0
    assert not waiting.over()


def test_a_busy_machine_is_said_to_be_one(machine):
    waiting = Patience(60)
    machine["seconds"] += 61
    assert waiting.told() == "after 61 s"
    machine["load"] = 17.0
    assert "after 61 s. This machine is busy: 8 processes want each core." in waiting.told()
