"""What the facts of referral and assessment say in the chronology, and that nobody else sees them."""

import pytest

from services.assessment import events as assessment
from services.assessment.codes import Place
from services.assessment.entries import entries
from services.assessment.rules import RULES
from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried, VariedText
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
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
        MISSED,
        Entry("Not done in time: see the child, alone where age-appropriate (A2)", "deadline", "significant"),
    ),
    (
        VARIED,
        Entry(
            "New date agreed: see the child, alone where age-appropriate (A2)",
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
