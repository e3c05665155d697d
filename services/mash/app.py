"""The front door's service: wiring only."""

from services.mash.api import router
from services.mash.entries import entries
from services.mash.policy import policy
from services.mash.rules import RULES
from services.mash.streams.contact import contact
from services.mash.views import worklist
from shared.service.declaration import service

app = service(
    "mash",
    agency="childrens_social_care",
    streams=[contact],
    policy=policy,
    entries=entries,
    views=[worklist],
    rules=RULES,
    router=router,
)
