"""Children who were only said, matched on a real log: whose key their words then lie under, and who wins a race."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import orjson
import pytest

from services.mash.app import app
from services.mash.events import ContactReceived
from services.mash.streams.child_file import LinkContacts
from services.mash.streams.contact import (
    ChildSaid,
    DecideContact,
    InformReferrer,
    Match,
    MatchChildren,
    ReceiveContact,
    Referrer,
    ScreenContact,
    contact,
)
from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import thing_stream
from shared.crypto.sealed_blob import unseal_alone
from shared.domain.actors import Actor
from shared.domain.command import NotFound, Refused
from shared.eventstore.append import SubjectErased
from shared.eventstore.reader import to_record
from shared.team.corrections import CorrectRecord
from shared.team.known_people import KnowPerson
from tests.integration.merges import merge
from tests.integration.toy_access import access_to
from tests.integration.toy_team import AVA, BEN, CAL, MANAGER, SCREENER, SERVICE

SCHOOL = Actor(uuid4(), "L. Shaw", "designated_safeguarding_lead", "education", "oak")
SAID = ReceiveContact(
    source="2A",
    referrer=Referrer(name="L. Shaw", agency="education", contact="shaw@school.example"),
    worries="Hungry and tearful.",
    children_said=(ChildSaid(name="Ava Stone", age=7), ChildSaid(name="Ben Stone", address="3 Ash Lane")),
)
SCREEN = ScreenContact(potential="child_in_need", young_carers=())
CLOSE = DecideContact(outcome="no_further_action", level=1, rationale="Known.")


@pytest.fixture
async def desks(open_store, clock, keys) -> list[CommandHandler]:
    """Two processes of the front door, to which three children are known."""
    made = [
        CommandHandler(
            "mash",
            app.streams,
            agency=app.agency,
            store=await open_store(clock=clock, keys=keys),
            keys=keys,
            rules=app.rules,
            access=access_to(app.streams),
            clock=clock,
        )
        for _ in range(2)
    ]
    for child in (AVA, BEN, CAL):
        await made[0].run(KnowPerson(about=(child,), kind="child"), SERVICE, uuid4())
    return made


@pytest.fixture
def desk(desks) -> CommandHandler:
    return desks[0]


async def said(desk: CommandHandler, **more) -> UUID:
    return (await desk.run(SAID.model_copy(update=more), SCHOOL, uuid4())).id


async def match(desk: CommandHandler, thing: UUID, *pairs: tuple[int, UUID]):
    matches = tuple(Match(said=place, person=person) for place, person in pairs)
    return await desk.run(MatchChildren(re=thing, matches=matches), SCREENER, uuid4())


async def records(desk: CommandHandler, thing: UUID, child: UUID | None):
    stream = thing_stream(thing, child)
    return [to_record("mash", row) for row in (await desk.store.whole([stream])).get(stream, [])]


async def words(desk: CommandHandler, keys, thing: UUID, child: UUID | None):
    """The words of the receipt on that stream; None: erased."""
    first = next(one for one in await records(desk, thing, child) if isinstance(one.event, ContactReceived))
    plain = keys.open(first.sealed, first.envelope.event_id)
    return None if plain is None else orjson.loads(plain)


async def state(desk: CommandHandler, thing: UUID, child: UUID | None):
    return (await desk.reader(fresh=True).one(thing_stream(thing, child), contact)).state


async def test_the_words_lie_under_the_childs_own_key_from_then_on(desk, keys) -> None:
    thing = await said(desk)
    answer = await match(desk, thing, (1, AVA), (2, BEN))
    assert answer.events == (*["mash.ChildMatched"] * 2, *["mash.ContactReceived"] * 2)
    ava = await words(desk, keys, thing, AVA)
    assert (ava["worries"], ava["recorded_by"]) == ("Hungry and tearful.", "L. Shaw")
    assert ava["children_said"] == [{"name": "Ava Stone", "age": 7}]
    assert keys.erase(thing) == 1
    assert await words(desk, keys, thing, None) is None
    assert await words(desk, keys, thing, AVA) == ava
    assert keys.erase(AVA) == 1
    assert await words(desk, keys, thing, AVA) is None
    assert (await words(desk, keys, thing, BEN))["children_said"][0]["address"] == "3 Ash Lane"


async def test_no_open_part_says_who_was_said_and_the_skeleton_folds_without_any_key(desk, keys) -> None:
    thing = await said(desk)
    await match(desk, thing, (1, AVA))
    rows = await desk.store.pool.fetch("SELECT state, sealed FROM mash.events")
    for word in (b"Stone", b"Ash Lane", b"Hungry", b"Shaw"):
        assert not any(word in row["state"] or word in (row["sealed"] or b"") for row in rows)
    before = [await state(desk, thing, child) for child in (None, AVA)]
    keys.erase(thing)
    keys.erase(AVA)
    assert [await state(desk, thing, child) for child in (None, AVA)] == before


async def test_what_a_child_was_received_with_is_disclosed_alone_and_points_at_what_was_said(
    desk, keys
) -> None:
    thing = await said(desk)
    await match(desk, thing, (1, AVA), (2, BEN))
    (first,) = [one for one in await records(desk, thing, None) if isinstance(one.event, ContactReceived)]
    (ava,) = await records(desk, thing, AVA)
    (ben,) = await records(desk, thing, BEN)
    assert ava.envelope.carries == ben.envelope.carries == first.envelope.id
    assert ava.envelope.recorder == ("education", "oak")
    key = keys.disclose(ava.sealed, ava.envelope.event_id)
    assert (
        orjson.loads(unseal_alone(key, ava.envelope.event_id, ava.sealed))["worries"] == "Hungry and tearful."
    )
    for other in (first, ben):
        with pytest.raises(Exception, match="is not what was sealed"):
            unseal_alone(key, other.envelope.event_id, other.sealed)


async def test_nobody_is_matched_to_a_child_who_was_erased(desk, keys) -> None:
    thing = await said(desk)
    await match(desk, thing, (1, AVA))
    keys.erase(AVA)
    other = await said(desk)
    with pytest.raises(SubjectErased):
        await match(desk, other, (1, AVA))
    assert (await state(desk, other, None)).matched == {}


async def test_of_words_that_were_erased_nothing_can_be_said_of_a_child(desk, keys) -> None:
    thing = await said(desk)
    keys.erase(thing)
    with pytest.raises(Refused, match="what was said was erased"):
        await match(desk, thing, (1, AVA))
    assert await records(desk, thing, AVA) == []


async def test_the_same_matching_sent_twice_is_one(desk) -> None:
    thing, once = await said(desk), uuid4()
    command = MatchChildren(re=thing, matches=(Match(said=1, person=AVA),))
    first = await desk.run(command, SCREENER, once)
    again = await desk.run(command, SCREENER, once)
    assert (again.again, again.events, again.position) == (True, first.events, first.position)


async def test_of_two_who_match_the_same_at_once_one_is_refused(desks) -> None:
    thing = await said(desks[0])
    await desks[1].run(InformReferrer(re=thing, message="Thank you.", outcome=False), SCREENER, uuid4())
    done = await asyncio.gather(
        match(desks[0], thing, (1, AVA)), match(desks[1], thing, (1, BEN)), return_exceptions=True
    )
    (refused,) = [one for one in done if isinstance(one, Refused)]
    assert refused.reason == "already_matched"
    assert len((await state(desks[0], thing, None)).matched) == 1


async def test_a_command_on_the_contact_covers_whoever_joined_in_another_process(desks) -> None:
    one, other = desks
    thing = await said(one)
    await other.run(SCREEN.model_copy(update={"re": thing}), SCREENER, uuid4())  # so that it has it warm
    await match(one, thing, (1, AVA))
    told = InformReferrer(re=thing, message="Thank you.", outcome=False)
    await other.run(told, SCREENER, uuid4())
    assert [type(each.event).__name__ for each in await records(one, thing, AVA)][-1] == "ReferrerInformed"
    await match(other, thing, (2, BEN))
    await one.run(CLOSE.model_copy(update={"re": thing}), MANAGER, uuid4())
    assert [(await state(one, thing, child)).outcome for child in (None, AVA, BEN)] == [
        None,
        "no_further_action",
        "no_further_action",
    ]


async def test_who_joins_while_a_command_is_decided_is_covered_by_it(desks) -> None:
    one, other = desks
    thing = await said(one)
    told = InformReferrer(re=thing, message="Thank you.", outcome=False)
    await other.run(told, SCREENER, uuid4())
    await asyncio.gather(
        match(one, thing, (1, AVA)), other.run(SCREEN.model_copy(update={"re": thing}), SCREENER, uuid4())
    )
    # Whichever came first: the child was screened with the contact, or has the screening from it.
    assert (await state(one, thing, AVA)).screened_as == "child_in_need"


async def test_a_correction_follows_to_the_children_and_is_sealed_for_each(desk, keys, clock) -> None:
    thing = await said(desk)
    await match(desk, thing, (1, AVA))
    clock.move_to(clock.now() + timedelta(hours=1))
    right = CorrectRecord(re=thing, reason="Misheard.", fields={"worries": "Tearful."})
    await desk.run(right, SCHOOL, uuid4())
    correction = (await records(desk, thing, AVA))[-1]
    text = orjson.loads(keys.open(correction.sealed, correction.envelope.event_id))["text"]
    assert (text["worries"], len(text["children_said"])) == ("Tearful.", 1)
    await match(desk, thing, (2, BEN))  # what was put right is what the next child has
    assert (await words(desk, keys, thing, BEN))["worries"] == "Tearful."
    keys.erase(thing)
    assert keys.open(correction.sealed, correction.envelope.event_id) is not None


async def test_a_wrong_matching_is_withdrawn_and_done_anew(desk, keys) -> None:
    thing = await said(desk)
    wrong = (await match(desk, thing, (1, CAL), (2, BEN))).id
    await desk.run(CorrectRecord(re=wrong, reason="Another Ava.", withdrawn=True), SCREENER, uuid4())
    with pytest.raises(NotFound, match="not part of this contact"):
        await desk.run(SCREEN.model_copy(update={"re": thing, "about": (CAL,)}), SCREENER, uuid4())
    await match(desk, thing, (1, AVA), (2, BEN))
    await desk.run(SCREEN.model_copy(update={"re": thing}), SCREENER, uuid4())
    assert [(await state(desk, thing, child)).screened_as for child in (AVA, BEN, CAL)] == [
        "child_in_need",
        "child_in_need",
        None,
    ]


async def test_a_child_of_the_contact_who_goes_by_another_id_is_not_received_twice(desk) -> None:
    thing = await said(desk, about=(AVA,), children_said=SAID.children_said[:1])
    await merge(desk, CAL, AVA)
    assert (await match(desk, thing, (1, CAL))).events == ("mash.ChildMatched",)
    assert await records(desk, thing, CAL) == []
    await desk.run(SCREEN.model_copy(update={"re": thing}), SCREENER, uuid4())
    assert (await state(desk, thing, AVA)).screened_as == "child_in_need"


async def test_a_child_who_is_named_by_an_id_that_was_merged_joins_under_the_one_that_was_kept(desk) -> None:
    thing = await said(desk)
    await merge(desk, CAL, AVA)
    await match(desk, thing, (1, AVA), (2, BEN))
    assert (await records(desk, thing, CAL))[0].envelope.named == str(AVA)
    assert await records(desk, thing, AVA) == []
    await desk.run(SCREEN.model_copy(update={"re": thing}), SCREENER, uuid4())
    for child in (CAL, BEN):
        assert (await state(desk, thing, child)).screened_as == "child_in_need"


async def test_two_contacts_are_linked_with_the_children_of_both_m21(desk) -> None:
    one = await said(desk, about=(AVA,), children_said=())
    two = await said(desk, about=(BEN, CAL), children_said=())
    link = LinkContacts(re=one, other=two, why="harmful_sexual_behaviour")
    linked = (await desk.run(link, SCREENER, uuid4())).id
    facts = [
        to_record("mash", row)
        for row in await desk.store.pool.fetch(
            "SELECT * FROM mash.events WHERE topic = 'mash.ContactsLinked' ORDER BY notification_id"
        )
    ]
    assert [
        (each.event.child, each.event.contact, each.event.other, each.envelope.thing_id) for each in facts
    ] == [(AVA, one, two, one), (BEN, two, one, two), (CAL, two, one, two)]
    assert {each.envelope.command_id for each in facts} == {linked}
    with pytest.raises(NotFound):
        await desk.run(link.model_copy(update={"other": uuid4()}), SCREENER, uuid4())


async def test_nobody_said_or_no_such_contact(desk) -> None:
    thing = await said(desk)
    with pytest.raises(Refused, match="says of 2"):
        await match(desk, thing, (3, AVA))
    with pytest.raises(NotFound, match="not known yet"):
        await match(desk, uuid4(), (1, AVA))
    with pytest.raises(NotFound, match="is not known here"):
        await match(desk, thing, (1, uuid4()))
    about = MatchChildren(re=thing, about=(AVA,), matches=(Match(said=1, person=AVA),))
    with pytest.raises(NotFound, match="name no children beside it"):
        await desk.run(about, SCREENER, uuid4())
    with pytest.raises(NotFound, match="say which contact this is about"):
        await desk.run(about.model_copy(update={"re": None, "about": ()}), SCREENER, uuid4())
