"""What came of a borough's month, as tables on a terminal."""

import re

from rich.console import Console
from rich.table import Table

from deploy.borough.playing import Month

_STATES = ("met", "missed", "varied", "ended", "open")


def show(out: Console, month: Month) -> None:
    """How the deadlines of each rule stood at the month's end; what was done, and what was refused."""
    deadlines = Table("Rule", *(state.capitalize() for state in _STATES), "In time", title="Deadlines")
    for rule in sorted(month.deadlines, key=_by_number):
        counts = month.deadlines[rule]
        judged = counts["met"] + counts["missed"]
        share = f"{100 * counts['met'] / judged:.0f} %" if judged else "–"
        deadlines.add_row(rule, *(str(counts[state]) for state in _STATES), share)
    out.print(deadlines)
    done = Table("Command", "Taken", title="What was done")
    for name, count in sorted(month.done.items()):
        done.add_row(name, str(count))
    out.print(done)
    if month.refused:
        refused = Table("Rule", "Refused", title="What was refused")
        for rules, count in month.refused.most_common():
            refused.add_row(rules, str(count))
        out.print(refused)
    out.print("No event is parked.")


def _by_number(rule: str) -> tuple[str, int]:
    digits = re.sub(r"\D", "", rule)
    return rule[:1], int(digits or 0)
