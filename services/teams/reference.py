"""The file of the receiving teams' rows: the project's, which a council may have otherwise."""

from pathlib import Path
from typing import Final

from services.teams.rows import Teams
from shared.service.policy_data import Reference, read_reference

RECEIVING_TEAMS: Final = Reference(
    "receiving_teams", Teams, Path(__file__).parent / "data" / "receiving_teams.yaml"
)


def own_teams() -> Teams:
    """The rows that come with the project."""
    found = read_reference(RECEIVING_TEAMS, None)
    assert isinstance(found, Teams)
    return found
