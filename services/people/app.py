"""The service of the index of people: wiring only."""

from services.people.access_requests import access_requests
from services.people.api import router
from services.people.entries import entries
from services.people.keeping import erasures, holds
from services.people.matching.finding import finding
from services.people.matching.views import possible_duplicates, search_keys
from services.people.policy import policy
from services.people.rules import RULES
from services.people.streams.person import person
from services.people.streams.professional import professional
from services.people.streams.sign_in import sign_in
from services.people.streams.subject_access import subject_access
from services.people.surnames import surnames
from services.people.views import facts, merges, people, professionals, relationships, sign_ins
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "people",
    agency="childrens_social_care",
    streams=[person, professional, sign_in, subject_access],
    policy=policy,
    entries=entries,
    views=[
        people,
        merges,
        facts,
        relationships,
        professionals,
        sign_ins,
        search_keys,
        surnames,
        erasures,
        holds,
        access_requests,
        possible_duplicates,
    ],
    follow_ups=[finding],
    rules=RULES,
    router=router,
    knows_people=False,
    answers=[Answers("looked_after", "/people/{child}/looked-after", role="social_worker")],
)
