"""The receiving teams: wiring only. Which teams there are is data, the project's or a council's own."""

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

from services.teams.api import router
from services.teams.entries import entries
from services.teams.policy import policy_of
from services.teams.reference import RECEIVING_TEAMS, own_teams
from services.teams.rows import Teams
from services.teams.rules import rules_of
from services.teams.streams.team_case import team_case_of
from services.teams.views import cases, steps
from shared.service.declaration import Service, service


def declared(teams: Teams) -> Service:
    """The service with these teams."""
    return service(
        "teams",
        agency="childrens_social_care",
        streams=[team_case_of(teams)],
        policy=policy_of(teams),
        entries=entries,
        views=[cases, steps],
        rules=rules_of(teams),
        router=router,
        allocated=cases,
        reference=[RECEIVING_TEAMS],
        made_of=_made_of,
    )


def _made_of(reference: Mapping[str, BaseModel]) -> Service:
    return declared(cast("Teams", reference[RECEIVING_TEAMS.name]))


app = declared(own_teams())
