"""What may be done now, told ahead on a real log by the front door: by role, by the record, by child, and to strangers nothing."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import services
from services.mash.streams.agency_check import RequestAgencyCheck, ReturnAgencyCheck
from services.mash.streams.consultation import RecordConsultation
from services.mash.streams.contact import DecideContact, HoldContact, IdentifyImmediateHarm, ReceiveContact
from shared.access.policy import AccessPolicy
from shared.commands.for_few import NOT_TOLD
from shared.commands.handler import CommandHandler
from shared.domain.actors import Actor
from shared.domain.command import Command, NotFound, PersonNotKnown, Refused
from shared.service.declaration import personal_commands
from shared.team.authorisation import Forbidden
from shared.team.known_people import KnowPerson
from shared.team.tasks import CompleteTask, RaiseTask
from tests.unit.mash.contacts import ANSWER, CHECK, CLOSE, DISPENSE, HARM, HOLD, LADO, RECEIVE, SCREEN

AVA, BEN = UUID(int=11), UUID(int=12)
MASH = services.team("mash")
COMMANDS = personal_commands(MASH.streams)
MANAGER = Actor(uuid4(), "Ana Lim", "mash_manager", "childrens_social_care")
SCREENER = Actor(uuid4(), "Jo Bell", "mash_screener", "childrens_social_care")
OFFICER = Actor(uuid4(), "PC Hale", "police_officer", "police", "Elm Police")
WORKER = Actor(uuid4(), "Mia Dunn", "mash_social_worker", "childrens_social_care")
NURSE = Actor(uuid4(), "Nia Shah", "health_practitioner", "health", "Ward 3")
ADVISED = RecordConsultation.model_validate(
    {"with": "L. Shaw", "their_agency": "education", "advice": "Wait.", "family_aware": True, "referral_to_follow": False}
)  # fmt: skip


@pytest.fixture
async def mash(open_store, clock, keys) -> CommandHandler:
    """The front door, to which two children are known."""
    handler = CommandHandler(
        "mash",
        MASH.streams,
        agency=MASH.agency,
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=MASH.rules,
        access=AccessPolicy.read(Path(services.__file__).parent, None),
        clock=clock,
    )
    for child in (AVA, BEN):
        await handler.run(KnowPerson(about=(child,), kind="child"), handler.team, uuid4())
    return handler


async def do(handler: CommandHandler, command: Command, by: Actor = MANAGER, **address) -> UUID:
    return (await handler.run(command.model_copy(update=address), by, uuid4())).id


async def told(handler: CommandHandler, by: Actor = MANAGER, *, re: UUID | None = None, about=()):
    """What may be done, by command."""
    found = await handler.possible(COMMANDS, by, re=re, about=about)
    return {each.command: each for each in found}


async def test_what_is_addressed_to_a_contact_and_nothing_else(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    found = await told(mash, re=contact)
    assert {DecideContact, HoldContact, RequestAgencyCheck} <= found.keys()
    assert not {ReturnAgencyCheck, ReceiveContact, RecordConsultation, CompleteTask} & found.keys()
    assert found[HoldContact].open_to == (AVA,)
    assert not found[HoldContact].why


async def test_a_state_forbids_with_its_rule_and_its_words_as_the_command_is_refused(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    assert (await told(mash, re=contact))[RequestAgencyCheck].rules == ("M10",)
    await do(mash, DISPENSE, re=contact)
    assert (await told(mash, re=contact))[RequestAgencyCheck].rules == ()
    await do(mash, HOLD, re=contact)
    held = (await told(mash, re=contact))[HoldContact]
    with pytest.raises(Refused) as refused:
        await do(mash, HOLD, re=contact)
    assert (held.open_to, held.rules, held.why, held.by_role) == ((), ("M5",), refused.value.message, False)


async def test_children_decided_apart_are_told_apart(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA, BEN))
    await do(mash, CLOSE, re=contact, about=(AVA,))
    one = (await told(mash, re=contact))[DecideContact]
    assert (one.children, one.open_to, one.rules) == ((AVA, BEN), (BEN,), ("M1",))
    assert not (await told(mash, re=contact, about=(BEN,)))[DecideContact].rules
    with pytest.raises(NotFound):
        await told(mash, re=contact, about=(uuid4(),))


async def test_a_role_forbids_with_its_rules_whatever_the_record_says(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    one = (await told(mash, SCREENER, re=contact))[DecideContact]
    assert one.by_role
    assert one.open_to == ()
    assert one.rules[0] == "M7"


async def test_who_was_not_asked_is_told_so_and_who_was_may_answer_once(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    await do(mash, DISPENSE, re=contact)
    check = await do(mash, CHECK, re=contact)
    stranger = (await told(mash, OFFICER, re=check))[ReturnAgencyCheck]
    assert stranger.by_role
    assert stranger.rules == ("E9",)
    assert not (await told(mash, NURSE, re=check))[ReturnAgencyCheck].why
    await do(mash, ANSWER, NURSE, re=check)
    answered = (await told(mash, NURSE, re=check))[ReturnAgencyCheck]
    assert (answered.rules, answered.by_role) == ((), False)
    assert "answered already" in answered.why


async def test_a_stranger_learns_of_no_thing_and_of_no_sister(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA, BEN))
    found = await told(mash, NURSE, re=contact, about=(AVA,))
    assert all(set(each.children) <= {AVA} for each in found.values())
    assert all(each.children == () for each in (await told(mash, NURSE, re=contact)).values())
    consultation = await do(mash, ADVISED, about=(AVA,))
    operator = Actor(uuid4(), "Op", "operator", "childrens_social_care")
    refusals = []
    for nothing in (consultation, contact, uuid4()):
        with pytest.raises(NotFound) as refused:
            await told(mash, operator, re=nothing)
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1


async def test_of_a_contact_that_is_kept_from_them_they_are_told_their_role_and_nothing_of_how_it_stands(
    mash,
):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    assert (await told(mash, WORKER, re=contact))[RequestAgencyCheck].rules == ("M10",)
    in_trust = SCREEN.model_copy(update={"person_in_trust": True})
    await do(mash, in_trust, SCREENER, re=contact)
    await do(mash, HOLD, re=contact)
    kept = await told(mash, WORKER, re=contact)
    for command in (RequestAgencyCheck, IdentifyImmediateHarm):
        assert (kept[command].open_to, kept[command].why) == ((AVA,), "")
    assert kept[HoldContact].by_role
    assert kept[HoldContact].rules == ("E9",)
    # Who found out that it is to be held back, and who decides it, are told as before.
    assert (await told(mash, re=contact))[HoldContact].rules == ("M5",)
    finder = replace(WORKER, id=SCREENER.id)
    assert (await told(mash, finder, re=contact))[RequestAgencyCheck].rules == ("M10",)
    await do(mash, CLOSE, re=contact)
    assert (await told(mash, WORKER, re=contact))[IdentifyImmediateHarm].rules == ("M6",)


async def test_nor_does_a_refusal_tell_them(mash):
    contact = await do(mash, RECEIVE.model_copy(update={"person_in_trust": True}), OFFICER, about=(AVA,))
    await do(mash, LADO, re=contact)
    refusals = []
    for command in (CHECK, HARM, SCREEN):
        with pytest.raises(Refused) as refused:
            await do(mash, command, WORKER, re=contact)
        refusals.append((refused.value.message, refused.value.rules))
    assert set(refusals) == {(NOT_TOLD, ())}
    with pytest.raises(Forbidden) as forbidden:
        await do(mash, HOLD, WORKER, re=contact)
    assert forbidden.value.rules == ("E9",)
    with pytest.raises(Refused) as told_why:
        await do(mash, HARM, re=contact)
    assert told_why.value.rules == ("M6",)


async def test_the_id_of_another_kind_of_thing_is_refused_also_where_its_state_is_kept_warm(mash):
    contact = await do(mash, RECEIVE, OFFICER, about=(AVA,))
    with pytest.raises(NotFound, match="of something else"):
        await do(mash, ANSWER, re=contact, about=(AVA,))


async def test_about_a_child_what_opens_something_and_what_stands_on_their_file(mash):
    found = await told(mash, about=(AVA,))
    assert {ReceiveContact, RecordConsultation} <= found.keys()
    assert not {DecideContact, CompleteTask} & found.keys()
    with pytest.raises(PersonNotKnown):
        await told(mash, about=(uuid4(),))


async def test_a_task_is_for_its_role_and_done_once(mash):
    raised = RaiseTask(role="mash_manager", reason="x", regarding=uuid4(), source="people")
    task = (await mash.run(raised, mash.team, uuid4())).id
    assert (await told(mash, SCREENER, re=task))[CompleteTask].by_role
    assert not (await told(mash, re=task))[CompleteTask].why
    await do(mash, CompleteTask(done="x"), re=task)
    assert "done already" in (await told(mash, re=task))[CompleteTask].why
