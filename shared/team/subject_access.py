"""What of the words of a fact a person would be shown who asks for a copy of their record: proposed line by line. Pure.

It goes by what a field is called, which tells whom its words are about: themselves, a professional in their work, somebody else, or
who told of it. A proposal is no decision: nobody but a reader knows whom a sentence is about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Proposed(StrEnum):
    """What is proposed of a line."""

    SHOW = "show"
    REDACT = "redact"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a fact, under the name of its field (`actions.what`); `why` is a code where it is not to be shown."""

    field: str
    text: str
    proposed: Proposed
    why: str | None = None


WHO_TOLD: Final = frozenset(
    {
        "referrer",
        "referrer_name",
        "referrer_contact",
        "referrer_relation",
        "care_parts",
        "reported_by",
        "told_by",
        "notified_by",
        "contact",
    }
)
"""Who told the council, and how they are reached."""

OF_OTHERS: Final = frozenset(
    {
        "people",
        "groups",
        "with_whom",
        "found_with",
        "household",
        "family",
        "attended",
        "others",
        "siblings",
        "dissent",
        "given_by",
        "asked_by_name",
        "withdrawn_by",
    }
)
"""Fields that are about other people by their nature."""

RISK_OF_HARM: Final = frozenset(
    {
        "missing.IntelligenceShared",
        "mash.DomesticAbuseRiskAssessed",
        "mash.PreventReferralMade",
        "mash.ImmediateHarmIdentified",
        "assessment.StrategyMeetingHeld",
    }
)
"""Facts whose words may put somebody at risk of serious harm if they are known: a person has to weigh it."""

ALLEGATION: Final = frozenset({"mash.AllegationRouted", "mash.LadoNotified"})
"""Facts that would say that there is an allegation against an adult (L8)."""


def lines_of(name: str, sensitivity: str, text: Mapping[str, Any]) -> list[Line]:
    """The lines of a fact's words, in their order.

    Args:
        name: the fact's stored name.
        sensitivity: how restricted it is at its source.
        text: its words.
    """
    return [_proposed(name, sensitivity, *line) for line in _flat(text)]


def _proposed(name: str, sensitivity: str, field: str, text: str) -> Line:
    parts = set(field.split("."))
    if name in ALLEGATION or name.startswith("lado."):
        return Line(field, text, Proposed.LEAVE_OUT, "allegation")
    if sensitivity != "ordinary":
        return Line(field, text, Proposed.LEAVE_OUT, "restricted")
    if name in RISK_OF_HARM:
        return Line(field, text, Proposed.LEAVE_OUT, "risk_of_harm")
    if parts & WHO_TOLD:
        return Line(field, text, Proposed.REDACT, "who_told")
    if parts & OF_OTHERS:
        return Line(field, text, Proposed.REDACT, "other_person")
    return Line(field, text, Proposed.SHOW)


def _flat(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text within, with the names on the way to it; numbers and yes or no are texts too."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _flat(inner, f"{field}.{name}" if field else name)
        case list() | tuple():
            for inner in value:
                yield from _flat(inner, field)
        case None | "":
            return
        case bool():
            yield field, "yes" if value else "no"
        case _:
            yield field, str(value)
