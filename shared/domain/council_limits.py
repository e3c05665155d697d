"""A council's own figures in the place of those that come with a team's rules, from a day on. Pure.

Only what a rule marks as local is a council's to choose; the rest is law or national guidance. A figure is never edited in
place: the row in force gets a last day, and a new row a first, so that a clock that started before runs by what was so then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from shared.domain.limits import Weekday
from shared.domain.rule_rows import BadRules, Rule
from shared.domain.rules import Rulebook


@dataclass(frozen=True)
class CouncilLimit:
    """What a council decided of one rule. What is None stays as it was.

    Attributes:
        rule: its id.
        applies_from: the first London day on which facts start clocks by it.
        decided: who decided it and when: the source that the rules then name.
        limit: the number, in the rule's own unit.
        weekday: of a panel, the day on which it meets.
        at: the hour, of a panel or of a first working hour.
    """

    rule: str
    applies_from: date
    decided: str
    limit: int | None = None
    weekday: Weekday | None = None
    at: time | None = None


def with_council_limits(rules: Rulebook, decided: Sequence[CouncilLimit]) -> Rulebook:
    """The rules with a council's figures in the place of the project's.

    Raises:
        BadRules: there is no such rule, its figure is no council's to choose, or the new row does not fit those there are.
    """
    rows = list(rules.rules)
    for one in decided:
        rows = _with(rows, one)
    return Rulebook(tuple(rows), edition=rules.edition, calendars=rules.own_calendars)


def _with(rows: list[Rule], decided: CouncilLimit) -> list[Rule]:
    of_rule = [row for row in rows if row.id == decided.rule]
    if not of_rule:
        known = ", ".join(dict.fromkeys(row.id for row in rows if row.local and row.has_clock))
        raise BadRules(f"there is no rule {decided.rule} here; a council may choose: {known or 'nothing'}")
    old = next((row for row in of_rule if row.applies_on(decided.applies_from)), None)
    if old is None:
        raise BadRules(f"no row of rule {decided.rule} applies on {decided.applies_from}: take another day")
    if not old.local or not old.has_clock:
        raise BadRules(f"the figure of rule {old.id} is no council's to choose; its source is: {old.source}")
    if old.by_stage:
        raise BadRules(f"the figures of rule {old.id} stand in {old.source}: change them there")
    if (decided.limit, decided.weekday, decided.at) == (None, None, None):
        raise BadRules(f"rule {old.id}: say what is decided: limit, weekday or at")
    new = replace(
        old,
        limit=old.limit if decided.limit is None else decided.limit,
        weekday=old.weekday if decided.weekday is None else decided.weekday,
        at=old.at if decided.at is None else decided.at,
        source=decided.decided,
        applies_from=decided.applies_from,
    )
    ended = replace(old, applies_to=decided.applies_from - timedelta(days=1))
    at = rows.index(old)
    return [*rows[:at], ended, new, *rows[at + 1 :]]
