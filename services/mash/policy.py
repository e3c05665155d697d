"""What the front door does when other teams' facts arrive."""

from services.people import events as people
from shared.domain.event import Record
from shared.domain.policy import Policy
from shared.team.known_people import KnowPerson

policy = Policy("mash")


@policy.on(people.PersonRegistered)
def know_person(event: people.PersonRegistered, record: Record) -> KnowPerson:
    """People registered somebody: from now on contacts may be about them."""
    return KnowPerson(about=(record.stream,), kind=event.kind, born=event.born)
