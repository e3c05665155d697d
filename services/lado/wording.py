"""What an act of an allegation is called on a page: from its codes alone, so that a title names nobody."""

from typing import Final

TITLES: Final = {
    "notification": "Notification received",
    "threshold": "Threshold decided",
    "meeting": "Allegations management meeting held",
    "review": "Allegation reviewed",
    "strand": "Strand recorded",
    "suspension": "Suspension decided",
    "outcome": "Outcome determined",
    "barring": "Referral to the barring service decided",
    "regulator": "Referral to the regulator decided",
    "adult_told": "The adult was told, or why not yet",
    "family_told": "The family was told, or why not",
    "closed": "Allegation closed",
    "child_at_risk": "A child at risk was told of",
    "readers": "Readers named",
}


def title(kind: str, code: str | None) -> str:
    """An act in words: `Outcome determined: unfounded`."""
    said = code.replace("_", " ").replace(":", ", ") if code else ""
    return f"{TITLES[kind]}: {said}" if said else TITLES[kind]
