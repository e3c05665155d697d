"""Commands run on a real log: whole or not at all, once for each id, and never refused for a state that has passed."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from shared.commands.handler import Answer, Busy
from shared.commands.stream_ids import episode_stream, thing_stream
from shared.domain.command import NotFound, Refused
from shared.eventstore.append import AnotherBody, Conflict
from shared.team.deadlines import VaryDeadline
from tests.integration.toy_team import (
    AVA,
    BEN,
    CAL,
    MANAGER,
    START,
    STRANGER,
    Close,
    Decide,
    Note,
    Open,
    Receive,
    Visit,
    do,
    events,
    names,
    referral,
)

# -- whole or not at all


async def test_a_command_over_several_children_is_one(runner):
    answer = await do(runner, Receive(about=(AVA, BEN, CAL), words="x"))
    assert answer.events == ("test_commands.Received",) * 3
    head = await runner.store.head()
    with pytest.raises(Refused) as caught:
        await do(runner, Decide(re=answer.id, outcome="not for Cal"))
    assert caught.value.rules == ("M5",)
    assert await runner.store.head() == head
    with pytest.raises(NotFound, match="not part of this contact"):
        await do(runner, Decide(re=answer.id, about=(AVA, STRANGER), outcome="accept"))
    await do(runner, Decide(re=answer.id, about=(BEN,), outcome="accept"))
    assert await names(runner, thing_stream(answer.id, BEN)) == ["Received", "Decided"]
    assert await names(runner, thing_stream(answer.id, AVA)) == ["Received"]
    [event] = await events(runner, thing_stream(answer.id, AVA))
    assert (event["child"], event["envelope"]["thing"]) == (str(AVA), str(answer.id))


async def test_who_is_not_there(runner):
    for command, what in (
        (Receive(about=(AVA, STRANGER)), "not known"),
        (Receive(), "say which children"),
        (Decide(outcome="x"), "address it to its id"),
        (Decide(re=uuid4(), outcome="x"), "there is no contact"),
        (VaryDeadline(re=uuid4(), rule="Z9", due=START, reason="x"), "no clock of that rule"),
    ):
        with pytest.raises(NotFound, match=what):
            await do(runner, command)
    opened = await do(runner, Open(about=(AVA,)))
    with pytest.raises(NotFound, match="there is no contact"):  # a command's id, but not a contact's
        await do(runner, Decide(re=opened.id, outcome="x"))
    assert await runner.store.head() == 4


# -- once for each id


async def test_the_same_id_gets_the_old_answer_and_another_body_none(runners):
    command_id = uuid4()
    asked = Receive(about=(AVA, BEN), words="x")
    first = await do(runners[0], asked, id=command_id)
    for runner in runners:
        assert await do(runner, asked, id=command_id) == replace(first, again=True)
        with pytest.raises(AnotherBody):
            await do(runner, Receive(about=(AVA,), words="y"), id=command_id)
    decided = Decide(re=first.id, outcome="accept")
    accepted = await do(runners[0], decided, id=UUID(int=77))
    assert await do(runners[1], decided, id=UUID(int=77)) == replace(accepted, again=True)
    opened = Open(about=(AVA,))
    first = await do(runners[0], opened, id=UUID(int=78))
    for runner in runners:  # decided now it would be refused; it was done, and that is the answer
        assert await do(runner, opened, id=UUID(int=78)) == replace(first, again=True)


async def test_sent_twice_at_once_it_acts_once(runners):
    command_id, asked = uuid4(), Open(about=(AVA,))
    answers = await asyncio.gather(*(do(runner, asked, id=command_id) for runner in (*runners, *runners)))
    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert len({answer.position for answer in answers}) == 1
    assert await names(runners[0], episode_stream("mash", referral, AVA, 1)) == ["Opened"]


# -- on a state that has passed


async def test_a_refusal_on_a_stale_state_is_decided_again(runners):
    here, there = runners
    await do(here, Open(about=(AVA,)))
    await do(there, Close(about=(AVA,)))
    assert (await do(here, Open(about=(AVA,)))).events == (
        "test_commands.Opened",
    )  # it still saw the first one open
    assert await names(here, episode_stream("mash", referral, AVA, 2)) == ["Opened"]


async def test_already_so_on_a_stale_state_is_decided_again(runners):
    here, there = runners
    contact_id = (await do(here, Receive(about=(AVA,)))).id
    await do(here, Decide(re=contact_id, outcome="accept"))
    head = await here.store.head()
    assert await do(there, Decide(re=contact_id, outcome="accept"), id=UUID(int=5)) == Answer(
        UUID(int=5), head
    )
    with pytest.raises(Refused):
        await do(there, Decide(re=contact_id, outcome="other"))


async def test_a_conflict_is_decided_again(runners):
    here, there = runners
    contact_id = (await do(here, Receive(about=(AVA, BEN)))).id
    await do(there, Note(re=contact_id))
    await asyncio.gather(*(do(runner, Note(re=contact_id)) for runner in (here, there)))
    assert (await names(here, thing_stream(contact_id, BEN))).count("Noted") == 3


async def test_who_never_gets_through_is_told_so(runner, monkeypatch):
    contact_id = (await do(runner, Receive(about=(AVA,)))).id
    tries = []

    async def always_moved_on(member: object) -> None:
        tries.append(member)
        raise Conflict

    monkeypatch.setattr(runner.store, "append", always_moved_on)
    with pytest.raises(Busy):
        await do(runner, Note(re=contact_id))
    assert len(tries) == 6
    assert runner.in_flight == 0


# -- episodes


async def test_of_two_who_open_at_once_one_does(runners):
    for n in (1, 2):
        tried = await asyncio.gather(
            *(do(runner, Open(about=(AVA, BEN))) for runner in runners), return_exceptions=True
        )
        assert sorted(type(answer).__name__ for answer in tried) == ["Answer", "Refused"]
        for child in (AVA, BEN):
            assert await names(runners[0], episode_stream("mash", referral, child, n)) == ["Opened"]
        await do(runners[n % 2], Close(about=(AVA, BEN)))
    with pytest.raises(Refused, match="no referral is open"):
        await do(runners[0], Close(about=(AVA,)))


async def test_a_decision_over_two_streams_is_guarded_by_both(runners):
    here, there = runners
    with pytest.raises(Refused, match="open a referral first"):
        await do(here, Visit(about=(AVA,)))
    await do(here, Open(about=(AVA,)))
    assert (await do(here, Visit(about=(AVA,)))).events == ("test_commands.Visited", "test_commands.Seen")
    assert (await do(here, Visit(about=(AVA,)))).events == ("test_commands.Visited",)
    await do(there, Close(about=(AVA,)))
    with pytest.raises(Refused):  # only read, and closed elsewhere: the visit must not pass
        await do(here, Visit(about=(AVA,)))
    await do(there, Open(about=(AVA,)))
    assert (await do(here, Visit(about=(AVA,)))).events == ("test_commands.Visited", "test_commands.Seen")


async def test_what_was_decided_and_never_stored_leads_nobody_astray(runner):
    page = runner.reader()
    await do(runner, Open(about=(AVA,)))
    await runner.decide(Close(about=(AVA,)), MANAGER, uuid4(), page)
    await runner.decide(Open(about=(AVA,)), MANAGER, uuid4(), page)
    with pytest.raises(Refused, match="a referral is open"):  # the page fell; the first one is open still
        await do(runner, Open(about=(AVA,)))


async def test_that_there_is_no_next_episode_is_guarded(runners):
    here, there = runners
    await do(here, Open(about=(AVA,)))
    await do(here, Close(about=(AVA,)))
    decided = await here.decide(Open(about=(AVA,)), MANAGER, uuid4(), here.reader())
    assert set(decided.reads) >= {episode_stream("mash", referral, AVA, n) for n in (1, 2)}
    await do(there, Open(about=(AVA,)))
    with pytest.raises(Refused):
        await do(here, Open(about=(AVA,)))


# -- loading


async def test_everything_is_loaded_in_one_round_trip(runners, monkeypatch):
    here, there = runners
    await do(here, Open(about=(AVA, BEN, CAL)))
    loads = []
    load = there.store.load

    async def counted(streams: list[UUID]) -> object:
        loads.append(set(streams))
        return await load(streams)

    monkeypatch.setattr(there.store, "load", counted)
    await do(there, Visit(about=(AVA, BEN, CAL)))
    assert [len(streams) for streams in loads] == [
        9
    ]  # each child's visits, referral, and that they are known
    await do(there, Visit(about=(AVA, BEN, CAL)))
    assert len(loads) == 1  # warm
