"""A night's shift on a real log: begun once, whoever is first; handed over by one, the earliest first; its answer kept."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.mash.app import app
from services.mash.out_of_hours import period_at
from services.mash.rules import RULES
from services.mash.streams.out_of_hours_shift import AcceptHandover, HandOverShift
from shared.commands.handler import CommandHandler
from shared.domain.command import NotFound, Refused
from shared.domain.instants import london
from shared.infrastructure.clock import SimulatedClock
from shared.team.known_people import KnowPerson
from shared.testing.facts import actor
from tests.integration.conftest import SERVICE
from tests.integration.toy_access import access_to
from tests.integration.toy_team import do, events, names
from tests.unit.mash.contacts import RECEIVE

SATURDAY = london(2026, 11, 14, 21)
MONDAY = london(2026, 11, 16, 8, 45)
MONDAY_NIGHT = london(2026, 11, 16, 22)
TUESDAY = london(2026, 11, 17, 8, 45)
ELLIS = actor("out_of_hours_social_worker", "EDT Ellis")
CHILDREN = tuple(uuid4() for _ in range(8))
HAND_OVER = HandOverShift(contacts=(), notes="Quiet.")


@pytest.fixture
def night() -> SimulatedClock:
    return SimulatedClock(SATURDAY)


@pytest.fixture
async def processes(open_store, night, keys) -> list[CommandHandler]:
    """Two processes of the front door, each with warm states of its own."""
    both = [
        CommandHandler(
            SERVICE,
            app.streams,
            agency=app.agency,
            store=await open_store(clock=night, keys=keys),
            keys=keys,
            rules=app.rules,
            access=access_to(app.streams),
            clock=night,
        )
        for _ in range(2)
    ]
    for child in CHILDREN:
        await do(both[0], KnowPerson(about=(child,), kind="child"), actor=both[0].team)
    return both


def shift_of(at) -> UUID:
    period = period_at(at, RULES)
    assert period is not None
    return period.shift


async def receive(process: CommandHandler, child: UUID) -> None:
    await do(process, RECEIVE.model_copy(update={"about": (child,)}), actor=ELLIS)


async def test_first_contacts_at_once_begin_one_shift(processes):
    await asyncio.gather(*(receive(processes[n % 2], child) for n, child in enumerate(CHILDREN)))
    (began,) = await events(processes[0], shift_of(SATURDAY))
    assert began["name"] == "ShiftBegan"
    assert "child" not in began


async def test_it_begins_in_the_append_of_what_called_for_it(processes):
    received = await do(processes[0], RECEIVE.model_copy(update={"about": CHILDREN[:2]}), actor=ELLIS)
    assert sorted(received.events) == ["mash.ContactReceived", "mash.ContactReceived", "mash.ShiftBegan"]
    (began,) = await events(processes[0], shift_of(SATURDAY))
    assert began["envelope"]["command"] == str(received.id)
    again = await do(processes[1], RECEIVE.model_copy(update={"about": CHILDREN[:2]}), actor=ELLIS)
    assert again.events == ("mash.ContactReceived", "mash.ContactReceived")


async def test_two_handovers_at_once_take_two_shifts(processes, night):
    await receive(processes[0], CHILDREN[0])
    night.move_to(MONDAY_NIGHT)
    await receive(processes[0], CHILDREN[1])
    night.move_to(TUESDAY)
    handed = await asyncio.gather(*(do(each, HAND_OVER, actor=ELLIS) for each in processes))
    assert {each.id for each in handed} == {shift_of(SATURDAY), shift_of(MONDAY_NIGHT)}
    for process in processes:
        with pytest.raises(Refused) as refused:
            await do(process, HAND_OVER, actor=ELLIS)
        assert refused.value.rules == ("M19",)


async def test_the_answer_is_the_shift_also_where_it_was_answered_before(processes, night):
    await receive(processes[0], CHILDREN[0])
    night.move_to(MONDAY)
    key = uuid4()
    first = await do(processes[0], HAND_OVER, actor=ELLIS, id=key)
    assert (first.id, first.again) == (shift_of(SATURDAY), False)
    for process in processes:
        again = await do(process, HAND_OVER, actor=ELLIS, id=key)
        assert (again.id, again.again, again.events) == (first.id, True, first.events)
    await do(processes[1], AcceptHandover(re=first.id), actor=ELLIS)
    assert await names(processes[1], first.id) == ["ShiftBegan", "ShiftHandedOver", "HandoverAccepted"]


@pytest.mark.parametrize("address", [{"re": uuid4()}, {"about": CHILDREN[:1]}], ids=["re", "about"])
async def test_it_names_no_shift(processes, address):
    await receive(processes[0], CHILDREN[0])
    with pytest.raises(NotFound, match="the next out of hours shift that waits"):
        await do(processes[0], HAND_OVER.model_copy(update=address), actor=ELLIS)


async def test_there_is_no_shift_of_another_id(processes):
    with pytest.raises(NotFound, match="there is no out of hours shift"):
        await do(processes[0], AcceptHandover(re=uuid4()), actor=ELLIS)
