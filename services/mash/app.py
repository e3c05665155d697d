"""The front door's service: wiring only."""

from services.mash.api import router
from services.mash.entries import entries
from services.mash.meeting_view import decisions
from services.mash.policy import policy
from services.mash.reference import DIRECTORY, INDICATORS
from services.mash.rules import RULES
from services.mash.shift_views import shift_contacts, shifts
from services.mash.streams.agency_check import agency_check
from services.mash.streams.child_file import child_file
from services.mash.streams.consultation import consultation
from services.mash.streams.contact import contact
from services.mash.streams.daily_meeting import daily_meeting
from services.mash.streams.open_case import open_case
from services.mash.streams.out_of_hours_shift import out_of_hours_shift
from services.mash.views import worklist
from shared.service.declaration import service

app = service(
    "mash",
    agency="childrens_social_care",
    streams=[contact, consultation, agency_check, child_file, daily_meeting, open_case, out_of_hours_shift],
    policy=policy,
    entries=entries,
    views=[worklist, shifts, shift_contacts, decisions],
    rules=RULES,
    router=router,
    reference=[INDICATORS, DIRECTORY],
)
