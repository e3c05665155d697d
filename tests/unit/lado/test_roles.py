"""Nobody but the LADO and deputies does or reads anything here: L9, alone, in the same words whatever is asked (L8, L9)."""

from pathlib import Path

import pytest

from services.lado.app import app
from shared.access.policy import AccessPolicy
from shared.domain.actors import ROLES, SERVICE
from shared.domain.command import public_name
from shared.domain.instants import london
from shared.service.declaration import personal_commands
from shared.testing.facts import actor

TABLE = AccessPolicy.read(Path(__file__).parents[3] / "services")
OWN = {"lado", "lado_deputy"}
COMMANDS = [public_name("lado", one) for one in personal_commands(app.streams)]
READINGS = ["read:worklist:lado", "read:deadlines:lado", "read:text:lado", "read:audit:lado"]


@pytest.mark.parametrize("action", [*COMMANDS, *READINGS])
def test_the_lado_may_and_nobody_else_l9(action):
    refusals = set()
    for role in sorted(ROLES - {SERVICE}):
        answer = TABLE.may(actor(role), action)
        if role in OWN:
            continue
        assert not answer.allowed
        assert answer.rules == ("L9",)
        assert answer.alone
        refusals.add(answer.why)
    assert len(refusals) == 1


def test_nothing_that_the_lado_records_crosses_but_what_says_nobody_l8():
    crossing = {
        event.NAME
        for stream in app.streams
        for event in stream.event_types()
        if event.may_cross(walled=app.topic.walled)
    }
    assert {name for name in crossing if name.startswith("lado.")} == {
        "lado.ChildAtRiskNotified",
        "lado.SealedRecordExists",
    }


def test_all_of_it_is_sealed_l8():
    assert "identifies the adult" in app.rules.rule_at("L8", london(2026, 5, 20)).what
    own = [
        event for stream in app.streams for event in stream.event_types() if event.NAME.startswith("lado.")
    ]
    assert own
    assert [event.NAME for event in own if event.SENSITIVITY != "sealed"] == ["lado.ChildAtRiskNotified"]
