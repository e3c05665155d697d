from pathlib import Path
from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from shared.access.policy import AccessDecision, AccessPolicy
from shared.access.policy_table import AccessTableWrong
from shared.domain.actors import DEFAULT_AGENCY, ROLES, Actor

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "services" / "access.yaml"
PEOPLE = sorted(DEFAULT_AGENCY)
LADO = {"lado", "lado_deputy"}
MASH_MANAGERS = {"mash_manager", "senior_practitioner"}
SOCIAL_WORK = {"mash_social_worker", "out_of_hours_social_worker"} | MASH_MANAGERS
PARTNERS = {
    "police_officer",
    "health_practitioner",
    "designated_safeguarding_lead",
    "housing_officer",
    "probation_officer",
}
NO_PRACTITIONERS = {"auditor", "business_support", "parent_helpline", "operator"}
PRACTITIONERS = set(PEOPLE) - NO_PRACTITIONERS
SOCIAL_CARE = {
    role for role, agency in DEFAULT_AGENCY.items() if agency == "childrens_social_care"
} - NO_PRACTITIONERS
MANAGERS = {*MASH_MANAGERS, "team_manager", "conference_chair", "missing_coordinator", "fws_manager", "lado"}


@pytest.fixture(scope="module")
def policy() -> AccessPolicy:
    return AccessPolicy.from_yaml(TABLE)


def actor(role: str) -> Actor:
    return Actor(uuid4(), "Ana Lim", role, DEFAULT_AGENCY.get(role, "childrens_social_care"))


def who_may(policy: AccessPolicy, action: str) -> set[str]:
    return {role for role in PEOPLE if policy.may(actor(role), action).allowed}


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        # the front door
        ("mash.ReceiveContact", {"mash_screener"} | SOCIAL_WORK | PARTNERS),
        ("mash.ScreenContact", {"mash_screener"} | SOCIAL_WORK),
        ("mash.InformReferrer", {"mash_screener"} | SOCIAL_WORK),
        ("mash.AnswerStatusEnquiry", {"mash_screener"} | SOCIAL_WORK),
        ("mash.RecordConsultation", SOCIAL_WORK),
        ("mash.RecordConsent", SOCIAL_WORK),
        ("mash.DispenseWithConsent", SOCIAL_WORK),
        ("mash.RequestAgencyCheck", SOCIAL_WORK),
        ("mash.ReturnAgencyCheck", SOCIAL_WORK | PARTNERS),
        ("mash.IdentifyImmediateHarm", SOCIAL_WORK),
        ("mash.AcceptHandover", SOCIAL_WORK),
        ("mash.HandOverShift", {"out_of_hours_social_worker"} | MASH_MANAGERS),
        ("mash.HoldContact", MASH_MANAGERS),
        ("mash.DecideContact", MASH_MANAGERS),
        ("mash.HoldDailyMeeting", MASH_MANAGERS),
        (
            "mash.RecordFgmPoliceReport",
            {"health_practitioner", "designated_safeguarding_lead"} | MASH_MANAGERS,
        ),
        # assessment
        ("assessment.AllocateWorker", {"team_manager"}),
        ("assessment.AuthoriseAssessment", {"team_manager"}),
        ("assessment.CloseReferral", {"team_manager"}),
        ("assessment.CompleteAssessment", {"team_manager", "social_worker"}),
        ("assessment.StartChildInNeedPlan", {"team_manager", "social_worker"}),
        ("assessment.RecordVisit", {"team_manager", "social_worker", "out_of_hours_social_worker"}),
        ("assessment.HoldStrategyMeeting", {"team_manager", "out_of_hours_social_worker"}),
        ("assessment.InitiateSection47", {"team_manager", "out_of_hours_social_worker"}),
        ("assessment.ConcludeSection47", {"team_manager", "social_worker", "out_of_hours_social_worker"}),
        (
            "assessment.RecordPoliceProtection",
            {"team_manager", "out_of_hours_social_worker", "police_officer"},
        ),
        ("assessment.RecordEmergencyProtectionOrder", {"team_manager", "out_of_hours_social_worker"}),
        ("assessment.ReturnAgencyCheck", {"team_manager", "social_worker"} | PARTNERS),
        # conference
        ("conference.HoldConference", {"conference_chair"}),
        ("conference.HoldCoreGroup", {"conference_chair", "social_worker"}),
        ("conference.RecordVisit", {"social_worker", "out_of_hours_social_worker"}),
        # lado
        ("lado.ReceiveNotification", LADO),
        ("lado.CorrectRecord", LADO),
        ("read:worklist:lado", LADO),
        # missing
        ("missing.ReviewEpisode", {"missing_coordinator"}),
        ("missing.ReportMissing", {"missing_coordinator", "placement_manager", "parent_helpline"} | PARTNERS),
        ("missing.RecordReturn", {"missing_coordinator", "placement_manager", "parent_helpline"} | PARTNERS),
        ("missing.RecordPreventionInterview", {"missing_coordinator", "police_officer"}),
        ("missing.RecordInterview", {"missing_coordinator", "youth_worker", "keyworker"}),
        # family wellbeing
        ("fws.RecordFamilyVisit", {"fws_manager", "keyworker"}),
        ("fws.EscalateImmediately", {"fws_manager", "keyworker"}),
        ("fws.AllocateKeyworker", {"fws_manager"}),
        ("fws.ExtendHelp", {"fws_manager"}),
        ("fws.DecideTransfer", {"fws_manager"}),
        # people
        ("people.RegisterPerson", SOCIAL_CARE | {"keyworker", "fws_manager", "business_support"}),
        ("people.RelatePeople", SOCIAL_CARE | {"keyworker", "fws_manager", "business_support"}),
        ("people.MergePeople", MASH_MANAGERS | {"team_manager"}),
        ("people.UnmergePeople", MASH_MANAGERS | {"team_manager"}),
        # every team
        ("mash.VaryDeadline", MASH_MANAGERS),
        ("assessment.VaryDeadline", {"team_manager"}),
        ("conference.VaryDeadline", {"conference_chair"}),
        ("missing.VaryDeadline", {"missing_coordinator"}),
        ("fws.VaryDeadline", {"fws_manager"}),
        ("lado.VaryDeadline", LADO),
        ("fws.RecordSupervision", {"fws_manager"}),
        ("mash.CorrectRecord", PRACTITIONERS),
        ("assessment.RaiseEscalation", PRACTITIONERS),
        ("missing.RecordDisclosureDecision", PRACTITIONERS),
        ("fws.RecordCopyGiven", PRACTITIONERS),
        # the chronology
        ("chronology.ShareEntry", PRACTITIONERS),
        ("chronology.BreakGlass", SOCIAL_CARE),
        ("chronology.ReviewAccess", MANAGERS),
        # reading and running
        ("read:chronology", PRACTITIONERS | {"auditor"}),
        ("read:text", PRACTITIONERS),
        ("read:text:people", PRACTITIONERS | {"business_support"}),
        ("read:text:mash", PRACTITIONERS),
        ("read:people", SOCIAL_CARE | LADO | {"keyworker", "fws_manager", "business_support", "auditor"}),
        ("read:worklist:people", SOCIAL_CARE | {"business_support", "auditor"}),
        ("read:worklist", SOCIAL_CARE | {"auditor"}),
        ("read:worklist:mash", SOCIAL_CARE | {"auditor"}),
        ("read:deadlines", SOCIAL_CARE | {"auditor"}),
        ("read:deadlines:fws", SOCIAL_CARE | {"auditor", "keyworker", "fws_manager"}),
        ("read:progress", {"operator", "auditor"}),
        ("read:access", MANAGERS | {"auditor"}),
        ("operate:clock", {"operator"}),
        ("operate:relay", {"operator"}),
        ("operate:parked", {"operator"}),
    ],
)
def test_who_may(policy, action, roles):
    assert who_may(policy, action) == roles


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
    assert not refused.stands_alone
    assert policy.may(actor("team_manager"), "assessment.AuthoriseAssessment") == AccessDecision(allowed=True)


def test_a_screener_is_told_that_screeners_do_not_decide(policy):
    refused = policy.may(actor("mash_screener"), "mash.DecideContact")
    assert refused.rules == ("M7", "E9")
    assert "not social workers" in refused.why
    assert policy.may(actor("mash_screener"), "assessment.AllocateWorker").rules == ("E9",)
    assert policy.may(actor("police_officer"), "mash.DecideContact").rules == ("E9",)


@pytest.mark.parametrize("role", [*sorted(set(PEOPLE) - LADO), "stranger"])
@pytest.mark.parametrize(
    "action", ["lado.HoldAllegationsMeeting", "lado.NoSuchCommand", "read:deadlines:lado"]
)
def test_a_sealed_team_answers_strangers_with_one_rule_alone(policy, role, action):
    refused = policy.may(actor(role), action)
    assert (refused.allowed, refused.rules, refused.stands_alone) == (False, ("L9",), True)
    assert action not in refused.why


def test_policies_and_timers_may_do_what_they_need_but_not_run_the_system(policy):
    service = Actor.service("mash")
    assert policy.may(service, "assessment.OpenReferral").allowed
    assert policy.may(service, "read:chronology").allowed
    assert policy.may(service, "operate:clock").rules == ("E9",)


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


def test_the_commands_it_names_can_be_compared_with_those_that_exist(policy):
    named = policy.named_commands()
    assert {"mash.ReceiveContact", "fws.ExtendHelp"} <= named
    assert not [name for name in named if "*" in name or ":" in name]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('edition: "1"', 'edition: "1"\ncolour: blue', r"line \d+, colour: Extra inputs"),
        ('edition: "1"', "edition: 1", "edition: Input should be a valid string"),
        ("  mash_screener: {may:", "  mash_sreener: {may:", "`mash_sreener` is no role"),
        ("  auditor: {may", "  # auditor: {may", "no line: auditor"),
        ("mash.ScreenContact,", "mash.screenContact,", "`mash.screenContact` is neither an action"),
        ("{may: [screening, social_care_practice]}", "{may: [screning]}", "`screning` is neither"),
        ("  receiving: [mash.ReceiveContact]", "  receiving: [screening]", "contains itself"),
        ("{may: [reporting_missing]}", "{may: reporting_missing}", "valid list"),
        ("{may: [reporting_missing]}", "{maybe: [reporting_missing]}", "parent_helpline"),
        ("    rules: [M7]", "    rules: [seven]", "refusals.0.rules.0"),
        ("  - role: mash_screener", "  - role: screener", "`screener` is no role"),
        ("    roles: [lado, lado_deputy]", "    roles: [lada]", "`lada` is no role"),
        ("    fws.*: {purpose", "    family: {purpose", "`family` is neither"),
        ("  auditor: {may", "  operator: {may: []}\n  auditor: {may", "duplicate key"),
        ("sealed:", "sealed: [", "line"),
    ],
)
def test_a_slip_in_the_table_is_named_by_its_line(tmp_path, old, new, says):
    text = TABLE.read_text()
    assert text.count(old) == 1
    path = tmp_path / "access.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(AccessTableWrong, match=says) as wrong:
        AccessPolicy.from_yaml(path)
    assert f"{path}, line " in str(wrong.value)


def test_the_line_is_the_right_one(tmp_path):
    path = tmp_path / "access.yaml"
    path.write_text(TABLE.read_text().replace("      - assessment.ScaleSafety\n", "      - scale safety\n"))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "scale safety" in text)
    with pytest.raises(AccessTableWrong, match=f"line {line}, roles.social_worker.may"):
        AccessPolicy.from_yaml(path)


def test_no_table_and_an_empty_one_are_refused(tmp_path):
    with pytest.raises(AccessTableWrong, match="cannot be read"):
        AccessPolicy.from_yaml(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(AccessTableWrong, match="line 1"):
        AccessPolicy.from_yaml(tmp_path / "empty.yaml")


def test_every_role_is_decided_for(policy):
    assert set(PEOPLE) | {"service"} == ROLES
    assert all(who_may(policy, action) for action in policy.named_commands())
