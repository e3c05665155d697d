"""What is looked up in the index of people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.people.events import (
    NhsNumberRecorded,
    PersonRegistered,
    ProfessionalRegistered,
    ProfessionalSignedIn,
    RelationshipRecorded,
)
from shared.domain.event import Record
from shared.domain.view import Update, Upsert, View
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
