"""What the front door does when others' facts arrive."""

from datetime import date

from services.mash.policy import policy
from services.people.events import PersonRegistered
from shared.domain.instants import london
from shared.team.known_people import KnowPerson
from shared.testing.facts import CHILD
from shared.testing.policies import given_policy


def test_whoever_people_registered_is_known_from_now_on():
    person = PersonRegistered(kind="child", born=date(2016, 5, 14))
    given_policy(policy).when(person, at=london(2026, 4, 2), stream=CHILD).then(
        KnowPerson(about=(CHILD,), kind="child", born=date(2016, 5, 14))
    )
