"""What the missing children's team looks at: who is missing, the panel's agenda, patterns, and what interviews say together."""

from services.missing.views.board import board
from services.missing.views.mentions import mentions, same_things
from services.missing.views.panel import agenda, patterns, reviews

__all__ = ["agenda", "board", "mentions", "patterns", "reviews", "same_things"]
