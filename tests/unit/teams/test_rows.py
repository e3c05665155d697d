"""The receiving teams are rows: each row's limits, and one more team that a council adds, with no code."""

from datetime import date

import pytest

from services.teams.app import app, declared
from services.teams.events import CaseAccepted, StepDue
from services.teams.reference import RECEIVING_TEAMS, own_teams
from services.teams.rows import Teams
from shared.domain.code_lists import ReceivingTeam
from shared.domain.council_limits import CouncilLimit, with_council_limits
from shared.domain.instants import london
from shared.domain.rule_rows import BadRules, NoSuchRule
from shared.service.policy_data import BadPolicyData, read_reference
from shared.testing.deciders import story_of
from shared.testing.teams import team_of
from tests.unit.teams.children import (
    MANAGER,
    MONDAY,
    PEOPLE,
    TUESDAY,
    accept,
    of_team,
    offer,
    review,
    seen,
    step,
)

RULES = app.rules
ACCEPT_AND_SEE = {
    "family_support_and_child_protection": (None, None, None),
    "children_with_disabilities": ("2 working days", "5 working days", "20 working days"),
    "children_looked_after": ("1 working day", "1 week", "6 weeks"),
    "leaving_care": ("10 working days", None, "8 weeks"),
    "staying_together": ("5 working days", "5 working days", None),
    "no_recourse": ("1 working day", None, None),
    "fostering_and_placements": ("1 day", None, None),
    "adoption": ("10 working days", None, None),
    "youth_justice": ("5 working days", None, None),
    "virtual_school": ("5 working days", None, None),
    "safe_space": ("1 working day", "5 working days", None),
    "independent_reviewing": ("5 working days", None, None),
}
REVIEWS = {
    "children_with_disabilities": ["6 months"],
    "children_looked_after": ["20 working days", "3 months", "6 months"],
    "leaving_care": ["6 months"],
    "no_recourse": ["3 months"],
    "adoption": ["6 months"],
    "youth_justice": ["3 months"],
    "virtual_school": ["4 months"],
    "safe_space": ["6 weeks"],
}
STEPS = {
    "Z5/care_plan": {"children_looked_after": "10 working days"},
    "Z5/decision_maker": {"fostering_and_placements": "7 working days"},
    "Z5/health_assessment": {
        "children_looked_after": "20 working days",
        "children_looked_after/again": "12 months",
        "children_looked_after/again_under_5": "6 months",
    },
    "Z5/pathway_plan": {"leaving_care": "3 months"},
    "Z5/personal_education_plan": {"children_looked_after": "10 working days"},
    "Z5/referral_order_panel": {"youth_justice": "20 working days"},
    "Z5/youth_justice_assessment": {"youth_justice": "15 working days"},
}
HUB = """
  therapy_hub:
    name: Therapy hub
    agency: health
    source: The council's own
    offered_on: [looked_after]
    accept: 3 working days
    first_seen: 2 weeks
    visit: 4 weeks
    reviews: [3 months]
    steps:
      sleep_plan: {name: Sleep plan, within: 30 days, again: 6 months}
"""


@pytest.fixture
def with_hub(tmp_path) -> Teams:
    """The project's rows and one more, as a council writes it."""
    written = RECEIVING_TEAMS.own.read_text(encoding="utf-8").replace("2026-11", "2027-01")
    (tmp_path / "receiving_teams.yaml").write_text(written + HUB, encoding="utf-8")
    return read_reference(RECEIVING_TEAMS, tmp_path)


def in_words(limit):
    return limit.in_words if limit else None


def test_every_team_of_the_service_has_its_row_and_its_limits():
    own = own_teams().teams
    assert {
        code: (in_words(row.accept), in_words(row.first_seen), in_words(row.visit))
        for code, row in own.items()
    } == ACCEPT_AND_SEE
    assert {
        code: [limit.in_words for limit in row.reviews] for code, row in own.items() if row.reviews
    } == REVIEWS
    assert own["children_looked_after"].visit_where_permanent.in_words == "3 months"
    assert own["staying_together"].sessions == 18
    assert {code: row.agency for code, row in own.items() if row.agency != "childrens_social_care"} == {
        "youth_justice": "youth_offending",
        "virtual_school": "education",
    }


def test_z5_each_step_with_a_limit_is_a_rule_with_the_limit_of_each_team():
    made = {
        rule.id: {stage.name: stage.limit.in_words for stage in rule.stages}
        for rule in RULES.rules
        if rule.id.startswith("Z5/")
    }
    assert made == STEPS
    assert "Z5" in {rule.id for rule in RULES.rules}


def test_every_code_of_a_team_has_a_row_but_the_services_of_their_own():
    elsewhere = {ReceivingTeam.REFERRAL_AND_ASSESSMENT.value, ReceivingTeam.FAMILY_WELLBEING.value}
    assert {one.value for one in ReceivingTeam} - elsewhere == own_teams().teams.keys()


def test_a_limit_is_named_by_its_team():
    with pytest.raises(NoSuchRule, match="name its stage"):
        RULES.deadline("Z1", MONDAY)
    with pytest.raises(NoSuchRule, match="its stages are"):
        RULES.deadline("Z2", MONDAY, stage="adoption")


def test_the_figures_of_teams_are_changed_in_their_rows():
    with pytest.raises(BadRules, match="rows of the receiving teams"):
        with_council_limits(RULES, [CouncilLimit("Z1", date(2027, 1, 4), "The lead member", limit=3)])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"accept": "soon"}, "as `20 working days`"),
        ({"accept": "3 fortnights"}, "as `20 working days`"),
        ({"agency": "the_moon"}, "agency"),
        ({"colour": "blue"}, "not known here"),
        ({"name": "Adoption"}, "two teams are called adoption"),
        ({"offered_on": ["birthday"]}, "looked_after"),
        ({"steps": {"care_plan": {"name": "Another plan"}}}, "care_plan is called"),
    ],
)
def test_a_row_that_cannot_be_used_is_said_with_its_line(tmp_path, row, says):
    written = RECEIVING_TEAMS.own.read_text(encoding="utf-8") + "\n  therapy_hub:\n"
    fields = {"name": "Therapy hub", "agency": "health", "source": "Ours", **row}
    (tmp_path / "receiving_teams.yaml").write_text(
        written + "".join(f"    {name}: {value}\n" for name, value in fields.items()), encoding="utf-8"
    )
    with pytest.raises(BadPolicyData, match=says) as refused:
        read_reference(RECEIVING_TEAMS, tmp_path)
    assert "line " in str(refused.value)


def test_one_more_team_is_a_row_and_has_clocks_list_access_and_entries(with_hub):
    """No code is written for it: the service is declared with one row more."""
    hub = declared(with_hub)
    story = story_of(team_of(hub, people=PEOPLE)).when(offer("therapy_hub"), at=MONDAY, by=MANAGER)
    assert story.clock("Z1").due_at == london(2026, 6, 5)
    lead = of_team("team_lead", "therapy_hub", agency="health")
    story.when(accept("therapy_hub"), at=TUESDAY, by=of_team("team_lead", "adoption")).refused("E9")
    story = story.when(accept("therapy_hub"), at=TUESDAY, by=lead)
    assert [type(one) for one in story.decided] == [CaseAccepted, StepDue]
    story.clocks(**{"Z1": "met", "Z2": "open", "Z4": "open", "Z5/sleep_plan": "open"})
    worker = of_team("team_worker", "therapy_hub", agency="health")
    story = story.when(seen("therapy_hub"), at=london(2026, 6, 12, 9), by=worker)
    story = story.when(step("sleep_plan", "therapy_hub"), at=london(2026, 6, 20, 9), by=worker)
    assert story.clock("Z5/sleep_plan").due_at == london(2026, 12, 21)
    assert story.clock("Z3").due_at == london(2026, 7, 11)
    story = story.when(review("therapy_hub"), at=london(2026, 7, 1, 9), by=worker)
    told = [one.entry.title for one in story.entries(hub.entries)]
    assert told == [
        "Case offered to therapy hub",
        "Case accepted by therapy hub",
        "Child seen alone by therapy hub (placement)",
        "Sleep plan (therapy hub)",
        "Review by therapy hub: goes on",
    ]
    (row,) = story.rows(hub.views[0])
    assert (row.team, row.called, row.agency, row.waits) == ("therapy_hub", "Therapy hub", "health", True)


def test_one_more_team_is_offered_what_its_row_says_and_the_council_s_edition_is_kept(with_hub):
    hub = declared(with_hub)
    assert hub.rules.edition == "2027-01"
    assert hub.rules.deadline("Z1", MONDAY, stage="therapy_hub").edition.startswith("rules 2027-01;")
    assert set(hub.made_of({RECEIVING_TEAMS.name: with_hub}).streams[0].clocks) - set(
        app.streams[0].clocks
    ) == {"Z5/sleep_plan"}
    assert with_hub.on("looked_after")[-1] == "therapy_hub"
