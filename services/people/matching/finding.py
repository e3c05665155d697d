"""Finds the records that may be of one person, after each fact that says who somebody is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from services.people.events import (
    AddressRecorded,
    ChildBorn,
    NhsNumberRecorded,
    PersonCorrected,
    PersonRegistered,
    RelationshipRecorded,
    UpnRecorded,
)
from services.people.matching.compare import Known, compare, known_of, words_of
from services.people.matching.keys import NUMBERS, TOGETHER, born_key, name_keys, near_days, number_key
from services.people.matching.queries import candidates
from services.people.matching.views import search_keys
from services.people.streams.person.duplicates import FlagPossibleDuplicate
from shared.commands.follow_ups import FollowUp, Tables
from shared.domain.command import Command
from shared.domain.corrections import RecordCorrected, records_as_corrected
from shared.domain.event import Record
from shared.eventstore.reader import of_streams, to_record

MOST_FLAGGED: Final = 5
"""Records that are put beside one, the likeliest: of somebody registered over and over a person needs to see no more."""
MOST_COMPARED: Final = 60
"""Records that one is held against: those that have most in common with it by their keys."""
_SAYS_WHO: Final = (
    PersonRegistered,
    PersonCorrected,
    ChildBorn,
    NhsNumberRecorded,
    UpnRecorded,
    AddressRecorded,
)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A record of a person: what it says of who they are, child or adult, and whom it says that they are related to."""

    known: Known
    kind: str
    related: frozenset[UUID]


async def find_duplicates(record: Record, tables: Tables) -> Sequence[tuple[Command, UUID]]:
    """Flag whom this person's record is so like that somebody should look. Who is related is somebody else."""
    person = record.stream
    own = (await on_record(tables, [person], until=record.position)).get(person)
    if own is None:
        return ()
    alike = await candidates(tables.pool, tables.service, _looked_up_by(own.known, tables), ())
    nearest = sorted(alike.digests, key=lambda each: (-len(alike.digests[each]), each))
    others = [each for each in nearest if each != person and each not in own.related][:MOST_COMPARED]
    matches = {
        other: compare(own.known, theirs.known)
        for other, theirs in (await on_record(tables, others)).items()
        if own.kind == theirs.kind and person not in theirs.related
    }
    likeliest = sorted(
        (other for other, match in matches.items() if match.worth_a_look),
        key=lambda other: (-matches[other].score, other),
    )
    return [
        (
            FlagPossibleDuplicate(
                about=(person, other), reasons=matches[other].reasons, score=matches[other].score
            ),
            uuid5(record.envelope.event_id, f"possible duplicate {other}"),
        )
        for other in likeliest[:MOST_FLAGGED]
    ]


def _looked_up_by(known: Known, tables: Tables) -> set[UUID]:
    """The digests that somebody alike has one of."""
    texts = {key.text for key in name_keys(*known.names) if key.text.startswith(TOGETHER)} | known.homes
    if known.born:
        texts |= {born_key(day).text for day in near_days(known.born)}
    for kind in NUMBERS:
        if number := getattr(known, kind):
            texts.add(number_key(kind, number).text)
    return {tables.words.digest(text) for text in texts}


async def on_record(
    tables: Tables, people: Collection[UUID], *, until: int | None = None
) -> dict[UUID, OnRecord]:
    """What the log says of these people, by their ids; who was erased is left out."""
    rows = await of_streams(
        tables.pool,
        tables.service,
        people,
        until=_THE_END if until is None else until,
        topics=[event.NAME for event in (*_SAYS_WHO, RelationshipRecorded, RecordCorrected)],
    )
    streams: dict[UUID, list[Record]] = {}
    for row in rows:
        streams.setdefault(row["originator_id"], []).append(to_record(tables.service, row))
    found = {person: _on_record(records, tables) for person, records in streams.items()}
    return {person: each for person, each in found.items() if each is not None}


_THE_END: Final = 2**62


def _on_record(records: Sequence[Record], tables: Tables) -> OnRecord | None:
    right = list(records_as_corrected(records))
    texts = [words_of(one.event, tables.words.text(one)) for one in right]
    kind: str = ""
    family: UUID | None = None
    related: set[UUID] = set()
    for one in right:
        match one.event:
            case PersonRegistered():
                kind, family = one.event.kind, one.event.family
            case PersonCorrected():
                family = one.event.family or family
            case RelationshipRecorded(person=other):
                related.add(other)
    known = known_of(texts, family)
    return OnRecord(known, kind, frozenset(related)) if known.names else None


finding = FollowUp(
    "find_duplicates", after=(*_SAYS_WHO, RecordCorrected), view=search_keys.name, ask=find_duplicates
)
