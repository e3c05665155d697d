"""An act that no clock would hear, or that could not be noted where its clock runs, is refused before the first command."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.commands.wiring import BadWiring, Wiring
from shared.domain.command import Command, NotFound
from shared.domain.decider import Per, Stream
from shared.domain.event import Event


class Seen(Event, name="test_wiring_clocks.Seen", meets=("A15", "A2"), beside={"A15": "plan"}):
    pass


class Made(Event, name="test_wiring_clocks.Made"):
    pass


class See(Command, name="mash.See"):
    pass


class Make(Command, name="mash.Make", opens=True):
    pass


@dataclass(frozen=True)
class Both:
    referral: Any
    plan: Any


def decide(_command: Any, _state: Any, _context: Any) -> list[Seen]:
    return [Seen()]


REFERRAL = Stream("referral", 0, lambda s, _e: s, decide, See, Seen, Per.CHILD, record=Both, clocks=("A2",))
PLAN = Stream(
    "plan",
    0,
    lambda s, _e: s,
    lambda *_: [Made()],
    Make,
    Made,
    Per.EPISODE,
    opened_by=(Made,),
    clocks=("A15",),
)


def test_what_fits_is_taken() -> None:
    Wiring((REFERRAL, PLAN))


@pytest.mark.parametrize(
    ("streams", "what"),
    [
        ((replace(REFERRAL, clocks=()), PLAN), "speaks of A2, whose clocks it does not keep"),
        (
            (REFERRAL, replace(PLAN, clocks=())),
            "the clocks of A15 run on plan, which keeps none of that rule",
        ),
        ((replace(REFERRAL, record=None), PLAN), "which the record of referral does not take: name it there"),
    ],
)
def test_what_nobody_would_hear_is_refused(streams: tuple[Stream, ...], what: str) -> None:
    with pytest.raises(BadWiring, match=what):
        Wiring(streams)


def test_a_rule_of_which_no_clock_is_kept_is_refused_without_repeating_what_was_sent() -> None:
    with pytest.raises(NotFound) as caught:
        Wiring([]).of_clock("Ava Test of 5 Elm Row")
    assert "deadline board" in str(caught.value)
    assert "Elm Row" not in str(caught.value)
