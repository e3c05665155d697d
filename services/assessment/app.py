"""The service of referral and assessment: wiring only."""

from services.assessment.api import router
from services.assessment.entries import entries
from services.assessment.policy import policy
from services.assessment.rules import RULES
from services.assessment.streams.agency_check import agency_check
from services.assessment.streams.asking import asking
from services.assessment.streams.assessment import assessment
from services.assessment.streams.child_file import child_file
from services.assessment.streams.child_in_need_plan import child_in_need_plan
from services.assessment.streams.private_fostering import private_fostering_arrangement
from services.assessment.streams.protection import emergency_protection_order, police_protection
from services.assessment.streams.protection_plan import protection_plan
from services.assessment.streams.referral import referral
from services.assessment.streams.section47_enquiry import section47_enquiry
from services.assessment.streams.strategy_discussion import strategy_discussion
from services.assessment.streams.strategy_due import strategy_due
from services.assessment.views import assessments, enquiries, plans, protections, worklist
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "assessment",
    agency="childrens_social_care",
    streams=[
        referral,
        assessment,
        child_file,
        asking,
        agency_check,
        strategy_due,
        strategy_discussion,
        section47_enquiry,
        police_protection,
        emergency_protection_order,
        private_fostering_arrangement,
        child_in_need_plan,
        protection_plan,
    ],
    policy=policy,
    entries=entries,
    views=[worklist, assessments, enquiries, protections, plans],
    rules=RULES,
    router=router,
    answers=[Answers("child_in_need", "/children/{child}/plan", role="team_manager")],
    allocated=worklist,
)
