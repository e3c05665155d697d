"""The weekly transfer panel (F11): step-up and step-down, proposed, decided, and what an agreement opens; never for harm (F10)."""

from datetime import date, datetime, timedelta

import pytest

from services.assessment import events as assessment
from services.assessment.policy import policy as social_care
from services.assessment.streams.referral import ProposeStepDown, TakeStepUp
from services.conference import events as conference
from services.fws.codes import Direction, PanelDecision, WhyEnded
from services.fws.events import (
    DecisionText,
    EarlyHelpEnded,
    KeyworkerAllocated,
    ProposalEnded,
    ProposalText,
    StepDownAgreed,
    StepDownForPanel,
    StepDownReceived,
    StepUpProposed,
    TransferDecided,
)
from services.fws.panels import panel_of
from services.fws.policy import policy
from services.fws.rules import RULES
from services.fws.streams.family_episode import ProposeStepUp, ReceiveStepDown, WithdrawConsent
from services.fws.streams.transfer_proposal import DecideTransfer, TakeStepDown
from services.fws.views import decisions, proposals, worklist
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.instants import london
from shared.domain.policy import TaskFor
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, actor
from shared.testing.policies import given_policy
from tests.unit.chronology.sights import CARE, sights, titles
from tests.unit.fws.families import (
    ALLOCATE,
    CLOSE,
    ESCALATE,
    FAMILY,
    KEYWORKER,
    MANAGER,
    allocated,
    others,
    planned,
    team,
)
from tests.unit.fws.test_entries import OWN, log

MONDAY = london(2026, 3, 2, 11)
THURSDAY = london(2026, 3, 5, 11)
PANEL = date(2026, 3, 5)
PROPOSE = ProposeStepUp(
    about=FAMILY, reason="The plan does not hold.", needs=("A social worker",), consent=True
)
AGREE = DecideTransfer(
    about=FAMILY,
    panel=PANEL,
    decision=PanelDecision.AGREED,
    direction=Direction.STEP_UP,
    reason="Needs a child-in-need plan.",
    primary_need=PrimaryNeed.N5,
)
DEFER = AGREE.model_copy(update={"decision": PanelDecision.DEFERRED})
REFUSE = AGREE.model_copy(update={"decision": PanelDecision.NOT_AGREED})
DOWN = AGREE.model_copy(update={"direction": Direction.STEP_DOWN, "primary_need": None})
RECEIVE = ReceiveStepDown(about=FAMILY, plan=("Bedtime routine",), consented_by=ADULT, notes="Met on Monday.")
SOCIAL_CARE = actor("team_manager", "Ravi Cole")


def proposed():
    return planned().when(PROPOSE, at=MONDAY, by=KEYWORKER)


def down_proposed(at: datetime = MONDAY, children=FAMILY):
    """Social care proposed a step-down, as early help hears of it."""
    story = story_of(team, *others)
    for child in children:
        take = TakeStepDown(about=(child,), proposed_by="assessment", reason="Enough.", goals=("Routine",))
        story = story.when(take, at=at, by=MANAGER)
    return story


def made(story, kind):
    return [one for one in story.decided if isinstance(one, kind)]


# -- days of panels


@pytest.mark.parametrize(
    ("at", "panel"),
    [
        (london(2026, 3, 5, 9), date(2026, 3, 5)),
        (london(2026, 3, 5, 11), date(2026, 3, 12)),
        (london(2026, 3, 5, 10), date(2026, 3, 12)),
        (london(2025, 12, 22, 9), date(2025, 12, 29)),
        (london(2025, 12, 29, 9), date(2025, 12, 29)),
        (london(2025, 12, 29, 11), date(2026, 1, 2)),
    ],
    ids=[
        "an hour before",
        "an hour after",
        "as it begins",
        "of Christmas Day, on the next working day",
        "an hour before that one",
        "of New Year's Day, on the day after",
    ],
)
def test_f11_a_proposal_is_for_the_first_panel_that_begins_after_it(at, panel):
    due = RULES.deadline("F11", at).due_at
    assert (panel_of(due), due) == (panel, london(panel.year, panel.month, panel.day) + timedelta(days=1))


# -- step-up


def test_f11_a_step_up_is_proposed_for_the_next_panel():
    story = proposed()
    story.then(
        StepUpProposed(
            proposal=story.id,
            family=FAMILY,
            consent=True,
            decide_by=RULES.deadline("F11", MONDAY),
            sealed=ProposalText(reason="The plan does not hold.", needs=("A social worker",)),
        )
    )
    story.clocks(about=CHILD, F11="open", F9="open").clocks(about=SIBLING, F11="open")
    assert story.clock("F11", about=CHILD).due_at == london(2026, 3, 6)
    story.follows()
    story.when(PROPOSE, at=MONDAY, by=KEYWORKER).refused("F11")


def test_f3_a_step_up_is_of_the_whole_family():
    part = {"about": (CHILD,)}
    planned().when(PROPOSE.model_copy(update=part), at=MONDAY, by=KEYWORKER).refused("F3")
    proposed().when(AGREE.model_copy(update=part), at=THURSDAY, by=MANAGER).refused("F3")


def test_f1_a_step_up_is_proposed_of_a_family_that_is_worked_with():
    story_of(team).when(PROPOSE, at=MONDAY, by=KEYWORKER).refused("F1")


def test_f11_an_agreed_step_up_ends_early_help_and_opens_a_referral_from_the_decision():
    story = proposed().when(AGREE, at=THURSDAY, by=SOCIAL_CARE)
    story.then(
        TransferDecided(
            panel=PANEL,
            decision=PanelDecision.AGREED,
            direction=Direction.STEP_UP,
            primary_need=PrimaryNeed.N5,
            sealed=DecisionText(reason="Needs a child-in-need plan."),
        ),
        EarlyHelpEnded(reason=WhyEnded.STEPPED_UP, by_panel=True),
    )
    story.clocks(about=CHILD, F11="met", F9="ended", F7="ended", F8="ended")
    opened = [one.event for one in story.followed if isinstance(one.event, assessment.ReferralOpened)]
    assert [(one.child, one.source, one.received_at, one.primary_need) for one in opened] == [
        (CHILD, ReferralSource.S5D, THURSDAY, PrimaryNeed.N5),
        (SIBLING, ReferralSource.S5D, THURSDAY, PrimaryNeed.N5),
    ]
    story.clocks(about=SIBLING, A2="open", A3="open", A1=None)
    assert story.clock("A2", about=CHILD).due_at == london(2026, 3, 11)
    assert [row.waits for row in story.rows(worklist)] == [False, False]
    story.tasks()


def test_a_step_up_where_social_care_has_an_open_referral_is_for_its_manager():
    arrival = given_policy(social_care).when(
        TransferDecided(panel=PANEL, decision=PanelDecision.AGREED, direction=Direction.STEP_UP), at=THURSDAY
    )
    arrival.then(TakeStepUp(about=(CHILD,), source=ReferralSource.S5D))
    arrival.refusal_means("already_open", TaskFor("team_manager"))
    opened = proposed().when(AGREE, at=THURSDAY, by=MANAGER)
    opened.when(TakeStepUp(about=(CHILD,), source=ReferralSource.S5D), at=THURSDAY, by=MANAGER).refused(
        "A10", reason="already_open"
    )


def test_f11_what_is_not_agreed_goes_on_as_it_was():
    story = proposed().when(REFUSE, at=THURSDAY, by=MANAGER)
    story.clocks(about=CHILD, F11="met", F9="open").follows()
    assert story.stream("family_episode").state.is_open
    story.when(AGREE, at=THURSDAY, by=MANAGER).refused("F11")
    story.when(PROPOSE, at=THURSDAY + timedelta(days=1), by=KEYWORKER).clocks(about=CHILD, F11="open")


def test_f11_what_is_deferred_is_for_the_next_panel():
    story = proposed().when(DEFER, at=THURSDAY, by=MANAGER)
    assert made(story, TransferDecided)[0].decide_again_by == RULES.deadline("F11", THURSDAY)
    story.clocks(about=CHILD, F11="open").follows()
    assert story.clock("F11", about=CHILD).due_at == london(2026, 3, 13)
    later = AGREE.model_copy(update={"panel": date(2026, 3, 12)})
    story.when(later, at=london(2026, 3, 12, 11), by=MANAGER).clocks(about=CHILD, F11="met")


def test_f11_a_panel_that_did_not_come_to_it_is_missed():
    story = proposed().time_passes(until=london(2026, 3, 6, 0, 1))
    story.missed("F11", "F11")
    story.when(AGREE, at=london(2026, 3, 6, 9), by=MANAGER, happened=THURSDAY).clocks(about=CHILD, F11="met")


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"panel": date(2026, 3, 12)}, ("E2",)),
        ({"panel": date(2026, 2, 26)}, ("E2",)),
        ({"direction": Direction.STEP_DOWN}, ("F1", "F11")),
    ],
    ids=["to come", "before it was proposed", "the other way"],
)
def test_a_decision_is_of_a_panel_that_was_held_on_what_was_proposed(changed, rules):
    proposed().when(AGREE.model_copy(update=changed), at=THURSDAY, by=MANAGER).refused(*rules)


def test_f11_nothing_is_decided_that_was_not_proposed():
    planned().when(AGREE, at=THURSDAY, by=MANAGER).refused("F11")


# -- harm


def test_f10_harm_is_never_for_the_panel():
    harm = WithdrawConsent(about=FAMILY, withdrawn_by=ADULT, harm=True, reason="He hit her.")
    planned().when(harm, at=MONDAY, by=KEYWORKER).when(PROPOSE, at=MONDAY, by=KEYWORKER).refused("F10")
    proposed().when(harm, at=MONDAY, by=KEYWORKER).when(AGREE, at=THURSDAY, by=MANAGER).refused("F10")


def test_f10_an_escalation_takes_what_was_proposed_from_the_panel():
    story = proposed().when(ESCALATE, at=MONDAY + timedelta(hours=2), by=KEYWORKER)
    assert len(made(story, ProposalEnded)) == len(FAMILY)
    story.clocks(about=CHILD, F11="ended", F9="ended", F10="open", A1="open")
    story.when(AGREE, at=THURSDAY, by=MANAGER).refused("F10", "F11")
    story.when(PROPOSE, at=THURSDAY, by=KEYWORKER).refused("F1", "F10")
    assert not [row for row in story.rows(proposals) if row.waits]


def test_closing_takes_what_was_proposed_from_the_panel():
    story = proposed().when(CLOSE, at=MONDAY + timedelta(hours=2), by=KEYWORKER)
    story.clocks(about=CHILD, F11="ended", F9="met")


# -- step-down


def test_f11_a_step_down_comes_to_the_panel_from_social_care_and_from_a_conference():
    told = given_policy(policy)
    text = assessment.StepDownText(reason="Enough.", goals=("Routine",))
    arrival = told.when(assessment.StepDownProposed(sealed=text), at=MONDAY)
    arrival.then(TakeStepDown(about=(CHILD,), proposed_by="assessment", reason="Enough.", goals=("Routine",)))
    arrival.refusal_means("already_open", TaskFor("fws_manager"))
    review = conference.StepDownProposed(review=arrival.record.envelope.event_id)
    told.when(review, at=MONDAY).then(TakeStepDown(about=(CHILD,), proposed_by="conference"))


def test_a_step_down_that_is_proposed_twice_is_proposed_once():
    story = down_proposed()
    assert made(story, StepDownForPanel)[0].decide_by == RULES.deadline("F11", MONDAY)
    story.when(TakeStepDown(about=(CHILD,), proposed_by="conference"), at=THURSDAY, by=MANAGER).nothing()


def test_a_step_down_of_a_child_who_is_to_be_stepped_up_is_refused_for_a_manager():
    both = proposed().when(TakeStepDown(about=(CHILD,), proposed_by="assessment"), at=MONDAY, by=MANAGER)
    both.refused("F11", reason="already_open")


def test_f11_an_agreed_step_down_begins_early_help_of_the_children_named():
    story = down_proposed().when(DOWN, at=THURSDAY, by=MANAGER)
    story.then(
        TransferDecided(panel=PANEL, decision=PanelDecision.AGREED, direction=Direction.STEP_DOWN),
        StepDownAgreed(
            request=story.id,
            family=FAMILY,
            allocate_by=RULES.deadline("F1", THURSDAY),
            visit_by=RULES.deadline("F2", THURSDAY),
            share_by=RULES.deadline("F4", THURSDAY),
        ),
    )
    story.clocks(about=CHILD, F11="met", F1="open", F2="open", F4="open")
    story.tasks(("team_manager", "step_down_agreed"), ("team_manager", "step_down_agreed"))
    assert [(row.contact, row.waits) for row in story.rows(worklist)] == [(None, True), (None, True)]


def test_a_step_down_that_is_not_agreed_goes_back_to_social_care():
    not_agreed = DOWN.model_copy(update={"decision": PanelDecision.NOT_AGREED, "about": (CHILD,)})
    story = down_proposed(children=(CHILD,)).when(not_agreed, at=THURSDAY, by=MANAGER)
    story.tasks(("team_manager", "step_down_not_agreed"))
    deferred = DOWN.model_copy(update={"decision": PanelDecision.DEFERRED, "about": (CHILD,)})
    down_proposed(children=(CHILD,)).when(deferred, at=THURSDAY, by=MANAGER).tasks()


def test_m16_early_help_after_a_step_down_needs_consent_of_a_holder_of_parental_responsibility():
    story = down_proposed().when(DOWN, at=THURSDAY, by=MANAGER)
    at = THURSDAY + timedelta(hours=1)
    story.when(ALLOCATE, at=at, by=MANAGER).refused("M16")
    story.when(RECEIVE.model_copy(update={"consented_by": None}), at=at, by=MANAGER).refused("M16")
    story.when(RECEIVE.model_copy(update={"consented_by": SIBLING}), at=at, by=MANAGER).refused("M16")
    received = story.when(RECEIVE, at=at, by=MANAGER)
    received.then(StepDownReceived(consented_by=ADULT))
    worked = received.when(ALLOCATE, at=at, by=MANAGER)
    assert made(worked, KeyworkerAllocated)
    worked.clocks(about=CHILD, F1="met")


def test_f11_a_step_down_is_received_that_the_panel_agreed():
    down_proposed().when(RECEIVE, at=THURSDAY, by=MANAGER).refused("F11")
    allocated().when(RECEIVE, at=THURSDAY, by=MANAGER).refused("F11")


def test_f1_a_step_down_of_a_child_who_has_early_help_waits_until_that_is_closed():
    story = planned().when(TakeStepDown(about=(CHILD,), proposed_by="assessment"), at=MONDAY, by=MANAGER)
    story.when(DOWN.model_copy(update={"about": (CHILD,)}), at=THURSDAY, by=MANAGER).refused("F1")


def test_f10_a_family_that_came_down_from_social_care_is_escalated_at_once():
    story = down_proposed().when(DOWN, at=THURSDAY, by=MANAGER)
    story = story.when(ESCALATE, at=THURSDAY + timedelta(hours=2), by=KEYWORKER)
    opened = [one.event for one in story.followed if isinstance(one.event, assessment.ReferralOpened)]
    assert [(one.child, one.contact, one.immediate_harm) for one in opened] == [
        (CHILD, None, True),
        (SIBLING, None, True),
    ]
    story.clocks(about=CHILD, F1="ended", F2="ended", F4="ended", F10="open", A1="open")


def test_a_step_down_that_social_care_proposed_reaches_the_panel_with_its_words():
    story = proposed().when(AGREE, at=THURSDAY, by=SOCIAL_CARE)
    propose = ProposeStepDown(about=(CHILD,), reason="It was enough after all.", goals=("Attendance",))
    story = story.when(propose, at=london(2026, 3, 9, 9), by=SOCIAL_CARE)
    story.follows(StepDownForPanel)
    (row,) = [row for row in story.rows(proposals) if row.waits]
    assert (row.child, row.panel, row.proposed_by) == (CHILD, date(2026, 3, 12), "assessment")


# -- the panel's list, and the chronology


def test_the_agenda_has_what_waits_and_what_a_panel_decided():
    story = proposed()
    assert {(row.child, row.panel, row.waits, row.deferred) for row in story.rows(proposals)} == {
        (CHILD, PANEL, True, False),
        (SIBLING, PANEL, True, False),
    }
    deferred = story.when(DEFER, at=THURSDAY, by=MANAGER)
    assert {(row.panel, row.waits, row.deferred) for row in deferred.rows(proposals)} == {
        (date(2026, 3, 12), True, True)
    }
    assert {(row.panel, row.decision, row.direction) for row in deferred.rows(decisions)} == {
        (PANEL, "deferred", "step_up")
    }
    down = down_proposed(children=(CHILD,))
    assert [(row.direction, row.proposed_by) for row in down.rows(proposals)] == [("step_down", "assessment")]


def test_a_proposal_and_its_decision_are_seen_by_family_wellbeing():
    story = proposed().when(
        AGREE.model_copy(update={"team": ReceivingTeam.ADOPTION}), at=THURSDAY, by=MANAGER
    )
    told = log(story)
    seen = sights(told)
    assert seen["Step-up to children's social care proposed"] == {CARE, OWN}
    assert seen["Transfer panel: step-up agreed"] == {CARE, OWN}
    assert "Early help ended: stepped up" not in titles(told)
    down = down_proposed().when(DOWN, at=THURSDAY, by=SOCIAL_CARE)
    down = down.when(RECEIVE, at=THURSDAY + timedelta(hours=1), by=MANAGER)
    said = sights(log(down))
    assert said["Transfer panel: step-down agreed"] == {CARE, OWN}
    assert said["Family received from children's social care, with signed consent"] == {CARE, OWN}
