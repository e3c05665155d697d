"""What is looked up in the index of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.people.events import (
    AddressRecorded,
    ChildBorn,
    DeathRecorded,
    InvolvementRecorded,
    LookedAfterEnded,
    LookedAfterStarted,
    NhsNumberRecorded,
    PeopleMerged,
    PeopleUnmerged,
    PersonCorrected,
    PersonRegistered,
    ProfessionalRegistered,
    ProfessionalSignedIn,
    RecordRestricted,
    RelationshipEnded,
    RelationshipRecorded,
    SchoolRecorded,
    UpnRecorded,
)
from shared.domain.event import Event, Record
from shared.domain.view import Delete, Update, Upsert, View
from shared.team.sign_ins import VIEW, SignInRow


@dataclass(frozen=True)
class PersonRow:
    """A person as registered; when they were born stands in the sealed part. `number_sealed` holds an NHS number that was recorded later."""

    person: UUID
    kind: str
    looked_after: bool
    family: UUID | None
    registered_at: datetime
    wants_number: bool
    event: UUID
    sealed: bytes | None
    number_event: UUID | None
    number_sealed: bytes | None


people = View(
    "people",
    row=PersonRow,
    key=("person",),
    indexes=(("wants_number", "registered_at", "person"),),
    anew="person",
)


@people.on(PersonRegistered)
def _(event: PersonRegistered, record: Record) -> Upsert:
    return Upsert(
        person=record.stream,
        kind=event.kind,
        looked_after=event.looked_after,
        family=event.family,
        registered_at=record.recorded_at,
        wants_number=event.kind == "child" and not event.has_nhs_number,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@people.on(ChildBorn)
def _(event: ChildBorn, record: Record) -> Update | None:
    """A number that came with the birth is looked for no longer."""
    return Update({"person": record.stream}, wants_number=False) if event.has_nhs_number else None


@people.on(LookedAfterStarted)
def _(_event: LookedAfterStarted, record: Record) -> Update:
    return Update({"person": record.stream}, looked_after=True)


@people.on(LookedAfterEnded)
def _(_event: LookedAfterEnded, record: Record) -> Update:
    return Update({"person": record.stream}, looked_after=False)


@people.on(NhsNumberRecorded)
def _(_event: NhsNumberRecorded, record: Record) -> Update:
    return Update(
        {"person": record.stream},
        wants_number=False,
        number_event=record.sealed_by,
        number_sealed=record.sealed,
    )


@dataclass(frozen=True)
class RelationshipRow:
    """What a person is to a child."""

    child: UUID
    person: UUID
    relation: str
    parental_responsibility: bool


relationships = View("relationships", row=RelationshipRow, key=("child", "person", "relation"), anew="child")


@relationships.on(RelationshipRecorded)
def _(event: RelationshipRecorded, record: Record) -> Upsert:
    return Upsert(
        child=record.stream,
        person=event.person,
        relation=event.relation.value,
        parental_responsibility=event.parental_responsibility,
    )


@relationships.on(RelationshipEnded)
def _(event: RelationshipEnded, record: Record) -> Delete:
    return Delete(child=record.stream, person=event.person, relation=event.relation.value)


@dataclass(frozen=True)
class FactRow:
    """What was recorded of a person after they were registered, in the order in which it was written down.

    `since` and `until` are its days where it has any; `code` is what kind of it: of an address home or placement, of looked
    after the legal status, of involvement the agency.
    """

    person: UUID
    event: UUID
    fact: str
    recorded_at: datetime
    happened_at: datetime
    since: date | None
    until: date | None
    code: str | None
    organisation: str | None
    sealed: bytes | None


facts = View(
    "facts",
    row=FactRow,
    key=("person", "event"),
    indexes=(("person", "recorded_at", "event"),),
    anew="person",
)
"""Who a person is by now, and how they lived, is read from these together."""


@facts.on(
    PersonCorrected,
    UpnRecorded,
    RecordRestricted,
    AddressRecorded,
    SchoolRecorded,
    InvolvementRecorded,
    LookedAfterStarted,
    LookedAfterEnded,
    ChildBorn,
    DeathRecorded,
)
def _(event: Event, record: Record) -> Upsert:
    said = event.model_dump(include={"since", "until"})
    return Upsert(
        person=record.stream,
        event=record.sealed_by,
        fact=_FACTS[type(event)],
        recorded_at=record.recorded_at,
        happened_at=record.happened_at,
        since=said.get("since") or getattr(event, "born", None) or getattr(event, "died", None),
        until=said.get("until"),
        code=_code(event),
        organisation=getattr(event, "organisation", None),
        sealed=record.sealed,
    )


_FACTS: Final[Mapping[type[Event], str]] = {
    PersonCorrected: "corrected",
    UpnRecorded: "upn",
    RecordRestricted: "restricted",
    AddressRecorded: "address",
    SchoolRecorded: "school",
    InvolvementRecorded: "involvement",
    LookedAfterStarted: "looked_after",
    LookedAfterEnded: "looked_after_ended",
    ChildBorn: "born",
    DeathRecorded: "died",
}


def _code(event: Event) -> str | None:
    """What kind of it, as one code; of a restriction all that is withheld."""
    match event:
        case AddressRecorded(kind=code) | LookedAfterEnded(reason=code) | InvolvementRecorded(agency=code):
            return str(code)
        case LookedAfterStarted(legal_status=status):
            return status.value if status else None
        case UpnRecorded(unknown_because=why):
            return why.value if why else None
        case RecordRestricted(what=what):
            return " ".join(what)
        case _:
            return None


@dataclass(frozen=True)
class MergeRow:
    """That a record is merged with others, for as long as it is."""

    person: UUID
    kept: UUID
    merge: UUID
    reasons: list[str]
    merged_at: datetime
    event: UUID
    sealed: bytes | None


merges = View("merges", row=MergeRow, key=("person",), indexes=(("kept",),), anew="person")


@merges.on(PeopleMerged)
def _(event: PeopleMerged, record: Record) -> Upsert:
    return Upsert(
        person=record.stream,
        kept=event.kept,
        merge=event.merge,
        reasons=[each.value for each in event.reasons],
        merged_at=record.recorded_at,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@merges.on(PeopleUnmerged)
def _(_event: PeopleUnmerged, record: Record) -> Delete:
    return Delete(person=record.stream)


@dataclass(frozen=True)
class ProfessionalRow:
    """A professional by id."""

    professional: UUID
    agency: str
    event: UUID
    sealed: bytes | None


professionals = View("professionals", row=ProfessionalRow, key=("professional",), anew="professional")


@professionals.on(ProfessionalRegistered)
def _(event: ProfessionalRegistered, record: Record) -> Upsert:
    return Upsert(
        professional=record.stream,
        agency=event.agency,
        event=record.sealed_by,
        sealed=record.sealed,
    )


sign_ins = View(VIEW, row=SignInRow, key=("subject",), anew="subject")


@sign_ins.on(ProfessionalSignedIn)
def _(event: ProfessionalSignedIn, record: Record) -> Upsert:
    return Upsert(subject=record.stream, professional=event.professional)
