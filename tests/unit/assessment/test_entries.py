"""What the facts of referral and assessment say in the chronology, and that nobody else sees them."""

from dataclasses import replace

import pytest

from services.assessment import events as assessment
from services.assessment.codes import (
    AssessmentKind,
    AssessmentOutcome,
    ClosureReason,
    Factor,
    FosteringEnd,
    Place,
)
from services.assessment.entries import entries
from services.assessment.rules import RULES
from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.code_lists import ConsentScope, Extent, PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.audience import SeenBy
from shared.team.entries import Entry
from shared.testing.entries import given_entries
from shared.testing.facts import THING, event_id
from tests.unit.chronology.sights import CARE, sights, taken_in

NOW = london(2026, 4, 2, 17)
DUE = Deadline(
    london(2026, 4, 2, 16, 40), london(2026, 4, 8), rule="A2", edition="rules 2026-11; calendar EW-2026-11"
)
OPENED = assessment.ReferralOpened(
    contact=THING,
    received_at=NOW,
    source=ReferralSource.S6,
    level=4,
    primary_need=PrimaryNeed.N1,
    see_child_by=DUE,
)
ALLOCATED = assessment.WorkerAllocated(
    worker=THING,
    assessment_due_in_working_days=30,
    sealed=assessment.AllocationText(worker_name="Mia Dunn", reason=""),
)
SEEN = assessment.ChildSeen(
    alone=True, place=Place.RELATIVE_HOME, sealed=assessment.VisitText(words="I make the tea.")
)
NOT_SEEN = assessment.ChildNotSeen(
    place=Place.HOME, sealed=assessment.VisitText(words="", why_not_seen="Nobody opened.")
)
MISSED = DeadlineMissed(rule="A2", started_by=event_id(1), due_at=NOW)
VARIED = DeadlineVaried(
    rule="A2", started_by=event_id(1), was_due_at=NOW, due_at=NOW, sealed=VariedText(reason="Away.")
)
AUTHORISED = assessment.AssessmentAuthorised(
    kind=AssessmentKind.CHILDREN_AND_FAMILIES,
    outcome=AssessmentOutcome.CHILD_IN_NEED_PLAN,
    factors=(Factor.F4B,),
    child_seen=False,
)
SAID = [
    (OPENED, Entry("Referral opened: abuse, neglect and exploitation", "referral")),
    (
        ALLOCATED,
        Entry(
            "Social worker allocated; assessment within 30 working days",
            "referral",
            parts=[("Social worker", "Mia Dunn")],
        ),
    ),
    (
        SEEN,
        Entry(
            "Child seen alone (relative home)",
            "visit",
            "significant",
            parts=[("The child's words", "I make the tea.")],
        ),
    ),
    (
        NOT_SEEN,
        Entry(
            "Visit at which the child was not seen (home)",
            "visit",
            "significant",
            parts=[("Why not seen", "Nobody opened.")],
        ),
    ),
    (
        assessment.AllocationEnded(worker=THING, sealed=assessment.EndedText(reason="On leave.")),
        Entry("Allocation of a social worker ended", "referral", parts=[("Why", "On leave.")]),
    ),
    (
        assessment.AssessmentStarted(referral=THING, kind=AssessmentKind.CHILDREN_AND_FAMILIES),
        Entry("Assessment started: child and family assessment", "assessment"),
    ),
    (
        assessment.FamilyNetworkMeetingHeld(sealed=assessment.NetworkText(plan=("Collect Ava (Nana)",))),
        Entry(
            "Family network meeting held",
            "assessment",
            parts=[("What the family plans", "Collect Ava (Nana)")],
        ),
    ),
    (
        assessment.FamilyNetworkMeetingDeclined(offered=True),
        Entry("Family network meeting offered and declined", "assessment"),
    ),
    (
        assessment.ConsentRecorded(
            given_by=THING, scope=(ConsentScope.INFORMATION_SHARING,), signed=True, young_person_asked=False
        ),
        Entry("Consent given: information sharing, signed", "consent"),
    ),
    (
        assessment.ConsentWithdrawn(withdrawn_by=THING, scope=(ConsentScope.HELP,)),
        Entry("Consent withdrawn: help", "consent"),
    ),
    (
        assessment.CaseTransferred(
            to=ReceivingTeam.LEAVING_CARE, sealed=assessment.HandoverText(handover="Weekly visits.")
        ),
        Entry("Case handed to leaving care", "transfer", parts=[("Handover", "Weekly visits.")]),
    ),
    (
        assessment.CaseClosed(reason=ClosureReason.RC1, sealed=assessment.ClosingText(notes="Done.")),
        Entry("Case closed: adopted", "referral", parts=[("Notes", "Done.")]),
    ),
    (assessment.CaseClosed(no_further_action=True), Entry("Case closed: no further action", "referral")),
    (
        assessment.PrivateFosteringVisited(
            seen=True,
            carer_seen=False,
            visited_by=THING,
            next_visit_by=RULES.deadline("A9", NOW),
            sealed=assessment.FosteringVisitText(concerns="No bed."),
        ),
        Entry(
            "Private fostering visit: child seen, carer not seen",
            "private_fostering",
            "significant",
            parts=[("Concerns", "No bed.")],
        ),
    ),
    (
        assessment.PrivateFosteringDecided(suitable=False, parents_contacted=True, prohibition=True),
        Entry("Private fostering decided: not suitable; prohibited", "private_fostering"),
    ),
    (
        assessment.PrivateFosteringEnded(reason=FosteringEnd.MOVED_ON),
        Entry("Private fostering ended: moved on", "private_fostering"),
    ),
    (
        AUTHORISED,
        Entry(
            "Assessment authorised: child in need plan; the child was not seen",
            "assessment",
            "significant",
        ),
    ),
    (
        MISSED,
        Entry("Not done in time: see the child (A2)", "deadline", "significant"),
    ),
    (
        VARIED,
        Entry(
            "New date agreed: see the child (A2)",
            "deadline",
            parts=[("Why", "Away.")],
        ),
    ),
]
given = given_entries(entries, RULES)


@pytest.mark.parametrize(("event", "entry"), SAID, ids=lambda value: getattr(value, "NAME", ""))
def test_what_an_event_says(event, entry):
    given.when(event, at=NOW).then(entry)


@pytest.mark.parametrize(("event", "entry"), SAID, ids=lambda value: getattr(value, "NAME", ""))
def test_nobody_else_sees_it(event, entry):
    told = given.when(event, at=NOW)
    log = taken_in([told.record], {"assessment": (entries, RULES)})
    assert sights(log) == {entry.title: {CARE}}


POLICE = SeenBy(agency="police")


def seen(*events):
    """Who sees the entries of these events of one assessment."""
    facts = [given.when(event, at=NOW).record for event in events]
    log = taken_in(
        [
            replace(
                fact,
                position=n,
                version=n,
                envelope=replace(fact.envelope, id=str(event_id(n)), command=str(event_id(100 + n))),
            )
            for n, fact in enumerate(facts, 1)
        ],
        {"assessment": (entries, RULES)},
    )
    return sights(log)


def test_an_outcome_is_seen_by_those_it_was_shared_with_once_it_is_shared():
    shared = assessment.OutcomeShared(to=("police", "referrer"), completes=True)
    told = seen(AUTHORISED, shared)
    title = "Assessment authorised: child in need plan; the child was not seen"
    assert told[title] == {CARE, POLICE}
    assert told["Outcome of the assessment shared with police, the referrer"] == {CARE, POLICE}


def test_a_check_is_seen_by_who_was_asked_and_its_answer_by_whom_it_names():
    asked = assessment.AgencyCheckRequested(check=THING, agency="police", extent=Extent.FULL)
    answered = assessment.AgencyInformationShared(
        check=THING, agency="police", shareable_with=("probation",), nothing_known=True
    )
    told = seen(asked, answered)
    assert told["Police asked for information (full)"] == {CARE, POLICE}
    assert told["Police answered: nothing known"] == {CARE, POLICE, SeenBy(agency="probation")}


def test_a_step_down_is_seen_by_family_wellbeing():
    proposed = assessment.StepDownProposed(sealed=assessment.StepDownText(reason="Settled."))
    told = seen(proposed)
    assert told["Step-down to family wellbeing proposed"] == {CARE, SeenBy(agency="family_wellbeing")}
