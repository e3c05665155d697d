"""Examples the tests of the receiving teams share: a child, the people of three teams, and a case on its way."""

from dataclasses import replace
from datetime import date, datetime

from services.teams.app import app
from services.teams.codes import SeenAt, TeamReview
from services.teams.streams.team_case import (
    AcceptCase,
    CloseCase,
    DeclineCase,
    HandBack,
    OfferCase,
    RecordReview,
    RecordSeen,
    RecordStep,
)
from shared.domain.actors import Actor
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.testing.deciders import Story, story_of
from shared.testing.facts import CHILD, SIBLING, actor
from shared.testing.teams import team_of

LOOKED_AFTER = "children_looked_after"
PEOPLE = {
    CHILD: KnownPerson(kind="child", born=date(2014, 3, 2)),
    SIBLING: KnownPerson(kind="child", born=date(2023, 5, 1)),
}
team = team_of(app, people=PEOPLE)
MANAGER = actor("team_manager", "Ravi Cole")
OFFICER = actor("independent_reviewing_officer", "Ida Roe")
MONDAY = london(2026, 6, 1, 10)
TUESDAY = london(2026, 6, 2, 9)
SAM = Professional(id=actor("team_worker", "Sam Hay").id, name="Sam Hay")


def of_team(role: str, *teams: str, agency: str = "childrens_social_care") -> Actor:
    """Somebody of these receiving teams."""
    return replace(actor(role, f"A {role} of {teams[0]}", agency=agency), teams=frozenset(teams))


LEAD = of_team("team_lead", LOOKED_AFTER)
WORKER = of_team("team_worker", LOOKED_AFTER)


def offer(to: str = LOOKED_AFTER, **changed: object) -> OfferCase:
    return OfferCase(
        about=(CHILD,), team=to, handover="Placed with Mrs Hill.", risks="Runs at night."
    ).model_copy(update=dict(changed))


def accept(to: str = LOOKED_AFTER) -> AcceptCase:
    return AcceptCase(about=(CHILD,), team=to, worker=SAM)


def seen(to: str = LOOKED_AFTER, **changed: object) -> RecordSeen:
    return RecordSeen(
        about=(CHILD,), team=to, seen=True, alone=True, words="It is fine.", place=SeenAt.PLACEMENT
    ).model_copy(update=dict(changed))


def review(to: str = LOOKED_AFTER, **changed: object) -> RecordReview:
    return RecordReview(about=(CHILD,), team=to, decision=TeamReview.CONTINUE).model_copy(
        update=dict(changed)
    )


def step(what: str, to: str = LOOKED_AFTER, **changed: object) -> RecordStep:
    return RecordStep(about=(CHILD,), team=to, what=what).model_copy(update=dict(changed))


def decline(to: str = LOOKED_AFTER) -> DeclineCase:
    return DeclineCase(about=(CHILD,), team=to, reason="No room before July.")


def hand_back(to: str = LOOKED_AFTER) -> HandBack:
    return HandBack(about=(CHILD,), team=to, to="leaving_care", reason="He is 16.", summary="Two years.")


def close(to: str = LOOKED_AFTER) -> CloseCase:
    return CloseCase(about=(CHILD,), team=to, reason="Home again.", summary="A year's work.")


def offered(to: str = LOOKED_AFTER, at: datetime = MONDAY) -> Story:
    """A case that was offered to a team."""
    return story_of(team).when(offer(to), at=at, by=MANAGER)


def accepted(to: str = LOOKED_AFTER, at: datetime = TUESDAY) -> Story:
    """A case that the team accepted."""
    return offered(to).when(accept(to), at=at, by=of_team("team_lead", to))
