"""The receiving teams as data: a row each, the project's or a council's own. What a team asks for follows from its row alone.

A team is added by a row, and by no code: its clocks, its list and board, who may do what, and what its facts say in the
chronology are made of it.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from shared.domain.fields import Agency
from shared.domain.limits import ON_BY_NUMBER, Limit

TeamCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,59}$")]
"""A receiving team, as its row is called."""

StepCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,59}$")]
"""A step of a team's own, as its row calls it."""

Occasion = Literal["looked_after", "protection_plan", "repeat_pattern", "disability_decided"]
"""What makes a child's case be offered to a team without anybody asking: that the child became looked after, has a child
protection plan, shows a repeat pattern of missing episodes, or that the front door decided for children with disabilities.
"""

_Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n\r]*$")]
_Age = Annotated[int, Field(ge=0, le=25)]
_SAID: Final = re.compile(r"([1-9][0-9]{0,2}) (.+)")
_UNITS: Final = {unit.value: unit for unit in ON_BY_NUMBER}


def _limit(said: object) -> Limit:
    """A limit as people write it, such as `20 working days` or `1 week`."""
    if isinstance(said, Limit):
        return said
    found = _SAID.fullmatch(said) if isinstance(said, str) else None
    unit = _UNITS.get(found[2] if found[2].endswith("s") else f"{found[2]}s") if found else None
    if found is None or unit is None:
        raise ValueError(f"write a number and one of {', '.join(sorted(_UNITS))}, as `20 working days`")
    return Limit(int(found[1]), unit)


Within = Annotated[Limit, BeforeValidator(_limit)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepRow(_Data):
    """A step of a team's own (Z5): what it is called, within what it is to be recorded, and within what again."""

    name: _Line
    within: Within | None = None
    again: Within | None = None
    again_under_5: Within | None = None
    """Of a child who is not five years old."""


class TeamRow(_Data):
    """One receiving team."""

    name: _Line
    agency: Agency
    """The agency that its people are of."""
    source: _Line
    from_age: _Age | None = None
    """What is offered by itself is offered of children of this age and over ..."""
    to_age: _Age | None = None
    """... and of this age and under. A person may offer any child's."""
    offered_on: tuple[Occasion, ...] = ()
    accept: Within | None = None
    """Z1; none: nobody waits for its answer."""
    first_seen: Within | None = None
    """Z2."""
    visit: Within | None = None
    """Z3."""
    visit_where_permanent: Within | None = None
    """Z3 of a child whose placement is meant to last."""
    reviews: tuple[Within, ...] = ()
    """Z4: the first, the second …; the last goes on."""
    sessions: Annotated[int, Field(ge=1, le=100)] | None = None
    """How many times the child is seen before a lead is asked to bring it to its end."""
    seen_before_review: bool = False
    """Whether the child is seen before each review: it then shows whether they were."""
    steps: dict[StepCode, StepRow] = {}

    def is_for(self, age: int | None) -> bool:
        """Whether a child of that age is among those it is for; of an age that is not known nobody can say otherwise."""
        return age is None or (self.from_age or 0) <= age <= (self.to_age if self.to_age is not None else age)


class Teams(_Data):
    """All receiving teams."""

    edition: _Line
    teams: dict[TeamCode, TeamRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> "Teams":
        names = [row.name.casefold() for row in self.teams.values()]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two teams are called {twice[0]}: people could not tell them apart")
        called: dict[str, str] = {}
        for row in self.teams.values():
            for code, step in row.steps.items():
                if called.setdefault(code, step.name) != step.name:
                    raise ValueError(
                        f"the step {code} is called {called[code]} by one team and {step.name} by another"
                    )
        return self

    def on(self, occasion: Occasion) -> tuple[str, ...]:
        """The teams to which a child's case is offered then."""
        return tuple(code for code, row in self.teams.items() if occasion in row.offered_on)

    def steps(self) -> dict[str, str]:
        """Every step of any team, with what it is called."""
        return {code: step.name for row in self.teams.values() for code, step in row.steps.items()}

    def limits_of(self, code: str) -> Iterator[tuple[str, Limit]]:
        """The limits of a step, by the stage under which a clock names them."""
        for team, row in self.teams.items():
            step = row.steps.get(code)
            if step is not None:
                said = {"": step.within, "/again": step.again, "/again_under_5": step.again_under_5}
                yield from ((f"{team}{name}", limit) for name, limit in said.items() if limit is not None)
