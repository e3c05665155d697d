"""What a benchmark finds: figures beside their aims, with the spread over rounds, and tables of what they stand on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One figure, measured in several rounds, beside its aim.

    Attributes:
        name: what was measured, and beside what.
        rounds: its value in each round.
        aim: what it should be at least, or at most; None: it is only told.
        at_least: which of the two.
        unit: `×` of a ratio, or what it is counted in.
        holds: what holds it where it misses its aim.
    """

    name: str
    rounds: tuple[float, ...]
    aim: float | None = None
    at_least: bool = True
    unit: str = "×"
    holds: str = ""

    @property
    def value(self) -> float:
        """The median of its rounds."""
        return median(self.rounds)

    @property
    def met(self) -> bool:
        """Whether the median meets the aim."""
        return self.aim is None or (self.value >= self.aim if self.at_least else self.value <= self.aim)

    @property
    def reach(self) -> float:
        """How much of the aim is reached; 1 and more is met, whichever way the aim goes."""
        assert self.aim is not None
        return self.value / self.aim if self.at_least else self.aim / self.value

    def in_words(self) -> str:
        """The median, and the least and most of the rounds."""
        low, high = short(min(self.rounds)), short(max(self.rounds))
        spread = f" ({low} to {high})" if low != high else ""
        return f"{short(self.value)} {self.unit}{spread}"

    def aim_in_words(self) -> str:
        """The aim, with which way it goes."""
        return (
            f"{'≥' if self.at_least else '≤'} {short(self.aim)} {self.unit}" if self.aim is not None else "–"
        )

    def verdict(self) -> str:
        """Met, or what holds it."""
        if self.aim is None:
            return ""
        return "met" if self.met else f"missed: {self.holds or 'not looked into'}"


@dataclass(frozen=True)
class Table:
    """What the figures stand on: rates and times as they were measured, which say more of the machine than of us."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Findings:
    """All that one benchmark found.

    Attributes:
        title: of the benchmark.
        how: what was measured, in a few sentences, with its sizes.
    """

    title: str
    how: str
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Timed:
    """What a number of callers did in a while: how many a second, and how long each took, in milliseconds."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float], elapsed: float) -> "Timed":
        """From each one's time, and the time all of them took, in seconds."""
        ordered = sorted(seconds)
        return cls(len(ordered) / elapsed, percentile(ordered, 50) * 1000, percentile(ordered, 99) * 1000)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which that share of the ordered values lies (nearest rank)."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def of_rounds(values: Sequence[float]) -> str:
    """The median of rounds, for a table."""
    return short(median(values))


def short(value: float | None) -> str:
    """A number as one reads it: three digits that count, thousands whole."""
    if value is None or not math.isfinite(value):
        return "–"
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
