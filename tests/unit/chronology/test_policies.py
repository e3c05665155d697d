"""What the chronology does when the teams' facts arrive: each becomes an entry, once, with its three times."""

from uuid import UUID, uuid5

import services
from services.chronology.events import ChildEntry
from services.chronology.policy import policy_of
from services.chronology.streams.entry import ReceiveEntry
from services.mash.events import ContactHeld, HeldText, InformedText, ReferrerInformed
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.team.audience import Widening, asked, party, referrer
from shared.team.entries import AllEntries
from shared.team.standard_entries import EVERY_TEAM
from shared.testing.facts import CHILD, THING, actor, command_id, record
from shared.testing.policies import given_policy
from tests.unit.chronology import toy_team as toy

HAPPENED, KNOWN, RECORDED = london(2026, 4, 2, 18), london(2026, 4, 2, 19), london(2026, 4, 3, 9)
SCREENER = actor("mash_screener", "Jo Bell")
TOLD = ReferrerInformed(contact=THING, outcome=True, sealed=InformedText(message="Accepted."))


policy = services.team("chronology").policy


def arrived(event, **more):
    stands = record(event, at=RECORDED, happened=HAPPENED, known=KNOWN, by=SCREENER, n=7, **more)
    stands.digest = b"\x0a" * 32
    return stands, given_policy(policy).when_recorded(stands)


def test_a_teams_fact_is_taken_into_the_childs_record():
    stands, arrival = arrived(TOLD, late=True)
    arrival.then(
        ReceiveEntry(
            about=(CHILD,),
            happened=HAPPENED,
            known=KNOWN,
            source_position=7,
            source_digest="0a" * 32,
            entry=ChildEntry(
                id=stands.envelope.event_id,
                source="mash",
                source_event="mash.ReferrerInformed",
                event=stands.envelope.event_id,
                caused_by=stands.envelope.command_id,
                thing=THING,
                title="Referrer told the outcome",
                topic="contact",
                recorded_at=RECORDED,
                late=True,
                agency="childrens_social_care",
                role="mash_screener",
                significance="routine",
                by=UUID(stands.envelope.actor),
            ),
            seen_by=(referrer(of=THING),),
            parts=(("Message", "Accepted."),),
            recorder="Jo Bell",
        )
    )


def test_who_sees_it_is_copied_in_terms_and_nothing_is_decided_yet():
    toy_policy = policy_of(AllEntries(EVERY_TEAM, {"toy": (toy.entries, toy.RULES)}))
    event = toy.CheckAsked(contact=THING, of=party("police"), depth="title")
    [(_, _, command)] = toy_policy.react(record(event, at=RECORDED, service="toy"))
    opened = Widening(event=toy.Told.NAME, to=(asked(party("police"), depth="title"),), of=THING)
    assert command.seen_by == (asked(party("police"), of=THING),)
    assert command.widens == (opened,)
    assert not command.stands_for_thing


def test_facts_of_one_command_that_say_one_thing_have_one_entry():
    toy_policy = policy_of(AllEntries(EVERY_TEAM, {"toy": (toy.entries, toy.RULES)}))
    ids = {
        command.entry.id
        for n, event in enumerate((toy.Allocated(), toy.Started()), start=1)
        for _, _, command in toy_policy.react(
            record(event, at=RECORDED, service="toy", n=n, command=command_id(9))
        )
    }
    assert ids == {uuid5(command_id(9), toy.Allocated.NAME)}


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
