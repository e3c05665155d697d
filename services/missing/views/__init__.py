"""What the missing children's team looks at: who is missing, the panel's agenda, patterns, how interviews go and what they say."""

from services.missing.views.board import board
from services.missing.views.interviews import returns
from services.missing.views.mentions import mentions, same_people, same_things
from services.missing.views.panel import agenda, patterns, reviews

__all__ = [
    "agenda",
    "board",
    "mentions",
    "patterns",
    "returns",
    "reviews",
    "same_people",
    "same_things",
]
