"""How soon allegations are concluded (L5), counted without anybody who could be told apart. Pure.

A count from one to four is not shown apart, and neither is what it could be reckoned from: the next smallest of the same
table goes with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.domain.instants import local_date
from shared.domain.limits import months_after

LEAST: Final = 5
"""Fewer than that are not shown apart."""


@dataclass(frozen=True, slots=True)
class Target:
    """So much of what was notified is concluded within so many months. Figures of the council's own (L5)."""

    months: int
    percent: int | None


TARGETS: Final = (Target(1, 80), Target(3, 90), Target(12, None))


@dataclass(frozen=True, slots=True)
class Allegation:
    """What is counted of one allegation: never who it is about."""

    received_at: datetime
    setting: str | None
    threshold: str | None
    outcome: str | None
    concluded_at: datetime | None


def shown(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts of which the parts add up to a known whole, as they may be shown; None: fewer than five, or what would tell it."""
    hidden = {name for name, count in counts.items() if 0 < count < LEAST}
    if len(hidden) == 1:
        others = {name: count for name, count in counts.items() if name not in hidden and count}
        if others:
            hidden.add(min(others, key=lambda name: (others[name], name)))
    return {name: None if name in hidden else count for name, count in sorted(counts.items())}


def statistics(all_of_them: Iterable[Allegation], now: datetime) -> dict[str, Any]:
    """How many were notified, how they were decided, how they ended, and how many were concluded in time.

    Against each target are counted those for which its months have passed, and those that are concluded already.
    """
    counted = list(all_of_them)
    met = [one for one in counted if one.threshold == "allegation"]
    return {
        "notified": _alone(len(counted)),
        "thresholds": shown(Counter(one.threshold or "undecided" for one in counted)),
        "settings": shown(Counter(one.setting or "not_said" for one in counted)),
        "outcomes": shown(Counter(one.outcome or "not_concluded" for one in met)),
        "concluded": [_against(target, met, now) for target in TARGETS],
        "fewer_than": LEAST,
    }


def _against(target: Target, met: Sequence[Allegation], now: datetime) -> dict[str, Any]:
    due = [one for one in met if one.concluded_at is not None or _passed(one, target, now)]
    in_time = [one for one in due if _in_time(one, target)]
    told = shown({"in_time": len(in_time), "later": len(due) - len(in_time)})
    tells = len(due) >= LEAST and told["in_time"] is not None
    return {
        "months": target.months,
        "target_percent": target.percent,
        **told,
        "percent": round(100 * len(in_time) / len(due)) if tells else None,
    }


def _passed(one: Allegation, target: Target, now: datetime) -> bool:
    return local_date(now) > months_after(local_date(one.received_at), target.months)


def _in_time(one: Allegation, target: Target) -> bool:
    until = months_after(local_date(one.received_at), target.months)
    return one.concluded_at is not None and local_date(one.concluded_at) <= until


def _alone(count: int) -> int | None:
    return None if 0 < count < LEAST else count
