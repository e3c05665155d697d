"""Who may do what in referral and assessment: nobody acts outside their role (E9)."""

from pathlib import Path

import pytest

from shared.access.policy import AccessPolicy
from shared.testing.facts import actor

TABLE = AccessPolicy.read(Path(__file__).parents[3] / "services")
CASEWORK = {"social_worker", "team_manager"}
STATUTORY = {*CASEWORK, "out_of_hours_social_worker"}
DUTY = {"team_manager", "out_of_hours_social_worker"}
POWER = {*DUTY, "police_officer"}
MAY = {
    "ConveneStrategyDiscussion": DUTY,
    "HoldStrategyMeeting": DUTY,
    "InitiateSection47": STATUTORY,
    "ConcludeSection47": STATUTORY,
    "RequestConference": {"team_manager"},
    "RecordPoliceProtection": POWER,
    "EndPoliceProtection": POWER,
    "RecordEmergencyProtectionOrder": DUTY,
    "ExtendEmergencyProtectionOrder": DUTY,
    "EndEmergencyProtectionOrder": DUTY,
}
ROLES = ["social_worker", "team_manager", "out_of_hours_social_worker", "mash_manager", "police_officer"]
ROLES += ["conference_chair", "auditor", "lado"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("command", MAY)
def test_who_may(command, role):
    answer = TABLE.may(actor(role), f"assessment.{command}")
    assert answer.allowed == (role in MAY[command])
    assert answer.allowed or "E9" in answer.rules
