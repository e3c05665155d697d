"""What the LADO looks at: what was sent, the allegations, and what was done of each."""

from services.lado.views.acts import acts
from services.lado.views.allegations import allegations
from services.lado.views.intake import intake

__all__ = ["acts", "allegations", "intake"]
