"""The service of missing children: wiring only."""

from services.missing.agenda import keeping_the_agenda, telling_the_episode
from services.missing.api import router
from services.missing.entries import entries
from services.missing.policy import policy
from services.missing.rules import RULES
from services.missing.streams.child_file import child_file
from services.missing.streams.intelligence import intelligence
from services.missing.streams.known_to import known_to
from services.missing.streams.missing_episode import missing_episode
from services.missing.streams.panel import panel
from services.missing.streams.pattern import pattern
from services.missing.views import (
    agenda,
    board,
    mentions,
    patterns,
    returns,
    reviews,
    same_people,
    same_things,
)
from shared.service.declaration import service
from shared.service.expectations import Answers

app = service(
    "missing",
    agency="childrens_social_care",
    streams=[missing_episode, pattern, known_to, panel, intelligence, child_file],
    policy=policy,
    entries=entries,
    views=[board, agenda, reviews, patterns, returns, mentions, same_things, same_people],
    rules=RULES,
    router=router,
    answers=[
        Answers("pattern", "/children/{child}/patterns", role="missing_coordinator"),
        Answers("intelligence", "/intelligence", role="missing_coordinator"),
    ],
    follow_ups=[keeping_the_agenda, telling_the_episode],
)
