"""What is known of who sends a command before any record is looked at: whether they are of the agency that keeps it."""

from pathlib import Path

import pytest

from services.mash.streams.contact import HoldContact
from shared.access.compiler import compile_table
from shared.access.policy import AccessPolicy
from shared.access.sources import read_sources
from shared.access.table import FILE, read_table
from shared.domain.actors import Actor
from shared.team.authorisation import authorise
from shared.testing.facts import actor

SERVICES = Path(__file__).parents[3] / "services"
TEAM = Actor.service("mash", "childrens_social_care")
HOLD = HoldContact(reason="The school is closed.")


@pytest.fixture
def narrowed(tmp_path: Path) -> AccessPolicy:
    """A council that lets the police hold a contact, and nobody of another agency than the team's."""
    (tmp_path / "council.cedar").write_text(
        '@id("police-hold") permit (principal in Role::"police_officer", action == Action::"mash.HoldContact", resource);\n'
        '@id("own-agency") @rule("E9") @why("Ask a manager of the front door.")\n'
        'forbid (principal, action == Action::"mash.HoldContact", resource) unless { context.of_own_team };\n'
    )
    return AccessPolicy(compile_table(read_sources(SERVICES, tmp_path), read_table(SERVICES / FILE).rows))


def test_a_policy_may_ask_whether_who_sends_a_command_is_of_the_teams_agency(narrowed):
    assert authorise(narrowed, TEAM, "mash", HOLD, actor("mash_manager")).granted
    refused = authorise(narrowed, TEAM, "mash", HOLD, actor("police_officer", agency="police"))
    assert refused.rules == ("E9",)
    assert "Ask a manager of the front door." in refused.why
    assert authorise(narrowed, TEAM, "mash", HOLD, actor("police_officer", agency=TEAM.agency)).granted


def test_a_refusal_says_more_to_a_colleague_alone(narrowed):
    shipped = AccessPolicy.read(SERVICES)
    assert authorise(shipped, TEAM, "mash", HOLD, actor("mash_screener")).of_the_team
    assert not authorise(shipped, TEAM, "mash", HOLD, actor("police_officer", agency="police")).of_the_team
