"""Examples the tests of the front door share: a contact to receive, and what may be asked of it."""

from datetime import date

from services.mash.app import app
from services.mash.codes import Criterion, Fgm, Outcome, Potential, RiskLevel, StrategyWhen
from services.mash.rules import RULES
from services.mash.streams.agency_check import RequestAgencyCheck, ReturnAgencyCheck
from services.mash.streams.child_file import RecordFgmPoliceReport
from services.mash.streams.contact import (
    AssessDomesticAbuseRisk,
    DecideContact,
    DispenseWithConsent,
    HoldContact,
    IdentifyImmediateHarm,
    InformReferrer,
    InformSchool,
    ReceiveContact,
    ReceiveWrittenReferral,
    RecordConsent,
    Referrer,
    ScreenContact,
    contact,
)
from services.mash.streams.open_case import open_case
from shared.domain.code_lists import ConsentScope, Extent, LawfulBasis, PrimaryNeed, ReferralSource
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import decider, story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor
from shared.testing.teams import team_of

HOLDS = {(ADULT, "mother"): (Span(),)}
PEOPLE = {
    CHILD: KnownPerson(kind="child", born=date(2017, 2, 11), responsible=HOLDS),
    SIBLING: KnownPerson(kind="child", born=date(2019, 6, 1)),
    ADULT: KnownPerson(kind="adult"),
}
"""The adult holds parental responsibility for the child, and for nobody else."""

given = decider(contact, RULES, beside=[open_case], people=PEOPLE).given
front_door = story_of(team_of(app, people=PEOPLE))
"""A story of the whole team, in which nothing has happened."""

EW_2026 = "rules 2026-11; calendar EW-2026-11"
MANAGER = actor("mash_manager", "Ana Lim")
SCREENER = actor("mash_screener", "Jo Bell")
OFFICER = actor("police_officer", "PC Hale")

RECEIVE = ReceiveContact(
    about=(CHILD,),
    source=ReferralSource.S6,
    referrer=Referrer(name="PC Hale", agency="police", contact="hale@police.example"),
    worries="Both girls hiding in a cupboard.",
    strengths="Grace asked for help.",
    family_aware=True,
)
SCREEN = ScreenContact(potential=Potential.CHILD_PROTECTION, young_carers=())
HOLD = HoldContact(reason="Waiting for the GP's record.")
ACCEPT = DecideContact(
    outcome=Outcome.REFERRAL_ACCEPTED,
    level=4,
    primary_need=PrimaryNeed.N1,
    rationale="Pattern of neglect.",
    indicators=("Lack of food",),
)
CLOSE = DecideContact(outcome=Outcome.NO_FURTHER_ACTION, level=1, rationale="Nothing to see.")
ACKNOWLEDGE = InformReferrer(message="We are gathering information.", outcome=False)
TELL_OUTCOME = InformReferrer(message="Accepted.", outcome=True)

EARLY_HELP = DecideContact(
    outcome=Outcome.FAMILY_WELLBEING,
    level=3,
    rationale="They ask for help.",
    criteria=(Criterion.LOW_LEVEL_NEGLECT,),
)
STRATEGY = DecideContact(
    outcome=Outcome.STRATEGY_DISCUSSION_NOW,
    level=4,
    primary_need=PrimaryNeed.N1,
    rationale="A burn that nobody explains.",
    strategy=StrategyWhen.SAME_DAY,
)
LADO = DecideContact(outcome=Outcome.ROUTED_TO_LADO, level=4, rationale="The adult teaches.")
CONSENT = RecordConsent(
    given_by=ADULT,
    scope=(ConsentScope.REFERRAL, ConsentScope.INFORMATION_SHARING),
    signed=True,
    young_person_asked=False,
)
DISPENSE = DispenseWithConsent(
    lawful_basis=LawfulBasis.CHILDREN_ACT_1989_S47, reason="To ask him would warn him."
)
CHECK = RequestAgencyCheck(agency="health", extent=Extent.PARTIAL, reason="Growth.")
ANSWER = ReturnAgencyCheck(findings="Lost weight.", shareable_with=("childrens_social_care", "health"))
HARM = IdentifyImmediateHarm(reason="Locked in since yesterday.", address_now="1 Elm Road")
TELL_SCHOOL = InformSchool(school="Elm School", told="L. Shaw")
CONFIRM = ReceiveWrittenReferral(form="Inter-agency form")
RISK = AssessDomesticAbuseRisk(
    police_risk=RiskLevel.MEDIUM, specialist_risk=RiskLevel.HIGH, rationale="Strangulation.", marac=True
)
FGM_REPORT = RecordFgmPoliceReport(how_known=Fgm.TOLD, police_reference="101/2026/77")
