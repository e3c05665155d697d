"""What the assessment team looks at: open referrals, section 47 enquiries, and children under protection."""

from services.assessment.views.enquiries import enquiries
from services.assessment.views.protections import protections
from services.assessment.views.worklist import WorklistRow, worklist

__all__ = ["WorklistRow", "enquiries", "protections", "worklist"]
