"""The family wellbeing service: wiring only."""

from services.fws.api import router
from services.fws.entries import entries
from services.fws.policy import policy
from services.fws.rules import RULES
from services.fws.streams.family_episode import family_episode
from services.fws.streams.transfer_proposal import transfer_proposal
from services.fws.views import decisions, proposals, worklist
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "fws",
    agency="family_wellbeing",
    streams=[family_episode, transfer_proposal],
    policy=policy,
    entries=entries,
    views=[worklist, proposals, decisions],
    rules=RULES,
    router=router,
    answers=[Answers("early_help", "/children/{child}/early-help", role="fws_manager")],
)
