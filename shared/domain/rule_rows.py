"""One row of a team's rules: what must happen, within what limits, from when to when it applies, and who says so."""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Final

from shared.domain.limits import ON_BY_NUMBER, WITHOUT_CLOCK, BadLimit, Limit, Unit, Weekday

A_YEAR: Final = Limit(12, Unit.MONTHS)
"""How far from now a manager may put a new due instant where a rule says nothing else."""


class BadRules(ValueError):
    """Rules that cannot be used as written. The message names the rule and what to change."""


class NoSuchRule(LookupError):
    """No row of that rule applies at that time, or it has no clock to run."""


@dataclass(frozen=True)
class Stage:
    """Another limit of the same rule, by name: the later visits of A9, the discussion that can wait of A11.

    Stages that differ in what meets them are rules of their own, as `C16/a` and `C16/b`.
    """

    name: str
    limit: Limit


@dataclass(frozen=True)
class Rule:
    """One row of a team's rules: what must happen, from when, within what, and who says so.

    `limit` counts `unit` and is None where the unit needs no number; `weekday`, `at` and `before` complete a unit
    that is no count (see `Limit`). `stages` are further limits, chosen by name when a clock starts; where they are all there is
    (`by_stage`), `limit` and `unit` are the first one's, and a clock starts by a name alone. `vary_within` is
    how far from now a manager may put a new due instant. `do` says what the rule asks for as a task (`Tell the referrer
    the outcome`), `missed` that it was not done in time; a rule with a clock has both. `local` marks figures that are the council's own choice. It
    applies to facts from `applies_from` to `applies_to` (London days, both included; None is open).
    """

    id: str
    what: str
    starts: str
    limit: int | None
    unit: Unit
    met_by: str
    source: str
    local: bool = False
    applies_from: date | None = None
    applies_to: date | None = None
    weekday: Weekday | None = None
    at: time | None = None
    before: str | None = None
    stages: tuple[Stage, ...] = ()
    by_stage: bool = False
    vary_within: Limit = A_YEAR
    do: str = ""
    missed: str = ""

    def __post_init__(self) -> None:
        try:
            first = self.first_limit
        except BadLimit as wrong:
            raise BadRules(f"rule {self.id}: {wrong}") from None
        names = [stage.name for stage in self.stages]
        if len(set(names)) != len(names):
            raise BadRules(f"rule {self.id}: two stages have one name; each needs its own")
        if names and any(
            one.unit in WITHOUT_CLOCK for one in (first, *(stage.limit for stage in self.stages))
        ):
            raise BadRules(
                f"rule {self.id}: a stage needs a limit with a clock, and so does the rule it is of"
            )
        if self.vary_within.unit not in ON_BY_NUMBER:
            raise BadRules(
                f"rule {self.id}: vary_within is counted from now, in {', '.join(sorted(ON_BY_NUMBER))}"
            )
        if self.applies_from and self.applies_to and self.applies_to < self.applies_from:
            raise BadRules(f"rule {self.id}: applies_to lies before applies_from")

    def applies_on(self, day: date) -> bool:
        """Whether it applies to facts of that London day."""
        return (self.applies_from or date.min) <= day <= (self.applies_to or date.max)

    @property
    def first_limit(self) -> Limit:
        """The limit of the rule itself, which counts where no stage is named."""
        return Limit(self.limit, self.unit, self.weekday, self.at, self.before)

    def limit_of(self, stage: str | None, number: int | None) -> Limit:
        """The limit of that stage (None: the rule's own), with `number` in place of its number where one is given.

        Raises NoSuchRule for a stage the rule has not, or where it has no clock, and ValueError for a number of a
        unit that takes none.
        """
        limit = self.first_limit
        if stage is None and self.by_stage:
            raise NoSuchRule(f"rule {self.id} has limits by name alone: name its stage")
        if stage is not None:
            found = next((one.limit for one in self.stages if one.name == stage), None)
            if found is None:
                known = ", ".join(one.name for one in self.stages) or "none"
                raise NoSuchRule(f"rule {self.id} has no stage {stage}: its stages are {known}")
            limit = found
        if number is not None:
            try:
                limit = replace(limit, number=number)
            except BadLimit:
                raise ValueError(
                    f"rule {self.id}: {number} is no limit in {limit.unit}; give 1 or more of a counted unit"
                ) from None
        if limit.unit in WITHOUT_CLOCK:
            raise NoSuchRule(f"rule {self.id} has no clock ({limit.unit}): ask for no deadline from it")
        return limit

    @property
    def has_clock(self) -> bool:
        """Whether a clock runs for it."""
        return self.unit not in WITHOUT_CLOCK

    @property
    def task(self) -> str:
        """What it asks for, as a task: `do`, or its sentence where nobody wrote one."""
        return self.do or self.what

    @property
    def limit_in_words(self) -> str:
        """Such as `1 working day`, `24 hours`, `panel (Wednesday 14:00)`; `–` where there is no clock.

        Stages follow by their names: `same day; can wait: 3 working days`.
        """
        later = (f"{stage.name.replace('_', ' ')}: {stage.limit.in_words}" for stage in self.stages)
        return "; ".join(later if self.by_stage else (self.first_limit.in_words, *later))
