"""What the kernel itself enforces for every team: times, roles, clocks; and states that need no key."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.audit.replay import states
from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import thing_stream
from shared.commands.targets import Target
from shared.domain.command import Command, NotFound, Refused
from shared.team.authorisation import Forbidden
from shared.team.deadlines import CheckDeadline, VaryDeadline
from tests.integration.toy_team import (
    AVA,
    BEN,
    CAL,
    HOUR,
    MANAGER,
    SCREENER,
    SERVICE,
    START,
    STREAMS,
    Allege,
    Close,
    Decide,
    Note,
    Open,
    Receive,
    Visit,
    contact,
    do,
    events,
    names,
)

INSTANT = timedelta(microseconds=1)
DUE = START + 24 * HOUR


# -- when it happened, was known and is recorded


@pytest.mark.parametrize(
    ("command", "limit"), [(Decide(outcome="accept"), 72), (Note(), 24), (Receive(about=(AVA,)), None)]
)
async def test_late_is_recorded_at_or_after_the_limit_from_when_it_was_known(runner, clock, command, limit):
    contacts = [(await do(runner, Receive(about=(AVA,)))).id for _ in range(2)]
    clock.move_to(START + 100 * HOUR)
    limit_ago = clock.now() - (limit or 99) * HOUR
    for contact_id, known, late in zip(
        contacts, (limit_ago + INSTANT, limit_ago), (False, limit is not None), strict=True
    ):
        asked = command.model_copy(update={"re": contact_id, "happened": START, "known": known})
        answer = await do(runner, asked, id=(command_id := uuid4()))
        assert answer.late is late
        assert (await do(runner, asked, id=command_id)).late is late  # the old answer says so too


async def test_nothing_happens_in_the_future(runner):
    for times in (
        {"happened": START + INSTANT},
        {"known": START + INSTANT},
        {"happened": START, "known": START - HOUR},
    ):
        with pytest.raises(Refused) as caught:
            await do(runner, Receive(about=(AVA,), **times))
        assert caught.value.rules == ("E2",)
    assert (await do(runner, Receive(about=(AVA,), happened=START))).events
    await runner.run(Receive(about=(AVA,), happened=START + HOUR), SERVICE, uuid4())  # another team's clock


async def test_a_receipt_is_said_by_our_own_staff_and_e1_runs_from_it(runner, clock):
    clock.move_to(START + 100 * HOUR)
    three_days_ago = clock.now() - 72 * HOUR
    for received, late in ((three_days_ago + INSTANT, False), (three_days_ago, True)):
        assert (await do(runner, Receive(about=(AVA,), received=received))).late is late
    for command, by in (
        (Receive(about=(AVA,), received=clock.now() + INSTANT), MANAGER),
        (Receive(about=(AVA,), received=START), replace(MANAGER, agency="police")),
    ):
        with pytest.raises(Refused) as caught:
            await do(runner, command, actor=by)
        assert caught.value.rules == ("E2",)


# -- roles


async def test_a_role_s_refusal_does_not_hide_the_others(runner):
    contact_id = (await do(runner, Receive(about=(AVA,)))).id
    await do(runner, Decide(re=contact_id, outcome="accept"))
    head = await runner.store.head()

    async def rules(command: Command) -> tuple[str, ...]:
        with pytest.raises(Forbidden) as caught:
            await do(runner, command, actor=SCREENER)
        assert "may not" in str(caught.value) or "LADO" in str(caught.value)
        return caught.value.rules

    assert await rules(Decide(re=contact_id, outcome="other")) == ("M7", "E9", "M5")
    assert await rules(Decide(re=contact_id, outcome="other", happened=START + HOUR)) == ("M7", "E9", "E2")
    assert await rules(Decide(re=uuid4(), outcome="other")) == ("M7", "E9")
    assert await rules(Note(re=contact_id)) == ("M7", "E9")  # nothing else forbids it, and it is not done
    assert await rules(Allege(re=contact_id, happened=START + HOUR)) == (
        "L9",
    )  # says nothing of what is there
    assert await runner.store.head() == head


# -- clocks


def clock_of(contact_id: UUID, child: UUID = AVA) -> Target:
    return Target(thing_stream(contact_id, child), child, contact_id)


async def check(runner: CommandHandler, contact_id: UUID, *, due=DUE) -> tuple[str, ...]:
    [received, *_] = await events(runner, thing_stream(contact_id, AVA))
    command = CheckDeadline(rule="M1", started_by=received["envelope"]["id"], happened=due)
    return (await runner.run(command, SERVICE, uuid4(), target=clock_of(contact_id))).events


async def test_a_clock_born_past_due_is_missed_in_the_same_append(runner, clock):
    clock.move_to(DUE)
    answer = await do(runner, Receive(about=(AVA, BEN), happened=START))
    assert answer.events == ("test_commands.Received", "team.DeadlineMissed") * 2
    received, missed = await events(runner, thing_stream(answer.id, BEN))
    assert missed["started_by"] == received["envelope"]["id"]
    assert missed["due_at"] == missed["happened_at"] == DUE.isoformat().replace("+00:00", "Z")
    assert await check(runner, answer.id) == ()


async def test_a_deadline_is_checked_once_however_many_ask(runners, clock):
    contact_id = (await do(runners[0], Receive(about=(AVA,)))).id
    assert await check(runners[0], contact_id) == ()
    clock.move_to(DUE - INSTANT)
    assert await check(runners[1], contact_id) == ()
    clock.move_to(DUE)
    told = await asyncio.gather(*(check(runner, contact_id) for runner in (*runners, *runners)))
    assert sorted(told) == [(), (), (), ("team.DeadlineMissed",)]
    assert await names(runners[0], thing_stream(contact_id, AVA)) == ["Received", "DeadlineMissed"]
    assert (await do(runners[1], Decide(re=contact_id, outcome="accept"))).events == (
        "test_commands.Decided",
    )


async def test_an_act_in_time_is_never_missed_and_a_late_one_in_its_own_append(runner, clock):
    in_time, late = [(await do(runner, Receive(about=(AVA,)))).id for _ in range(2)]
    clock.move_to(DUE)
    assert (await do(runner, Decide(re=in_time, outcome="x", happened=DUE - INSTANT))).events == (
        "test_commands.Decided",
    )
    assert await check(runner, in_time) == ()
    assert (await do(runner, Decide(re=late, outcome="x"))).events == (
        "test_commands.Decided",
        "team.DeadlineMissed",
    )
    assert await check(runner, late) == ()


async def test_a_manager_names_a_new_instant(runner, clock):
    contact_id = (await do(runner, Receive(about=(AVA, BEN)))).id
    later = DUE + 24 * HOUR

    def vary(due=later) -> VaryDeadline:
        return VaryDeadline(re=contact_id, rule="M1", due=due, reason="Ava is in hospital")

    with pytest.raises(Refused, match="not passed yet"):
        await do(runner, vary(START))
    with pytest.raises(Forbidden):
        await do(runner, vary(), actor=SCREENER)
    assert (await do(runner, vary())).events == ("team.DeadlineVaried",) * 2
    assert (await do(runner, vary())).events == ()  # already so
    [_, varied] = await events(runner, thing_stream(contact_id, AVA))
    assert "hospital" not in str(varied)
    clock.move_to(DUE)
    assert await check(runner, contact_id) == ()
    clock.move_to(later)
    # The instant given up has passed and nobody had said so: it is said with the new one.
    assert (await do(runner, vary(later + HOUR))).events == ("team.DeadlineMissed", "team.DeadlineVaried") * 2
    assert await check(runner, contact_id, due=later) == ()
    clock.move_to(later + HOUR)
    assert await check(runner, contact_id) == ("team.DeadlineMissed",)
    await do(runner, Decide(re=contact_id, outcome="accept"))
    with pytest.raises(Refused, match="already stopped"):
        await do(runner, vary(later + 9 * HOUR))
    with pytest.raises(NotFound):
        await do(runner, VaryDeadline(re=contact_id, rule="M4", due=later, reason="x"))


# -- without keys


@pytest.mark.parametrize("how", ["erased", "store removed"])
async def test_every_stream_folds_to_the_same_states_when_every_key_is_destroyed(
    runner, keys, clock, tmp_path, how
):
    contact_id = (await do(runner, Receive(about=(AVA, BEN, CAL), words="Ava has a bruise"))).id
    await do(runner, Open(about=(AVA, BEN)))
    await do(runner, Visit(about=(AVA,)))
    await do(runner, Close(about=(AVA,)))
    await do(runner, VaryDeadline(re=contact_id, rule="M1", due=DUE + HOUR, reason="Ava is in hospital"))
    clock.move_to(DUE + HOUR)
    await do(runner, Decide(re=contact_id, about=(BEN,), outcome="accept"))
    before = {kind.name: await states(runner.store.pool, "mash", kind) for kind in STREAMS}
    rows = await runner.store.pool.fetch("SELECT sealed, event_id FROM mash.events WHERE sealed IS NOT NULL")
    assert len(rows) == await runner.store.head() - 4  # all but what no person did: three known, one missed
    assert b"bruise" in b"".join(keys.open(row["sealed"], row["event_id"]) or b"" for row in rows)

    if how == "erased":
        for child in (AVA, BEN, CAL):
            assert keys.erase(child) == 1
        assert {keys.open(row["sealed"], row["event_id"]) for row in rows} == {None}
    else:
        keys.close()
        (tmp_path / "keys").unlink()

    assert {kind.name: await states(runner.store.pool, "mash", kind) for kind in STREAMS} == before
    assert before["contact"][thing_stream(contact_id, BEN)].state.outcome == "accept"
    fresh = await runner.reader(fresh=True).one(thing_stream(contact_id, AVA), contact)
    past = before["contact"][thing_stream(contact_id, AVA)]
    assert (fresh.state, fresh.clocks, fresh.version) == (past.state, past.clocks, past.version)
