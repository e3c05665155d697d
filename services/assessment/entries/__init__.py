"""What the facts of referral and assessment say in the chronology. Nobody else sees them, but where an entry says so."""

from services.assessment.entries import referral, visits
from services.assessment.entries.team import entries

__all__ = ["entries", "referral", "visits"]
