"""What People's facts say in the chronology: birth, death and looked after. Who a child is stands above it, not in it."""

from services.people.events import (
    AddressRecorded,
    ChildBorn,
    DeathRecorded,
    InvolvementRecorded,
    LookedAfterEnded,
    LookedAfterStarted,
    PeopleMerged,
    PeopleUnmerged,
    PersonCorrected,
    PersonRegistered,
    ProfessionalSignedIn,
    RecordRestricted,
    RelationshipEnded,
    RelationshipRecorded,
    SchoolRecorded,
    SubjectErased,
    UpnRecorded,
)
from shared.team.entries import Entries, Entry, Text

entries = Entries("people")

entries.none(
    PersonRegistered,
    PersonCorrected,
    UpnRecorded,
    AddressRecorded,
    SchoolRecorded,
    InvolvementRecorded,
    RecordRestricted,
    because="who a child is, and where they live and learn, stands above the chronology, not in it",
)
entries.none(
    RelationshipRecorded,
    RelationshipEnded,
    because="who is around a child stands above the chronology, not in it",
)
entries.none(
    SubjectErased, because="that a person was erased stands above the chronology, which lost its words by it"
)
entries.none(ProfessionalSignedIn, because="of whom a sign-in is, is about no child")


@entries.on(ChildBorn)
def _(event: ChildBorn, text: Text) -> Entry:
    return Entry(title="Child born", topic="person", significance="significant")


@entries.on(PeopleMerged)
def _(event: PeopleMerged, text: Text) -> Entry:
    """Said on each of the records; shown together, it is said by which of them it is."""
    others = len(event.people) - 1
    kept = f"Merged with {_records(others)} of the same child" if event.child == event.kept else None
    return Entry(
        title=kept or "Merged into another record of the same child",
        topic="person",
        parts=text.parts(notes="Notes"),
    )


@entries.on(PeopleUnmerged)
def _(event: PeopleUnmerged, text: Text) -> Entry:
    return Entry(
        title="Merge undone: a record of its own again",
        topic="person",
        significance="significant",
        parts=text.parts(reason="Why"),
    )


def _records(n: int) -> str:
    return "another record" if n == 1 else f"{n} other records"


@entries.on(DeathRecorded)
def _(event: DeathRecorded, text: Text) -> Entry:
    return Entry(
        title="Death recorded",
        topic="person",
        significance="critical",
        parts=text.parts(reason="What is known"),
    )


@entries.on(LookedAfterStarted)
def _(event: LookedAfterStarted, text: Text) -> Entry:
    status = f": {event.legal_status.label.lower()}" if event.legal_status else ""
    return Entry(
        title=f"Looked after by a local authority{status}",
        topic="looked_after",
        significance="significant",
        parts=text.parts(placing_authority="Placed by", placement="Placement"),
    )


@entries.on(LookedAfterEnded)
def _(event: LookedAfterEnded, text: Text) -> Entry:
    return Entry(
        title=f"Looked after no longer: {event.reason.value.replace('_', ' ')}",
        topic="looked_after",
        significance="significant",
    )
