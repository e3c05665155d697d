from pathlib import Path
from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from shared.access.decision import Decision
from shared.access.policy import AccessPolicy
from shared.domain.access_facts import Fact
from shared.domain.actors import DEFAULT_AGENCY, Actor

ROOT = Path(__file__).parents[3]
TABLES = ROOT / "services"
PEOPLE = sorted(DEFAULT_AGENCY)
LADO = {"lado", "lado_deputy"}
MASH_MANAGERS = {"mash_manager", "senior_practitioner"}
SOCIAL_WORK = {"mash_social_worker", "out_of_hours_social_worker"} | MASH_MANAGERS
SCREENING = {"mash_screener"} | SOCIAL_WORK
CASEWORK = {"team_manager", "social_worker"}
PARTNERS = {
    "police_officer",
    "health_practitioner",
    "designated_safeguarding_lead",
    "housing_officer",
    "probation_officer",
    "domestic_abuse_advocate",
    "youth_justice_officer",
}
MACHINES = {"police_system", "health_system", "school_system"}
TEAM = {"team_worker", "team_lead"}
NO_PRACTITIONERS = {
    "auditor",
    "business_support",
    "conference_administrator",
    "legal_adviser",
    "parent_helpline",
    "operator",
} | MACHINES
PRACTITIONERS = set(PEOPLE) - NO_PRACTITIONERS
SOCIAL_CARE = (
    {role for role, agency in DEFAULT_AGENCY.items() if agency == "childrens_social_care"}
    - NO_PRACTITIONERS
    - TEAM
)
MANAGERS = {
    *MASH_MANAGERS,
    *("team_manager", "conference_chair", "missing_coordinator", "fws_manager", "team_lead", "lado"),
}
KEEPING = SOCIAL_CARE | {"keyworker", "fws_manager", "business_support"}
REPORTING = (
    PARTNERS
    | CASEWORK
    | {
        "missing_coordinator",
        "placement_manager",
        "parent_helpline",
        "out_of_hours_social_worker",
    }
)


@pytest.fixture(scope="module")
def policy() -> AccessPolicy:
    return AccessPolicy.read(TABLES)


def actor(role: str) -> Actor:
    return Actor(uuid4(), "Ana Lim", role, DEFAULT_AGENCY.get(role, "childrens_social_care"))


def who_may(policy: AccessPolicy, action: str) -> set[str]:
    return {role for role in PEOPLE if policy.may(actor(role), action).allowed}


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        # the front door
        ("mash.ReceiveContact", PRACTITIONERS | MACHINES),
        ("mash.ScreenContact", SCREENING),
        ("mash.InformReferrer", SCREENING),
        ("mash.AnswerStatusEnquiry", SCREENING),
        ("mash.ReceiveWrittenReferral", SCREENING),
        ("mash.RecordConsultation", SOCIAL_WORK),
        ("mash.RecordConsent", SOCIAL_WORK),
        ("mash.RequestAgencyCheck", SOCIAL_WORK),
        ("mash.ReturnAgencyCheck", SOCIAL_WORK | PARTNERS),
        ("mash.IdentifyImmediateHarm", SOCIAL_WORK),
        ("mash.NotifyPrivateFostering", SOCIAL_WORK | CASEWORK),
        ("mash.AssessDomesticAbuseRisk", SOCIAL_WORK | {"domestic_abuse_advocate"}),
        ("mash.InformSchool", SOCIAL_WORK | {"police_officer"}),
        ("mash.AcceptHandover", SOCIAL_WORK),
        ("mash.HandOverShift", {"out_of_hours_social_worker"} | MASH_MANAGERS),
        ("mash.HoldContact", MASH_MANAGERS),
        ("mash.DecideContact", MASH_MANAGERS),
        ("mash.HoldDailyMeeting", MASH_MANAGERS),
        ("mash.RestrictContact", MASH_MANAGERS | {"lado"}),
        (
            "mash.RecordFgmPoliceReport",
            {"health_practitioner", "designated_safeguarding_lead"} | SOCIAL_WORK | CASEWORK,
        ),
        # assessment
        ("assessment.AllocateWorker", {"team_manager"}),
        ("assessment.AuthoriseAssessment", {"team_manager"}),
        ("assessment.CloseReferral", {"team_manager"}),
        ("assessment.CompleteAssessment", CASEWORK),
        ("assessment.StartChildInNeedPlan", CASEWORK),
        ("assessment.RecordVisit", CASEWORK | {"out_of_hours_social_worker"}),
        ("assessment.HoldStrategyMeeting", {"team_manager", "out_of_hours_social_worker"}),
        ("assessment.InitiateSection47", CASEWORK | {"out_of_hours_social_worker"}),
        ("assessment.ConcludeSection47", CASEWORK | {"out_of_hours_social_worker"}),
        (
            "assessment.RecordPoliceProtection",
            {"team_manager", "out_of_hours_social_worker", "police_officer"},
        ),
        ("assessment.RecordEmergencyProtectionOrder", {"team_manager", "out_of_hours_social_worker"}),
        ("assessment.ReturnAgencyCheck", CASEWORK | PARTNERS),
        # conference
        ("conference.HoldConference", {"conference_chair"}),
        ("conference.ScheduleConference", {"conference_chair", "conference_administrator"}),
        ("conference.SendMinutes", {"conference_chair", "conference_administrator"} | CASEWORK),
        ("conference.ReceiveReport", {"conference_chair", "conference_administrator"} | CASEWORK | PARTNERS),
        ("conference.HoldCoreGroup", {"conference_chair"} | CASEWORK),
        ("conference.RecordVisit", CASEWORK | {"out_of_hours_social_worker"}),
        ("conference.IssueProceedings", {"conference_chair", "team_manager"}),
        ("conference.TransferPlanIn", {"conference_chair", "team_manager"}),
        ("read:pre_proceedings:conference", {"legal_adviser", "auditor"}),
        ("read:intelligence:missing", {"missing_coordinator", "police_officer", "auditor"}),
        ("read:daily_meeting:mash", {"mash_manager", "senior_practitioner", "auditor"}),
        ("read:restricted:mash", {"mash_manager", "senior_practitioner", "lado", "auditor"}),
        # a receiving team
        ("teams.OfferCase", {"team_manager", "team_lead"}),
        ("teams.AcceptCase", {"team_lead"}),
        ("teams.RecordSeen", TEAM),
        ("teams.RecordReview", TEAM | {"independent_reviewing_officer"}),
        ("read:worklist:teams", SOCIAL_CARE | TEAM | {"auditor"}),
        # lado
        ("lado.ReceiveNotification", LADO),
        ("lado.CorrectRecord", LADO),
        ("read:worklist:lado", LADO),
        # missing
        ("missing.ReviewEpisode", {"missing_coordinator"}),
        ("missing.ReportMissing", REPORTING),
        ("missing.RecordReturn", REPORTING),
        ("missing.RecordPreventionInterview", {"missing_coordinator", "police_officer"}),
        ("missing.RecordInterview", PRACTITIONERS),  # who is assigned it: the decision says whether they are
        ("missing.UpdateRisk", {"missing_coordinator", "police_officer"}),
        # family wellbeing
        ("fws.RecordFamilyVisit", {"fws_manager", "keyworker"}),
        ("fws.EscalateImmediately", {"fws_manager", "keyworker"}),
        ("fws.AllocateKeyworker", {"fws_manager"}),
        ("fws.ExtendHelp", {"fws_manager"}),
        ("fws.DecideTransfer", {"fws_manager", "team_manager"}),
        ("fws.AcceptRequest", {"fws_manager"}),
        # people
        ("people.RegisterPerson", KEEPING),
        ("people.RelatePeople", KEEPING),
        ("people.MergePeople", MASH_MANAGERS | {"team_manager"}),
        ("people.UnmergePeople", MASH_MANAGERS | {"team_manager"}),
        # every team
        ("mash.VaryDeadline", MASH_MANAGERS),
        ("assessment.VaryDeadline", {"team_manager"}),
        ("conference.VaryDeadline", {"conference_chair", "team_manager"}),
        ("people.VaryDeadline", MASH_MANAGERS | {"team_manager"}),
        ("chronology.VaryDeadline", MASH_MANAGERS | {"team_manager"}),
        ("teams.VaryDeadline", {"team_lead"}),
        ("missing.VaryDeadline", {"missing_coordinator"}),
        ("fws.VaryDeadline", {"fws_manager"}),
        ("lado.VaryDeadline", LADO),
        ("fws.RecordSupervision", {"fws_manager"}),
        ("mash.RecordSupervision", MASH_MANAGERS),
        ("people.RecordSupervision", MASH_MANAGERS | {"team_manager"}),
        ("assessment.RecordAudit", {"team_manager"}),
        ("conference.RecordAudit", {"conference_chair", "team_manager"}),
        ("missing.RecordAudit", {"missing_coordinator"}),
        ("chronology.RecordAudit", MASH_MANAGERS | {"team_manager"}),
        ("people.CompleteTask", PRACTITIONERS | {"business_support", "conference_administrator"}),
        ("lado.CompleteTask", LADO),
        ("mash.AnswerEscalation", PRACTITIONERS),
        ("lado.RaiseEscalation", LADO),
        ("mash.ResolveEscalation", PRACTITIONERS),
        ("mash.CorrectRecord", PRACTITIONERS),
        ("assessment.RaiseEscalation", PRACTITIONERS),
        ("missing.RecordDisclosureDecision", PRACTITIONERS),
        ("fws.RecordCopyGiven", PRACTITIONERS),
        # the chronology
        ("chronology.ShareEntry", PRACTITIONERS),
        ("chronology.BreakGlass", SOCIAL_CARE),
        ("chronology.ReviewAccess", MANAGERS),
        # reading and running
        ("read:text", PRACTITIONERS | {"auditor"}),
        ("read:text:people", PRACTITIONERS | {"business_support", "auditor"}),
        ("read:text:mash", PRACTITIONERS | {"auditor"}),
        (
            "read:text:conference",
            PRACTITIONERS | {"conference_administrator", "legal_adviser", "auditor"},
        ),
        ("read:text:lado", LADO),
        ("read:audit:mash", {"auditor"}),
        ("read:audit:lado", LADO),
        ("read:every_entry", {"auditor"}),
        ("read:people", KEEPING | LADO | {"auditor"}),
        ("read:worklist:people", SOCIAL_CARE | {"business_support", "auditor"}),
        ("read:worklist", SOCIAL_CARE | {"auditor"}),
        ("read:worklist:mash", SOCIAL_CARE | {"auditor"}),
        ("read:deadlines", SOCIAL_CARE | {"auditor"}),
        ("read:deadlines:fws", SOCIAL_CARE | {"auditor", "keyworker", "fws_manager"}),
        ("read:progress", {"operator", "auditor"}),
        ("read:feed", MACHINES | {"auditor"}),
        ("read:access", MANAGERS | {"auditor"}),
        ("read:access:mash", MANAGERS | {"auditor"}),
        ("read:access:lado", LADO),
        ("read:retention:mash", MASH_MANAGERS | {"team_manager", "auditor"}),
        ("read:retention:lado", LADO),
        ("read:subject_access:mash", MASH_MANAGERS | {"team_manager", "auditor"}),
        ("read:subject_access:lado", LADO),
        ("operate:clock", {"operator"}),
        ("operate:relay", {"operator"}),
        ("operate:parked", {"operator"}),
    ],
)
def test_who_may(policy, action, roles):
    assert who_may(policy, action) == roles
    assert {role for role in PEOPLE if policy.allows(actor(role), action)} == roles


@pytest.mark.parametrize(
    "action",
    [
        "",
        "x",
        "mash",
        "mash.",
        ".",
        ":",
        "read:",
        "payroll.Pay",
        "assessment.*",
        "*.CorrectRecord:x",
        "mash.decide",
    ],
)
@pytest.mark.parametrize("role", ["mash_screener", "auditor", "operator", "stranger"])
def test_what_the_table_does_not_know_is_refused(policy, action, role):
    assert not policy.may(actor(role), action).allowed


def test_a_refusal_says_what_to_do(policy):
    refused = policy.may(actor("social_worker"), "assessment.AuthoriseAssessment")
    assert refused.rules == ("E9",)
    assert "authorise assessment" in refused.why
    assert "team manager" in refused.why
    assert not refused.alone
    assert policy.may(actor("team_manager"), "assessment.AuthoriseAssessment") == Decision(
        allowed=True, by=("assessment-manager",), basis="public_task"
    )


def test_a_screener_is_told_that_screeners_do_not_decide(policy):
    refused = policy.may(actor("mash_screener"), "mash.DecideContact")
    assert refused.rules == ("M7", "E9")
    assert "not social workers" in refused.why
    assert policy.may(actor("mash_screener"), "assessment.AllocateWorker").rules == ("E9",)
    assert policy.may(actor("police_officer"), "mash.DecideContact").rules == ("E9",)


@pytest.mark.parametrize("role", sorted(set(PEOPLE) - LADO))
@pytest.mark.parametrize(
    "action", ["lado.HoldAllegationsMeeting", "lado.NoSuchCommand", "read:deadlines:lado"]
)
def test_a_sealed_team_answers_strangers_with_one_rule_alone(policy, role, action):
    refused = policy.may(actor(role), action)
    assert (refused.allowed, refused.rules, refused.alone) == (False, ("L9",), True)
    assert action not in refused.why


WORKS, OPEN, INVOLVED = Fact.WORKS_WITH_CHILD, Fact.OF_AN_OPEN_TEAM, Fact.ORGANISATION_INVOLVED
RESTRICTED, NAMED, GLASS, SEALED = Fact.RESTRICTED, Fact.NAMED, Fact.GLASS_BROKEN, Fact.SEALED
OF_MANY = {"designated_safeguarding_lead", "health_practitioner", "housing_officer", "placement_manager"}
ELSEWHERE = (
    PRACTITIONERS - SOCIAL_CARE - PARTNERS - OF_MANY
)  # a keyworker, a youth worker, a receiving team, the LADO
AUDITOR = {"auditor"}


@pytest.mark.parametrize(
    ("so", "roles"),
    [
        (set(), SOCIAL_CARE | (PARTNERS - OF_MANY) | AUDITOR),
        ({INVOLVED}, PRACTITIONERS | AUDITOR),
        ({WORKS}, PRACTITIONERS - OF_MANY | AUDITOR),
        ({OPEN}, PRACTITIONERS - OF_MANY | AUDITOR),
        ({GLASS}, SOCIAL_CARE | (PARTNERS - OF_MANY) | AUDITOR),
        ({RESTRICTED}, AUDITOR),
        ({RESTRICTED, INVOLVED}, AUDITOR),
        ({RESTRICTED, OPEN}, AUDITOR),
        ({RESTRICTED, NAMED}, PRACTITIONERS - OF_MANY | AUDITOR),
        ({RESTRICTED, NAMED, INVOLVED}, PRACTITIONERS | AUDITOR),
        ({RESTRICTED, WORKS}, PRACTITIONERS - OF_MANY | AUDITOR),
        ({RESTRICTED, GLASS}, SOCIAL_CARE | AUDITOR),
        ({SEALED, INVOLVED}, set()),
        ({SEALED, GLASS, RESTRICTED}, set()),
        ({SEALED, WORKS, INVOLVED, OPEN}, set()),
        ({SEALED, NAMED, INVOLVED}, PRACTITIONERS),
    ],
    ids=lambda value: "+".join(sorted(value)) if value and isinstance(next(iter(value)), Fact) else "",
)
def test_who_may_open_a_childs_page(policy, so, roles):
    facts = frozenset(so)
    assert {role for role in PEOPLE if policy.may(actor(role), "read:chronology", facts).allowed} == roles


def test_a_refusal_under_a_condition_says_the_condition(policy):
    refused = policy.may(actor("keyworker"), "read:chronology")
    assert refused.rules == ("E9",)
    assert "if they are allocated to the child now" in refused.why
    assert "sealed" not in refused.why
    restricted = policy.may(actor("social_worker"), "read:chronology", frozenset({RESTRICTED}))
    assert restricted.rules == ("E4", "E9")
    assert "break the glass" in restricted.why


def test_another_organisation_is_told_nothing_but_that_there_is_nothing(policy):
    refused = policy.may(actor("designated_safeguarding_lead"), "read:chronology", frozenset({RESTRICTED}))
    assert (refused.rules, refused.alone) == (("E9",), True)
    assert refused.why == "There is nothing here that your organisation may see; check the child's id."


def test_broken_glass_is_the_basis_only_where_nothing_else_opens_it(policy):
    worker = actor("social_worker")
    opened = policy.may(worker, "read:chronology", frozenset({RESTRICTED, GLASS}))
    assert (opened.by, opened.basis) == (("glass-is-broken",), "vital_interests")
    anyhow = policy.may(worker, "read:chronology", frozenset({GLASS}))
    assert (anyhow.by, anyhow.basis) == (("open-to-social-care", "glass-is-broken"), "public_task")


def test_facts_that_no_policy_asks_about_change_nothing(policy):
    manager = actor("mash_manager")
    assert policy.may(manager, "mash.DecideContact", frozenset(Fact)) == policy.may(
        manager, "mash.DecideContact"
    )


def test_policies_and_timers_may_do_what_they_need_but_not_run_the_system(policy):
    service = Actor.service("mash", "childrens_social_care")
    assert policy.may(service, "assessment.OpenReferral").allowed
    assert policy.may(service, "read:chronology").allowed
    assert policy.may(service, "operate:clock").rules == ("E9",)
    assert policy.allows(service, "lado.DecideThreshold")
    assert not policy.allows(service, "operate:clock")


@pytest.mark.parametrize("case", sorted((ROOT / "cases").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_step_of_a_case_is_within_its_persons_role(policy, case):
    for step in YAML(typ="safe").load(case.read_text()).get("steps", []):
        if "do" not in step:
            continue
        decision = policy.may(actor(step["by"]["role"]), step["do"])
        expected = step.get("refused")
        if expected in {"M7", "L9"}:
            assert expected in decision.rules
        elif expected is None:
            assert decision.allowed, (step["by"]["role"], step["do"], decision.why)


def test_purpose_and_basis_come_from_the_most_exact_entry(policy):
    assert policy.basis("mash.DecideContact") == ("safeguarding", "public_task")
    assert policy.basis("mash.RecordFgmPoliceReport") == ("safeguarding", "legal_obligation")
    assert policy.basis("fws.RecordFamilyVisit") == ("early_help", "public_task")
    assert policy.basis("read:chronology") == ("safeguarding", "public_task")
