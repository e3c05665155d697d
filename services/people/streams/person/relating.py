"""What people are to each other, and who holds parental responsibility for whom, from when to when."""

from pydantic import Field

from services.people.codes import Relation
from services.people.events import EndedText, RelationshipEnded, RelationshipRecorded
from services.people.streams.person.state import Person, PersonEvent
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import PersonId, Text
from shared.domain.instants import Day, local_date


class RelatePeople(Command, name="people.RelatePeople"):
    """Record what somebody is to the person in `about`, and whether they hold parental responsibility for that child."""

    person: PersonId
    relation: Relation = Field(alias="is")
    parental_responsibility: bool = False
    since: Day | None = Field(default=None, alias="from")


class EndRelationship(Command, name="people.EndRelationship"):
    """Record that somebody is that to the person in `about` no longer: parental responsibility with it ends too."""

    person: PersonId
    relation: Relation = Field(alias="is")
    reason: Text = ""
    on: Day | None = Field(default=None, description="the day from which it is so no longer, if not today")


def relate_people(command: RelatePeople, state: Person, context: Context) -> list[PersonEvent]:
    """Record what somebody is to a person; said again it is already so, said otherwise it is so from now on."""
    refuse_all(
        (
            "people",
            command.person == context.thing,
            "a person is not related to themselves; name somebody else",
        ),
        (
            "people",
            command.parental_responsibility and state.kind != "child",
            "parental responsibility is held for a child: send it about the child, and name the other person in it",
        ),
        (
            "E2",
            command.since is not None and command.since > local_date(context.now),
            "that day is to come; record it when it has happened",
        ),
    )
    if (command.person, command.relation, command.parental_responsibility) in state.relations:
        return []
    return [
        RelationshipRecorded(
            person=command.person,
            relation=command.relation,
            parental_responsibility=command.parental_responsibility,
            since=command.since,
        )
    ]


def end_relationship(command: EndRelationship, state: Person, context: Context) -> list[PersonEvent]:
    """It is so no longer."""
    known = any(each[:2] == (command.person, command.relation) for each in state.relations)
    until = command.on or local_date(context.happened_at)
    refuse_all(
        ("people", not known, "nobody recorded that these two are so related: there is nothing to end"),
        ("E2", until > local_date(context.now), "that day is to come; record it when it has happened"),
    )
    return [
        RelationshipEnded(
            person=command.person,
            relation=command.relation,
            until=until,
            sealed=EndedText(reason=command.reason),
        )
    ]
