"""What the assessment team looks at: open referrals, section 47 enquiries, child-in-need plans, and children under
protection.
"""

from services.assessment.views.assessments import assessments
from services.assessment.views.enquiries import enquiries
from services.assessment.views.plans import plans
from services.assessment.views.protections import protections
from services.assessment.views.worklist import WorklistRow, worklist

__all__ = ["WorklistRow", "assessments", "enquiries", "plans", "protections", "worklist"]
