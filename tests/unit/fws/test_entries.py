"""What early help says in the chronology, and who sees it: those at the meetings from then on; the rest family wellbeing."""

from services.fws.codes import FormalReview, Place
from services.fws.entries import entries
from services.fws.rules import RULES
from services.fws.streams.family_episode import ExtendHelp, HoldEndingMeeting, HoldFormalReview
from shared.domain.code_lists import Progress
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.testing.entries import given_entries
from shared.testing.facts import ADULT, CHILD
from tests.unit.chronology.sights import CARE, sights, taken_in, titles
from tests.unit.fws.families import (
    CLOSE,
    ESCALATE,
    FAMILY,
    KEYWORKER,
    MANAGER,
    REVIEW,
    VISIT,
    allocated,
    planned,
)

OWN = SeenBy(agency="family_wellbeing")
SCHOOL = SeenBy(agency="education")


def log(story):
    """The chronology's log of the first child."""
    own = [one for one in story.records if one.service == "fws" and one.event.child == CHILD]
    return taken_in(own, {"fws": (entries, RULES)})


def test_those_at_the_support_meeting_see_it_and_what_follows_from_it():
    story = planned().when(REVIEW, at=london(2026, 3, 24, 15), by=KEYWORKER)
    formal = HoldFormalReview(
        about=FAMILY, progress=Progress.SOME, decision=FormalReview.EXTEND, notes="Owen sleeps."
    )
    story = story.when(formal, at=london(2026, 5, 11, 10), by=KEYWORKER)
    extend = ExtendHelp(about=FAMILY, reason="A bereavement.", exceptional=True)
    story = story.when(extend, at=london(2026, 5, 12, 10), by=MANAGER)
    ending = HoldEndingMeeting(about=FAMILY, family=(ADULT,), achieved=("Attendance",))
    story = story.when(ending, at=london(2026, 6, 1, 10), by=KEYWORKER)
    closing = {"partners_told": ("health",), "why_no_meeting": None}
    story = story.when(CLOSE.model_copy(update=closing), at=london(2026, 6, 2, 10), by=KEYWORKER)
    seen = sights(log(story))
    met = {CARE, OWN, SCHOOL}
    assert {title: who for title, who in seen.items() if not title.startswith("Not done")} == {
        "Early help: keyworker allocated": {CARE, OWN},
        "Family visited, child seen": {CARE, OWN},
        "Wellbeing assessment shared with the family": {CARE, OWN},
        "Family support meeting held": met,
        "Family's plan reviewed: good progress": met,
        "Formal review of early help: some progress, extend": met,
        "Early help extended": {CARE, OWN},
        "Ending meeting held with the family": met,
        "Early help ended: goals met": met | {SeenBy(agency="health")},
    }


def test_an_escalation_is_one_entry_that_nobody_else_sees():
    story = planned().when(ESCALATE, at=london(2026, 4, 8, 19), by=KEYWORKER)
    told = log(story)
    assert titles(told).count("Early help ended: stepped up") == 0
    assert sights(told)["Escalated from early help: harm, or a risk of significant harm"] == {CARE, OWN}


def test_a_visit_says_whether_the_child_was_seen_and_no_words_stand_in_a_title():
    said = given_entries(entries, RULES)
    visit = VISIT.model_copy(
        update={"children_seen": (CHILD,), "alone": (CHILD,), "place": Place.HOME, "words": "I like Kim."}
    )
    story = allocated().when(visit, at=london(2026, 1, 9, 16), by=KEYWORKER)
    own, sibling = [one for one in story.records if one.envelope.command_id == story.id]
    said.when_recorded(own).says(
        title="Family visited, child seen alone (home)",
        significance="significant",
        parts=[("Notes", "All at home."), ("The child's words", "I like Kim.")],
    )
    said.when_recorded(sibling).says(title="Family visited, child not seen (home)")


def test_the_plan_is_shown_as_it_was_agreed():
    story = planned()
    said = given_entries(entries, RULES)
    live = [one for one in story.records if one.event.NAME == "fws.PlanLive"]
    said.when_recorded(live[0]).says(
        title="Family's plan live: education",
        parts=[("Plan", "Breakfast club (education, by 2026-02-23)")],
    )
