"""The chronology's service: wiring only."""

from services import telling
from services.chronology.api import router
from services.chronology.policy import policy
from services.chronology.rules import RULES
from services.chronology.streams.child_record import child_record
from services.chronology.views import audience, entries
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "chronology",
    agency="childrens_social_care",
    streams=[child_record],
    policy=policy,
    views=[entries, audience],
    rules=RULES,
    router=router,
    every_event_of=telling(),
    answers=[Answers("unseen", "/children/{child}/chronology")],
)
