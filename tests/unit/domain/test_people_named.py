"""The people a command names beside those it is about: wherever they stand in it."""

from uuid import UUID

from pydantic import BaseModel

from shared.domain.command import Command, people_named
from shared.domain.fields import PersonId

A, B, C = (UUID(int=n) for n in (1, 2, 3))


class Seat(BaseModel):
    who: PersonId
    said: str = ""


class Meet(Command, name="test.Meet"):
    note: str = ""
    document: UUID | None = None
    chair: PersonId | None = None
    others: tuple[PersonId, ...] = ()
    seats: tuple[Seat, ...] = ()
    first: Seat | None = None


class Note(Command, name="test.Note"):
    note: str
    document: UUID


def test_people_are_found_alone_in_lists_and_in_models_within():
    command = Meet(about=(UUID(int=9),), chair=A, others=(B, A), first=Seat(who=C), seats=(Seat(who=B),))
    assert set(people_named(command)) == {A, B, C}
    assert len(people_named(command)) == 3


def test_other_ids_and_those_it_is_about_are_no_mentions():
    assert people_named(Meet(about=(A,), re=B, document=C)) == ()
    assert people_named(Note(note="x", document=C)) == ()
