"""The chronology's service: wiring only."""

import services
from services.chronology.api import router
from services.chronology.audit_api import router as audit_router
from services.chronology.comparing import LIVE_RECORDS
from services.chronology.disclosures import disclosures
from services.chronology.entries import entries as own_entries
from services.chronology.glass import glass
from services.chronology.policy import policy_of
from services.chronology.questions import questions
from services.chronology.restrictions import restrictions
from services.chronology.rules import RULES
from services.chronology.same_child import same_child
from services.chronology.streams.access import access
from services.chronology.streams.child_record import child_record
from services.chronology.streams.entry import entry
from services.chronology.together import told_together
from services.chronology.views import entries, seen
from shared.service.declaration import service
from shared.service.expectations import Answers

router.include_router(audit_router)

app = service(
    "chronology",
    agency="childrens_social_care",
    streams=[entry, child_record, access],
    policy=policy_of(services.all_entries()),
    entries=own_entries,
    views=[seen, entries, glass, questions, restrictions, disclosures, same_child],
    rules=RULES,
    router=router,
    every_event_of=services.telling(),
    told_together=told_together,
    nightly=[LIVE_RECORDS],
    answers=[Answers("unseen", "/children/{child}/chronology")],
)
