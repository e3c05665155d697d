"""Who may do what at the front door: screeners are not social workers (M7), and nobody acts outside their role (E9)."""

from pathlib import Path

import pytest

from shared.access.policy import AccessPolicy
from shared.testing.facts import actor

TABLE = AccessPolicy.read(Path(__file__).parents[3] / "services")
SCREENING = ("mash.ReceiveContact", "mash.ScreenContact", "mash.InformReferrer")
DECIDING = ("mash.HoldContact", "mash.DecideContact", "mash.VaryDeadline")


@pytest.mark.parametrize("command", SCREENING)
@pytest.mark.parametrize(
    "role",
    [
        "mash_screener",
        "mash_social_worker",
        "mash_manager",
        "senior_practitioner",
        "out_of_hours_social_worker",
    ],
)
def test_all_of_the_front_door_log_and_inform(role, command):
    assert TABLE.may(actor(role), command).allowed


@pytest.mark.parametrize("command", DECIDING)
def test_a_screener_never_decides(command):
    refusal = TABLE.may(actor("mash_screener"), command)
    assert not refusal.allowed
    assert set(refusal.rules) == {"M7", "E9"}


@pytest.mark.parametrize("command", DECIDING)
@pytest.mark.parametrize(
    "role", ["mash_social_worker", "out_of_hours_social_worker", "social_worker", "police_officer"]
)
def test_nor_does_a_social_worker_or_a_partner(role, command):
    assert TABLE.may(actor(role), command).rules == ("E9",)


@pytest.mark.parametrize("command", DECIDING)
@pytest.mark.parametrize("role", ["mash_manager", "senior_practitioner"])
def test_a_manager_or_senior_practitioner_decides(role, command):
    assert TABLE.may(actor(role), command).allowed


@pytest.mark.parametrize(
    "role",
    [
        "police_officer",
        "health_practitioner",
        "designated_safeguarding_lead",
        "housing_officer",
        "probation_officer",
    ],
)
def test_every_partner_may_raise_a_worry(role):
    assert TABLE.may(actor(role), "mash.ReceiveContact").allowed
