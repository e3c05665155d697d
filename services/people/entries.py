"""What People's facts say in the chronology: nothing, as who a child is stands above it."""

from services.people.events import PersonRegistered, ProfessionalSignedIn, RelationshipRecorded
from shared.team.entries import Entries

entries = Entries("people")

entries.none(PersonRegistered, because="who a child is stands above the chronology, not in it")
entries.none(ProfessionalSignedIn, because="of whom a sign-in is, is about no child")
entries.none(RelationshipRecorded, because="who is around a child stands above the chronology, not in it")
