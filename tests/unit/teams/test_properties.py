"""What holds of every team's cases whatever is done, in whatever order: one open case a child and team, no clock without one."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.teams.codes import TeamReview
from services.teams.reference import own_teams
from services.teams.streams.team_case import TakeOffer
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD
from tests.unit.teams.children import (
    MONDAY,
    accept,
    accepted,
    close,
    decline,
    hand_back,
    of_team,
    offer,
    review,
    seen,
    step,
    team,
)

ROWS = own_teams().teams
ACTS = {
    "offer": offer,
    "told": lambda to: TakeOffer(about=(CHILD,), team=to, occasion="looked_after", by_age=True),
    "accept": accept,
    "decline": decline,
    "see": seen,
    "review": review,
    "last review": lambda to: review(to, decision=TeamReview.END),
    "hand back": hand_back,
    "close": close,
}
TEAMS = ("children_looked_after", "virtual_school", "staying_together", "independent_reviewing")
acts = st.lists(
    st.tuples(
        st.sampled_from([*sorted(ACTS), "step"]),
        st.sampled_from(TEAMS),
        st.integers(min_value=0, max_value=24 * 40),
    ),
    max_size=18,
)
EVERYBODY = of_team("team_lead", *TEAMS)


def told(chosen):
    story, at = story_of(team), MONDAY
    for name, to, hours in chosen:
        at += timedelta(hours=hours)
        steps = sorted(ROWS[to].steps)
        if name == "step" and not steps:
            continue
        command = step(steps[hours % len(steps)], to) if name == "step" else ACTS[name](to)
        story = story.when(command, at=at, by=EVERYBODY)
    return story


def open_cases(story):
    return [
        (one.child, one.code)
        for one in story.logs.streams.values()
        if one.kind.name == "team_case" and one.folded.state.is_open
    ]


@settings(deadline=None, max_examples=80)
@given(acts)
def test_a_child_has_one_open_case_in_a_team_at_most(chosen):
    found = open_cases(told(chosen))
    assert len(found) == len(set(found))


@settings(deadline=None, max_examples=80)
@given(acts)
def test_clocks_run_on_open_cases_alone_and_by_the_row_of_their_team(chosen):
    story = told(chosen)
    for one in story.logs.streams.values():
        if one.kind.name != "team_case":
            continue
        running = [clock for clock in one.folded.clocks if clock.running]
        assert one.folded.state.is_open or running == []
        assert all(clock.deadline.stage.partition("/")[0] == one.code for clock in one.folded.clocks)
        rules = [clock.rule for clock in running]
        assert len(rules) == len(set(rules))  # each acts of its own: none runs twice


def test_the_acts_reach_work_in_several_teams():
    """That the properties speak of something: these are decided, and stand open beside each other."""
    story = told([(name, to, 1) for to in TEAMS for name in ("offer", "accept", "see", "review")])
    assert open_cases(story) == [(CHILD, to) for to in TEAMS]
    assert accepted().refusal is None
