"""The service of the index of people: wiring only."""

from services.people.api import router
from services.people.policy import policy
from services.people.rules import RULES
from services.people.streams.person import person
from services.people.streams.professional import professional
from services.people.views import people, professionals, relationships
from shared.service.declaration import service

app = service(
    "people",
    streams=[person, professional],
    policy=policy,
    views=[people, relationships, professionals],
    rules=RULES,
    router=router,
    reads=["assessment"],
    knows_people=False,
)
