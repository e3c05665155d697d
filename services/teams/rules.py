"""The receiving teams' clocks, made of their rows: each rule has a limit by the name of each team."""

from collections.abc import Callable, Iterable
from typing import Final

from services.teams.rows import TeamRow, Teams
from shared.domain.limits import Limit
from shared.domain.rules import Rule, Rulebook, Stage
from shared.team.rules import without_clock

SOURCE: Final = "the rows of the receiving teams, which name the source of each"
PERMANENT: Final = "permanent"


def visit_stage(team: str, *, permanent: bool) -> str:
    """By which limit the next visit of a team is due (Z3)."""
    return f"{team}/{PERMANENT}" if permanent else team


def review_stage(team: str, row: TeamRow, held: int) -> str:
    """By which limit the review after so many is due (Z4): the last goes on."""
    return f"{team}/{min(held, len(row.reviews) - 1) + 1}"


def rules_of(teams: Teams) -> Rulebook:
    """The rules of these teams. A rule of which no team has a limit is none."""
    rows = teams.teams.items()
    made = (
        _rule(
            "Z1",
            "accept a case that is offered, or decline it with the reason",
            ("Accept the case, or decline it", "Case was neither accepted nor declined in time"),
            ("case offered", "accepted; ended when declined"),
            _by_team(rows, lambda row: row.accept),
        ),
        _rule(
            "Z2",
            "see the child first",
            ("See the child", "Child was not seen by the team in time"),
            ("case accepted", "that child seen"),
            _by_team(rows, lambda row: row.first_seen),
        ),
        _rule(
            "Z3",
            "see the child again",
            ("See the child again", "Child was not seen again in time"),
            ("each visit", "that child seen"),
            [
                *_by_team(rows, lambda row: row.visit),
                *(
                    (visit_stage(team, permanent=True), row.visit_where_permanent)
                    for team, row in rows
                    if row.visit_where_permanent is not None
                ),
            ],
        ),
        _rule(
            "Z4",
            "hold the team's review",
            ("Hold the review", "Review was not held in time"),
            ("case accepted, then each review", "review held"),
            [
                (review_stage(team, row, held), limit)
                for team, row in rows
                for held, limit in enumerate(row.reviews)
            ],
        ),
        *(_of_step(code, name, teams) for code, name in sorted(teams.steps().items())),
    )
    return Rulebook(
        (
            *(rule for rule in made if rule is not None),
            without_clock(
                "Z5", "the team's own steps, each with a limit of its own", "recorded", SOURCE, local=True
            ),
            *_WITHOUT_CLOCK,
        ),
        edition=teams.edition,
    )


def _of_step(code: str, name: str, teams: Teams) -> Rule | None:
    return _rule(
        f"Z5/{code}",
        f"record the step: {name}",
        (f"Record the step: {name}", f"{name} was not recorded in time"),
        ("case accepted, then where it comes again each time", "step recorded"),
        list(teams.limits_of(code)),
    )


def _by_team(
    rows: Iterable[tuple[str, TeamRow]], limit_of: Callable[[TeamRow], Limit | None]
) -> list[tuple[str, Limit]]:
    return [(team, limit) for team, row in rows if (limit := limit_of(row)) is not None]


def _rule(
    rule: str,
    what: str,
    said: tuple[str, str],
    runs: tuple[str, str],
    limits: list[tuple[str, Limit]],
) -> Rule | None:
    if not limits:
        return None
    (do, missed), (starts, met_by), first = said, runs, limits[0][1]
    return Rule(
        id=rule,
        what=what,
        do=do,
        missed=missed,
        starts=starts,
        limit=first.number,
        unit=first.unit,
        met_by=met_by,
        source=SOURCE,
        local=True,
        stages=tuple(Stage(name, limit) for name, limit in limits),
        by_stage=True,
    )


_WITHOUT_CLOCK: Final = (
    without_clock(
        "A2",
        "a child is seen alone where age-appropriate, or it is said why not",
        "refused",
        "Threshold document, appendix 2",
    ),
    without_clock(
        "A10",
        "one open case of a child in each team, and no work on a case that is not open",
        "refused",
        "children in need census",
    ),
)
