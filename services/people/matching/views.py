"""By what people are found, and which records may be of one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.people.events import (
    AddressRecorded,
    ChildBorn,
    DuplicateDismissed,
    NhsNumberRecorded,
    PeopleMerged,
    PersonCorrected,
    PersonRegistered,
    PossibleDuplicateFlagged,
    SubjectErased,
    UpnRecorded,
)
from services.people.matching.compare import keys_in, words_of
from shared.domain.event import Event, Record
from shared.domain.view import Change, Delete, Index, Upsert, View, Words


@dataclass(frozen=True)
class SearchKeyRow:
    """One keyed digest by which a person is found: no name, date or number stands here."""

    person: UUID
    digest: UUID
    part: str


search_keys = View(
    "search_keys",
    row=SearchKeyRow,
    key=("person", "digest"),
    indexes=(Index(("digest", "person")),),
    anew="person",
    reads_words=True,
    of_subject="person",
)
"""Exact indexes of what people are found by. Of somebody erased a rebuild leaves none: their words open no more."""


@search_keys.on(PersonRegistered, PersonCorrected, NhsNumberRecorded, UpnRecorded, AddressRecorded, ChildBorn)
def _(event: Event, record: Record, words: Words) -> Iterator[Change]:
    """A name or number said before stays a way to be found: people go by it. A day of birth that was wrong does not."""
    keys = keys_in(words_of(event, words.text(record)))
    if any(key.part == "born" for key in keys):
        yield Delete(person=record.stream, part="born")
    for key in sorted(keys, key=lambda each: each.text):
        yield Upsert(person=record.stream, digest=words.digest(key.text), part=key.part)


@dataclass(frozen=True)
class PossibleDuplicateRow:
    """Two records that may be of one person and that nobody has judged; `person` is the one with the smaller id."""

    person: UUID
    other: UUID
    unlikeness: int
    """100 less the score, so that the likeliest come first."""
    reasons: list[str]
    flagged_at: datetime


possible_duplicates = View(
    "possible_duplicates",
    row=PossibleDuplicateRow,
    key=("person", "other"),
    indexes=(("unlikeness", "person", "other"),),
    anew="person",
    of_subject="other",
)
UNSAID: Final = 50
"""The score by which a pair is listed that a person flagged without one."""


@possible_duplicates.on(PossibleDuplicateFlagged)
def _(event: PossibleDuplicateFlagged, record: Record) -> Upsert | None:
    """Both records keep that they were flagged; one row says it of the two."""
    if event.other < record.stream:
        return None
    return Upsert(
        person=record.stream,
        other=event.other,
        unlikeness=100 - (UNSAID if event.score is None else event.score),
        reasons=[reason.value for reason in event.reasons],
        flagged_at=record.recorded_at,
    )


@possible_duplicates.on(PeopleMerged)
def _(event: PeopleMerged, record: Record) -> list[Change]:
    """What a manager has decided is no longer asked."""
    return [Delete(person=record.stream, other=each) for each in event.people if each > record.stream]


@possible_duplicates.on(DuplicateDismissed)
def _(event: DuplicateDismissed, record: Record) -> Delete | None:
    return None if event.other < record.stream else Delete(person=record.stream, other=event.other)


@possible_duplicates.on(SubjectErased)
def _(_event: SubjectErased, record: Record) -> Delete:
    """There is nothing left to compare. Of pairs that stand under the other record the row goes by `of_subject`."""
    return Delete(person=record.stream)
