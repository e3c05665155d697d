"""Who may do what at the conference team: nobody acts outside their role (E9)."""

from pathlib import Path

import pytest

from shared.access.policy import AccessPolicy
from shared.testing.facts import actor

TABLE = AccessPolicy.read(Path(__file__).parents[3] / "services")
CHAIR = {"conference_chair"}
OFFICE = {*CHAIR, "conference_administrator"}
CASEWORK = {"social_worker", "team_manager"}
PARTNERS = {
    "police_officer",
    "health_practitioner",
    "designated_safeguarding_lead",
    "housing_officer",
    "probation_officer",
    "domestic_abuse_advocate",
    "youth_justice_officer",
}
MAY = {
    "ScheduleConference": OFFICE,
    "InviteAgency": {*OFFICE, *CASEWORK},
    "ReceiveReport": {*OFFICE, *CASEWORK, *PARTNERS},
    "RecordViewsOfChild": {*CHAIR, *CASEWORK},
    "RecordViewsOfFamily": {*CHAIR, *CASEWORK},
    "OfferAdvocate": {*CHAIR, *CASEWORK},
    "RecordChairConsultation": {*CHAIR, "team_manager"},
    "HoldConference": CHAIR,
    "RecordDissent": {*CHAIR, *CASEWORK},
    "HoldCoreGroup": {*CHAIR, *CASEWORK},
    "RecordVisit": {*CASEWORK, "out_of_hours_social_worker"},
    "HoldReview": CHAIR,
    "EndPlan": CHAIR,
    "SendDecisionLetter": OFFICE,
    "SendMinutes": {*OFFICE, *CASEWORK},
    "RecordCaseManagementReview": {*CHAIR, "team_manager"},
    "DecideLegalPlanning": {*CHAIR, "team_manager"},
    "HoldLegalPlanningMeeting": {*CHAIR, "team_manager"},
    "SendLetterBeforeProceedings": {*CHAIR, "team_manager"},
    "HoldPreProceedingsMeeting": {*CHAIR, "team_manager"},
    "ReviewPreProceedings": {*CHAIR, "team_manager"},
    "IssueProceedings": {*CHAIR, "team_manager"},
    "EndPreProceedings": {*CHAIR, "team_manager"},
    "TransferPlanIn": {*CHAIR, "team_manager"},
    "TransferPlanOut": {*CHAIR, "team_manager"},
}
ROLES = [
    "mash_manager",
    "out_of_hours_social_worker",
    "auditor",
    "lado",
    "keyworker",
    *PARTNERS,
    *OFFICE,
    *CASEWORK,
]


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("command", MAY)
def test_who_may(command, role):
    answer = TABLE.may(actor(role), f"conference.{command}")
    assert answer.allowed == (role in MAY[command])
    assert answer.allowed or "E9" in answer.rules
