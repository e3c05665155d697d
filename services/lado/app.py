"""The LADO's service: wiring only."""

from typing import Final

from services.lado.api import router
from services.lado.entries import entries
from services.lado.policy import policy
from services.lado.rules import RULES
from services.lado.streams.allegation import allegation
from services.lado.streams.intake_item import intake_item
from services.lado.views import acts, allegations, intake
from shared.messaging.topics import Topic
from shared.service.declaration import service
from shared.service.expectations import Answers

INTAKE: Final = "safeguarding.lado-intake.v1"
"""On it the front door alone sends what is for the LADO, under a key that nobody else holds."""

app = service(
    "lado",
    agency="lado",
    streams=[allegation, intake_item],
    policy=policy,
    entries=entries,
    views=[intake, allegations, acts],
    rules=RULES,
    router=router,
    topic=Topic(readers=("mash", "assessment", "chronology")),
    answers=[Answers("chronology", "/children/{child}/chronology", role="lado")],
    intake=[Topic(INTAKE, writers=("mash",))],
)
