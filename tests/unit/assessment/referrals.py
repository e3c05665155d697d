"""Examples the tests of referral and assessment share."""

from uuid import uuid5

from services.assessment.app import app
from services.assessment.codes import Place
from services.assessment.rules import RULES
from services.assessment.streams.child_file import RecordVisit
from services.assessment.streams.referral import AllocateWorker, OpenReferral, referral
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import decider
from shared.testing.facts import ADULT, CHILD, THING, actor

PARENT = KnownPerson(kind="child", responsible={(ADULT, "mother"): (Span(),)})
BESIDE = [stream for stream in app.streams if stream.name != referral.name]
given = decider(referral, RULES, beside=BESIDE, people={CHILD: PARENT}).given

EW_2026 = "rules 2026-11; calendar EW-2026-11"
MANAGER = actor("team_manager", "Ravi Cole")
WORKER = actor("social_worker", "Mia Dunn")
CONTACT = uuid5(THING, "contact")
RECEIVED = london(2026, 4, 2, 16, 40)
DECIDED = london(2026, 4, 2, 17, 50)
"""When the contact was decided, and so the referral opened."""


def open_referral(received_at=RECEIVED, contact=CONTACT):
    return OpenReferral(
        contact=contact,
        received_at=received_at,
        source=ReferralSource.S6,
        referrer_agency="police",
        level=4,
        primary_need=PrimaryNeed.N1,
    )


ALLOCATE = AllocateWorker(
    worker=Professional(id=WORKER.id, name="Mia Dunn"),
    assessment_due_in_working_days=30,
    reason="Moderate complexity.",
)
SEEN_ALONE = RecordVisit(seen=True, alone=True, words="I make Esi's tea.", place=Place.HOME)
NOT_SEEN = RecordVisit(seen=False, why_not_seen="Nobody opened.", place=Place.HOME)


def opened():
    return given().when(open_referral(), at=DECIDED)
