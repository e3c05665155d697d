"""A log of one child as chance has it, what each reader sees of it read off by hand, and pages read of its tables."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import asyncpg

from services.chronology.audience import merged
from services.chronology.decided_audience import depth_at, resulting
from services.chronology.events import (
    AudienceDecision,
    ChildEntry,
    EntryReceived,
    EntryShared,
    EntryWithheld,
    SignificanceChanged,
)
from services.chronology.lenses import lens_of
from services.chronology.queries import ALL, Wanted, entries_of
from shared.domain.actors import Actor
from shared.domain.code_lists import LawfulBasis
from shared.domain.event import Event, Record
from shared.domain.instants import london
from shared.projections.walls import reading_as
from shared.team.audience import SeenBy
from shared.testing.facts import CHILD, actor, event_id, record
from tests.unit.chronology.entry_samples import told

AT = london(2026, 4, 2, 17)
NOW, LATER = AT + timedelta(days=1), AT + timedelta(days=2)
ENTRIES = 60
AUDITOR = actor("auditor")
PARTIES = [
    SeenBy(agency="childrens_social_care"),
    SeenBy(agency="police", depth="title"),
    SeenBy(agency="police", organisation="Met"),
    SeenBy(agency="education", organisation="Elm School"),
    SeenBy(agency="education", organisation="Oak School", depth="title"),
]


class Log:
    """Entries of one child as chance has it: who sees them, what was opened later, how they weigh, what is sealed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.records: list[Record] = []
        self.audiences: dict[UUID, tuple[SeenBy, ...]] = {}
        self.decided: defaultdict[UUID, list[tuple[AudienceDecision, bool]]] = defaultdict(list)
        self.weights: dict[UUID, str] = {}
        self.told: dict[UUID, ChildEntry] = {}
        for n in range(ENTRIES):
            self.receive(n)
        for _ in range(ENTRIES):
            entry = self.chance.choice(list(self.audiences))
            self.chance.choice([self.share, self.decide, self.decide, self.weigh])(entry)

    def receive(self, n: int) -> None:
        entry = told(
            id=UUID(int=9000 + n),
            topic=self.chance.choice(["contact", "visit"]),
            agency=self.chance.choice(["police", "childrens_social_care"]),
            sensitivity=self.chance.choice(["ordinary", "ordinary", "sealed"]),
            significance=self.chance.choice(["routine", "critical"]),
        )
        seen_by = merged(self.chance.sample(PARTIES, self.chance.randrange(4)))
        self.told[entry.id], self.audiences[entry.id] = entry, seen_by
        self.weights[entry.id] = entry.significance
        self._add(EntryReceived(source_position=n, entry=entry, seen_by=seen_by), entry.id)

    def share(self, entry: UUID) -> None:
        more = self.chance.sample(PARTIES, 1)
        self.audiences[entry] = merged((*self.audiences[entry], *more))
        by_rule = self.audiences[entry]
        event = EntryShared(
            entry=entry,
            seen_by=resulting(by_rule, self.decided[entry]),
            because="rule",
            cause=event_id(9),
            by_rule=by_rule,
        )
        self._add(event, CHILD)

    def decide(self, entry: UUID) -> None:
        """A person shares it, with an end that is past or to come or none; or withholds it."""
        shares = self.chance.random() < 0.5
        decision = AudienceDecision(
            parties=tuple(
                self.chance.sample([each.party for each in PARTIES if each.organisation != "Met"], 2)
            ),
            depth=self.chance.choice(["title", "whole"] if shares else ["nothing", "withheld", "title"]),
            lawful_basis=LawfulBasis.PUBLIC_TASK,
            until=self.chance.choice([None, AT, LATER]) if shares else None,
        )
        self.decided[entry].append((decision, shares))
        shown = resulting(self.audiences[entry], self.decided[entry])
        if shares:
            self._add(EntryShared(entry=entry, seen_by=shown, because="shared", decision=decision), CHILD)
        else:
            self._add(EntryWithheld(entry=entry, seen_by=shown, decision=decision), CHILD)

    def weigh(self, entry: UUID) -> None:
        self.weights[entry] = self.chance.choice(["routine", "significant", "critical"])
        fields = {"entry": entry, "significance": self.weights[entry], "was": "routine"}
        self._add(SignificanceChanged.model_validate(fields), entry)

    def _add(self, event: Event, stream: UUID) -> None:
        n = len(self.records) + 1
        minutes = self.chance.randrange(20)  # many happened at one time
        at = AT.replace(minute=minutes)
        self.records.append(replace(record(event, at=at, n=n, service="chronology"), stream=stream))

    def seen_by(self, who: Actor, wanted: Wanted = ALL) -> list[tuple[UUID, str]]:
        """Read off the log by hand: the entries that a reader sees, in their order, each with how much of it."""
        received = [
            (one.happened_at, one.envelope.known, one.event.entry)
            for one in self.records
            if isinstance(one.event, EntryReceived)
        ]
        order = sorted(received, key=lambda one: (*one[:2], one[2].recorded_at, one[2].id))
        return [
            (entry.id, depth)
            for _, _, entry in order
            if (depth := self._depth(who, entry.id))
            and (depth != "withheld" or (wanted.topic, wanted.significance) == (None, None))
            and wanted.topic in (None, entry.topic)
            and wanted.by_agency in (None, entry.agency)
            and wanted.significance in (None, self.weights[entry.id])
        ]

    def _depth(self, who: Actor, entry: UUID) -> str | None:
        if who == AUDITOR:
            return None if self.told[entry].sensitivity == "sealed" else "whole"
        shown = resulting(self.audiences[entry], self.decided[entry])
        return depth_at(who.agency, who.organisation, shown, NOW)


async def read(
    pool: asyncpg.Pool, who: Actor, wanted: Wanted, limit: int = 7, *, now: datetime = NOW
) -> list[tuple[UUID, str]]:
    """All pages of one reader, each begun where the one before ended."""
    found: list[tuple[UUID, str]] = []
    place = None
    everything = who == AUDITOR
    async with reading_as(pool, lens_of(who, now, everything=everything)) as reader:
        while rows := await entries_of(
            reader, [CHILD], who, place, limit, wanted=wanted, everything=everything
        ):
            found += [(one.row["entry"], one.depth) for one in rows]
            place = rows[-1].place
    return found
