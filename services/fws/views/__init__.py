"""What the family wellbeing service looks at: its families, and what the transfer panel decides."""

from services.fws.views.panel import decisions, proposals
from services.fws.views.worklist import worklist

__all__ = ["decisions", "proposals", "worklist"]
