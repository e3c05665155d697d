"""What holds of early help whatever is done, in whatever order: one open episode, clocks that end together, no panel for harm."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.fws.codes import Direction, PanelDecision
from services.fws.streams.family_episode import (
    HoldEndingMeeting,
    ProposeStepUp,
    ReceiveStepDown,
    StartPlan,
    WithdrawConsent,
)
from services.fws.streams.transfer_proposal import DecideTransfer, TakeStepDown
from shared.domain.instants import local_date
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD
from tests.unit.fws.families import (
    ALLOCATE,
    CLOSE,
    DRAFT,
    ESCALATE,
    FAMILY,
    KEYWORKER,
    MANAGER,
    MEET,
    PLAN,
    REQUESTED,
    REVIEW,
    SHARE,
    VISIT,
    others,
    request,
    team,
)

F_CLOCKS = {"F1", "F2", "F3", "F4", "F5", "F5b", "F6", "F7", "F8", "F9", "F11"}
UNSEEN = VISIT.model_copy(update={"children_seen": (CHILD,)})
DECIDE = DecideTransfer(
    about=FAMILY,
    panel=local_date(REQUESTED),
    decision=PanelDecision.AGREED,
    direction=Direction.STEP_UP,
    reason="As proposed.",
)
DOWN = DECIDE.model_copy(update={"direction": Direction.STEP_DOWN})
ACTS = {
    "request": [request(child) for child in FAMILY],
    "allocate": [ALLOCATE],
    "visit": [VISIT],
    "visit without one": [UNSEEN],
    "draft": [DRAFT],
    "share": [SHARE],
    "meet": [MEET],
    "plan": [StartPlan(about=FAMILY, plan=PLAN)],
    "review": [REVIEW],
    "withdraw": [WithdrawConsent(about=FAMILY, withdrawn_by=ADULT, harm=False)],
    "withdraw with harm": [WithdrawConsent(about=FAMILY, withdrawn_by=ADULT, harm=True)],
    "propose": [ProposeStepUp(about=FAMILY, reason="It does not hold.")],
    "told of a step-down": [TakeStepDown(about=(child,), proposed_by="assessment") for child in FAMILY],
    "decide up": [DECIDE],
    "decide down": [DOWN],
    "defer": [DECIDE.model_copy(update={"decision": PanelDecision.DEFERRED})],
    "receive": [ReceiveStepDown(about=FAMILY, consented_by=ADULT)],
    "ending": [HoldEndingMeeting(about=FAMILY, family=(ADULT,))],
    "close": [CLOSE],
    "escalate": [ESCALATE],
}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(min_value=1, max_value=24 * 20)), max_size=14
)


def told(chosen):
    """The story of these acts, so many hours apart, and its last moment."""
    at, story = REQUESTED, story_of(team, *others)
    for number, (name, hours) in enumerate(chosen):
        at += timedelta(hours=hours)
        for command in ACTS[name]:
            changed = {}
            if isinstance(command, DecideTransfer):
                changed = {"panel": local_date(at)}
            elif name == "request":
                changed = {"request": UUID(int=number + 1), "requested_at": at}
            story = story.when(command.model_copy(update=changed), at=at, by=MANAGER)
    return story, at


def episodes(story, child, kind="family_episode"):
    return [
        one.folded
        for one in story.logs.streams.values()
        if one.team.name == "fws" and one.kind.name == kind and one.child == child
    ]


def running(story, child):
    """The clocks of early help that run on a child."""
    return {
        clock.rule
        for one in story.logs.streams.values()
        if one.team.name == "fws" and one.child == child
        for clock in one.folded.clocks
        if clock.running
    }


@settings(deadline=None, max_examples=60)
@given(steps)
def test_a_familys_clocks_end_together_when_it_is_escalated_f10_apart(chosen):
    story, at = told(chosen)
    at += timedelta(hours=1)
    escalated = story.when(ESCALATE, at=at, by=KEYWORKER)
    if escalated.refusal is not None:
        assert "F10" in escalated.refusal.rules
        return
    for child in FAMILY:
        assert running(escalated, child) & (F_CLOCKS - {"F11"}) == set()
        own = [one for one in episodes(escalated, child, "transfer_proposal") if one.state.to_step_up]
        assert own == []
        escalated.clocks(about=child, F10="open")


@settings(deadline=None, max_examples=60)
@given(steps)
def test_a_child_has_one_open_episode_and_one_open_proposal_at_most(chosen):
    story, _ = told(chosen)
    for child in FAMILY:
        for kind in ("family_episode", "transfer_proposal"):
            assert sum(one.state.is_open for one in episodes(story, child, kind)) <= 1


@settings(deadline=None, max_examples=60)
@given(steps)
def test_no_clock_of_early_help_runs_where_none_is_open_and_none_is_proposed(chosen):
    story, _ = told(chosen)
    for child in FAMILY:
        if not any(one.state.is_open for one in episodes(story, child)):
            assert running(story, child) & F_CLOCKS <= {"F11"}
        if not any(one.state.is_open for one in episodes(story, child, "transfer_proposal")):
            assert "F11" not in running(story, child)


def test_the_acts_reach_both_ways_of_the_panel():
    """That the properties speak of something: these acts, in this order, are all decided."""
    up = [("request", 1), ("allocate", 1), ("propose", 1), ("decide up", 200)]
    down = [("told of a step-down", 1), ("decide down", 200), ("receive", 1), ("allocate", 1)]
    story, _ = told([*up, *down])
    assert story.refusal is None
    assert story.stream("family_episode").state.allocated
