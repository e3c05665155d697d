"""What the chronology does when the teams' facts arrive: each becomes an entry, once, with its three times."""

from services.chronology.events import SeenBy
from services.chronology.policy import policy
from services.chronology.streams.child_record import ReceiveEntry
from services.mash.events import ContactHeld, HeldText, InformedText, ReferrerInformed
from services.people.events import PersonRegistered
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.known_people import KnowPerson
from shared.testing.facts import CHILD, THING, actor, record
from shared.testing.policies import given_policy

HAPPENED, KNOWN, RECORDED = london(2026, 4, 2, 18), london(2026, 4, 2, 19), london(2026, 4, 3, 9)
SCREENER = actor("mash_screener", "Jo Bell")
TOLD = ReferrerInformed(contact=THING, outcome=True, sealed=InformedText(message="Accepted."))


def arrived(event, **more):
    stands = record(event, at=RECORDED, happened=HAPPENED, known=KNOWN, by=SCREENER, n=7, **more)
    return stands, given_policy(policy).when_recorded(stands)


def test_a_teams_fact_is_taken_into_the_childs_record():
    stands, arrival = arrived(TOLD, late=True)
    arrival.then(
        ReceiveEntry(
            about=(CHILD,),
            happened=HAPPENED,
            known=KNOWN,
            entry=stands.envelope.event_id,
            source="mash",
            source_position=7,
            source_event="mash.ReferrerInformed",
            caused_by=stands.envelope.command_id,
            thing=THING,
            title="Referrer told the outcome",
            topic="contact",
            recorded_at=RECORDED,
            recorded_late=True,
            agency="childrens_social_care",
            role="mash_screener",
            significance="routine",
            seen_by=(SeenBy(agency="childrens_social_care"),),
            parts=(("Message", "Accepted."),),
            recorder="Jo Bell",
        )
    )


def test_a_fact_about_no_child_is_nobodys_entry():
    _, arrival = arrived(TOLD, child=None)
    arrival.nothing()


def test_an_event_that_says_nothing_here_is_passed_over():
    due = Deadline(
        london(2026, 4, 2, 16, 40),
        london(2026, 4, 8),
        rule="M5",
        edition="rules 2026-11; calendar EW-2026-11",
    )
    _, arrival = arrived(ContactHeld(contact=THING, decide_by=due, sealed=HeldText(reason="GP.")))
    arrival.nothing()


def test_whoever_people_registered_is_known_from_now_on():
    _, arrival = arrived(PersonRegistered(kind="adult"), stream=CHILD)
    arrival.then(KnowPerson(about=(CHILD,), kind="adult"))
