"""The service of child protection conferences: wiring only."""

from services.conference.api import router
from services.conference.entries import entries
from services.conference.policy import policy
from services.conference.rules import RULES
from services.conference.streams.child_file import child_file
from services.conference.streams.child_protection_plan import child_protection_plan
from services.conference.streams.conference_due import conference_due
from services.conference.streams.line_management import line_management
from services.conference.streams.meeting import meeting
from services.conference.streams.pre_proceedings import pre_proceedings
from services.conference.views import plans, tracker, worklist
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "conference",
    agency="childrens_social_care",
    streams=[conference_due, meeting, child_protection_plan, pre_proceedings, child_file, line_management],
    policy=policy,
    entries=entries,
    views=[worklist, plans, tracker],
    rules=RULES,
    router=router,
    answers=[Answers("child_protection", "/children/{child}/plan", role="conference_chair")],
)
