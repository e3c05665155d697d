"""Examples the tests of the front door share: a contact to receive, and what may be asked of it."""

from services.mash.events import Outcome, Potential
from services.mash.rules import RULES
from services.mash.streams.contact import (
    DecideContact,
    HoldContact,
    InformReferrer,
    ReceiveContact,
    Referrer,
    ScreenContact,
    contact,
)
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.testing.deciders import decider
from shared.testing.facts import actor

given = decider(contact, RULES).given

EW_2026 = "rules 2026-11; calendar EW-2026-11"
MANAGER = actor("mash_manager", "Ana Lim")
SCREENER = actor("mash_screener", "Jo Bell")
OFFICER = actor("police_officer", "PC Hale")

RECEIVE = ReceiveContact(
    source=ReferralSource.S6,
    referrer=Referrer(name="PC Hale", agency="police", contact="hale@police.example"),
    worries="Both girls hiding in a cupboard.",
    strengths="Grace asked for help.",
    family_aware=True,
)
SCREEN = ScreenContact(potential=Potential.CHILD_PROTECTION)
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
