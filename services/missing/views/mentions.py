"""What return interviews say together (R6): each place, person and group by a keyed digest of the words, counted over all.

Places where a child was seen or found are not among them: those are counted apart from what children say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.missing.events import IntelligenceShared, ReturnInterviewRecorded
from services.missing.wording import digest_of
from shared.domain.event import Record
from shared.domain.view import Change, Upsert, View, Words
from shared.team.known_people import MergeKnown

KINDS: Final = ("places", "people", "groups")
"""What is counted, as an interview names it."""


@dataclass(frozen=True)
class MentionRow:
    """That one interview names one thing. Its words are the interview's, sealed."""

    stream: UUID
    kind: str
    digest: UUID
    interview: UUID
    child: UUID
    happened_at: datetime
    event: UUID
    sealed: bytes | None


mentions = View(
    "mentions",
    row=MentionRow,
    key=("stream", "kind", "digest"),
    indexes=(("kind", "digest", "happened_at"),),
    anew="stream",
    reads_words=True,
    of_subject="child",
)


@mentions.on(ReturnInterviewRecorded)
def _(event: ReturnInterviewRecorded, record: Record, words: Words) -> Iterator[Change]:
    said = words.text(record) or {}
    for kind in KINDS:
        for digest in dict.fromkeys(digest_of(words.digest, each) for each in said.get(kind) or ()):
            yield Upsert(
                stream=record.stream,
                kind=kind,
                digest=digest,
                interview=record.envelope.event_id,
                child=event.child,
                happened_at=record.happened_at,
                event=record.sealed_by,
                sealed=record.sealed,
            )


@dataclass(frozen=True)
class SameThingRow:
    """That what is written one way means what is written another; `event` put the two together."""

    stream: UUID
    digest: UUID
    first: UUID
    linked_at: datetime
    event: UUID
    sealed: bytes | None


same_things = View(
    "same_things",
    row=SameThingRow,
    key=("stream", "digest"),
    indexes=(("digest", "linked_at"),),
    anew="stream",
    reads_words=True,
    of_subject="stream",
)


@same_things.on(IntelligenceShared)
def _(_event: IntelligenceShared, record: Record, words: Words) -> Iterator[Change]:
    """All of them count under the first."""
    same = [digest_of(words.digest, each) for each in (words.text(record) or {}).get("same_as") or ()]
    for digest in dict.fromkeys(same):
        yield Upsert(
            stream=record.stream,
            digest=digest,
            first=same[0],
            linked_at=record.recorded_at,
            event=record.sealed_by,
            sealed=record.sealed,
        )


@dataclass(frozen=True)
class SamePersonRow:
    """By which id somebody goes, as far as this team has heard: their own, or the one that a merge kept."""

    stream: UUID
    id: UUID
    kept: UUID


same_people = View("same_people", row=SamePersonRow, key=("stream",), indexes=(("id",),), anew="stream")


@same_people.on(MergeKnown)
def _(event: MergeKnown, record: Record) -> Upsert | None:
    """Each id is told of a merge, and of its end, on its own."""
    return Upsert(stream=record.stream, id=event.child, kept=event.kept) if event.child else None
