"""The service of referral and assessment: wiring only."""

from services.assessment.api import router
from services.assessment.entries import entries
from services.assessment.policy import policy
from services.assessment.rules import RULES
from services.assessment.streams.child_file import child_file
from services.assessment.streams.referral import referral
from services.assessment.views import worklist
from shared.service.declaration import service

app = service(
    "assessment",
    agency="childrens_social_care",
    streams=[referral, child_file],
    policy=policy,
    entries=entries,
    views=[worklist],
    rules=RULES,
    router=router,
)
