"""The commands of every team on a real log: about a child, or about any step of the team, of whichever stream."""

from uuid import UUID, uuid4

import orjson
import pytest

from shared.commands.stream_ids import child_stream, thing_stream
from shared.domain.actors import Actor
from shared.domain.code_lists import AuditWhat, Document, EscalationStage
from shared.domain.command import Command, NotFound, Refused
from shared.domain.fields import Professional
from shared.team.child_file import with_child_file
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.escalation import AnswerEscalation, RaiseEscalation, ResolveEscalation, escalation
from shared.team.known_people import KnowPerson
from shared.team.oversight import RecordAudit, RecordSupervision
from shared.team.sharing import RecordCopyGiven, RecordDisclosureDecision
from shared.team.tasks import CompleteTask, RaiseTask, task
from tests.integration.merges import merge
from tests.integration.toy_plans import (
    AVA,
    DAY,
    MANAGER,
    SERVICE,
    STREAMS,
    Open,
    Report,
    Team,
    Tell,
    Want,
    child_file,
    due,
    social_worker,
    team_on,
)
from tests.integration.toy_team import BEN, CAL, START

OTHER_MANAGER = Actor(uuid4(), "Di Roe", "senior_practitioner", "childrens_social_care")
WORKER, NURSE = (
    social_worker("Sam Cole"),
    Actor(uuid4(), "Nia Shah", "health_practitioner", "health", "Ward 3"),
)
AUDIT = RecordAudit(what=AuditWhat.THRESHOLD_DECISION, findings="Sound.")
COPY = RecordCopyGiven(document=Document.LETTER, to=(AVA,))
SHARE = RecordDisclosureDecision.model_validate(
    {"share": True, "with": ["health"], "lawful_basis": "public_task", "reason": "She is seen there."}
)
RAISE = RaiseEscalation.model_validate(
    {"with": "Mo Diaz", "their_agency": "childrens_social_care", "what": "Closed.", "wanted": "Open it."}
)
SUPERVISION = RecordSupervision(worker=Professional(id=uuid4(), name="Mia Dunn"), notes="Drift.")


@pytest.fixture
async def team(open_store, clock, keys) -> Team:
    streams = (*with_child_file(STREAMS), escalation, task)
    made = await team_on(await open_store(clock=clock, keys=keys), clock, keys, streams=streams)
    for child in (BEN, CAL):
        await made.handler.run(KnowPerson(about=(child,), kind="child"), SERVICE, uuid4())
    return made


async def send(team: Team, command: Command, *, by: Actor = MANAGER, **address) -> UUID:
    return (await team.handler.run(command.model_copy(update=address), by, uuid4())).id


async def facts(team: Team, stream_id: UUID) -> list[dict]:
    rows = (await team.handler.store.whole([stream_id])).get(stream_id, [])
    return [{"name": row["topic"].partition(".")[2], **orjson.loads(row["state"])} for row in rows]


def file_of(child: UUID) -> UUID:
    return child_stream("mash", child_file, child)


@pytest.mark.parametrize("command", [SUPERVISION, AUDIT, COPY, SHARE])
async def test_about_children_it_stands_on_the_file_of_each(team: Team, command: Command) -> None:
    await send(team, command, about=(AVA, BEN))
    for child in (AVA, BEN):
        (fact,) = await facts(team, file_of(child))
        assert fact["child"] == str(child)
        assert fact.get("regarding") is None
        assert "Mia Dunn" not in str(fact)


@pytest.mark.parametrize("command", [AUDIT, COPY, SHARE])
async def test_about_a_step_it_stands_on_the_files_of_its_children_and_names_its_thing(
    team: Team, command: Command
) -> None:
    contact = await send(team, Tell(), about=(AVA, BEN), by=WORKER)
    await send(team, command, re=contact)
    for child in (AVA, BEN):
        (fact,) = await facts(team, file_of(child))
        assert fact["regarding"] == {"step": str(contact), "thing": str(contact)}
        assert fact["envelope"]["thing"] == str(contact)
    await send(team, command, re=contact, about=(BEN,))
    assert [len(await facts(team, file_of(child))) for child in (AVA, BEN)] == [1, 2]


async def test_any_step_will_do_also_one_of_an_episode_or_of_the_file_itself(team: Team) -> None:
    referral = await team.do(Open(), day=0)
    report = await send(team, Report(), about=(AVA,))
    copy = await send(team, COPY, re=referral)
    for step in (referral, report, copy):
        await send(team, SHARE, re=step)
    *_, first, second, third = await facts(team, file_of(AVA))
    assert [each["regarding"]["step"] for each in (first, second, third)] == list(
        map(str, (referral, report, copy))
    )
    assert first["regarding"]["thing"] != str(referral)  # an episode has an id of its own
    assert third["regarding"]["thing"] == first["regarding"]["thing"]


@pytest.mark.parametrize("command", [AUDIT, RAISE])
async def test_a_step_that_is_not_there_or_is_about_others_is_not_found(team: Team, command: Command) -> None:
    contact = await send(team, Tell(), about=(AVA,), by=WORKER)
    head = await team.handler.store.head()
    with pytest.raises(NotFound, match="nothing about a child was recorded"):
        await send(team, command, re=uuid4())
    with pytest.raises(NotFound, match="nothing about one of the children"):
        await send(team, command, re=contact, about=(AVA, CAL))
    with pytest.raises(NotFound, match="about"):
        await send(team, command)
    with pytest.raises(NotFound, match="not known here"):
        await send(team, COPY, re=contact, to=(uuid4(),))
    assert await team.handler.store.head() == head


async def test_who_took_part_in_a_thing_does_not_audit_it(team: Team) -> None:
    """The step alone is another's; but what stands on the contact that it opened is the auditor's too."""
    contact = await send(team, Tell(), about=(AVA, BEN), by=WORKER)
    await send(team, AUDIT, re=contact)
    due_at = START + 20 * DAY
    vary = VaryDeadline(re=contact, about=(BEN,), rule="M14", due=due_at, reason="Waiting.")
    varied = await send(team, vary, by=OTHER_MANAGER)
    for step in (contact, varied):
        with pytest.raises(Refused) as caught:
            await send(team, AUDIT, re=step, by=OTHER_MANAGER)
        assert caught.value.rules == ("E10",)
    await send(team, AUDIT, re=contact, about=(AVA,), by=OTHER_MANAGER)  # of Ava they decided nothing
    await send(team, AUDIT, re=varied)


async def test_of_a_step_that_another_agency_recorded_its_own_practitioner_decides(team: Team) -> None:
    contact = await send(team, Tell(), about=(AVA,), by=NURSE)
    await send(team, SHARE, re=contact, by=NURSE)
    await send(team, SHARE, re=contact, by=WORKER)
    stranger = Actor(uuid4(), "Ann Day", "health_practitioner", "health", "Ward 9")
    for by in (stranger, Actor(uuid4(), "PC Hale", "police_officer", "police")):
        with pytest.raises(Refused) as caught:
            await send(team, SHARE, re=contact, by=by)
        assert caught.value.rules == ("E9",)


async def test_an_escalation_is_raised_answered_and_resolved_for_each_child(team: Team) -> None:
    contact = await send(team, Tell(), about=(AVA, BEN), by=NURSE)
    raised = await send(team, RAISE, re=contact, by=NURSE)
    await send(team, AnswerEscalation(answer="No.", agreed=False), re=raised, by=WORKER)
    resolve = ResolveEscalation(resolution="Met.", stage=EscalationStage.MANAGER, agreed=True)
    with pytest.raises(Refused) as caught:
        await send(team, resolve, re=raised, by=WORKER)
    assert caught.value.rules == ("E9",)
    await send(team, resolve, re=raised, by=NURSE)
    with pytest.raises(Refused, match="resolved already") as caught:
        await send(team, AnswerEscalation(answer="Yes.", agreed=True), re=raised, by=WORKER)
    assert caught.value.rules == ()
    for child in (AVA, BEN):
        one, two, three = await facts(team, thing_stream(raised, child))
        assert [one["name"], two["name"], three["name"]] == [
            "EscalationRaised",
            "EscalationAnswered",
            "EscalationResolved",
        ]
        assert one["regarding"]["step"] == str(contact)
        assert three["by_organisation"] == "Ward 3"
        assert "Closed." not in str((one, two, three))


async def test_what_was_written_on_the_file_is_corrected_like_anything_else(team: Team) -> None:
    copy = await send(team, COPY, about=(AVA,), by=WORKER)
    await send(
        team, CorrectRecord(reason="It was the plan.", fields={"document": "plan"}), re=copy, by=WORKER
    )
    _, corrected = await facts(team, file_of(AVA))
    assert corrected["body"]["document"] == "plan"


async def test_after_a_merge_it_stands_on_the_kept_childs_file(team: Team) -> None:
    contact = await send(team, Tell(), about=(BEN,), by=WORKER)
    await merge(team.handler, AVA, BEN)
    await send(team, AUDIT, re=contact)
    await send(team, AUDIT, re=contact, about=(AVA,))
    first, second = await facts(team, file_of(AVA))
    assert first["envelope"]["named"] == str(BEN)
    assert second["envelope"].get("named") is None
    raised = await send(team, RAISE, re=contact, by=WORKER)
    assert len(await facts(team, thing_stream(raised, AVA))) == 1


async def test_a_task_is_done_by_its_role_once(team: Team) -> None:
    raise_task = RaiseTask(role="mash_manager", reason="already_open", regarding=uuid4(), source="mash")
    raised = await send(team, raise_task, about=(AVA,), by=SERVICE)
    with pytest.raises(Refused) as caught:
        await send(team, CompleteTask(done="Rang."), re=raised, by=WORKER)
    assert caught.value.rules == ("E9",)
    await send(team, CompleteTask(done="Rang."), re=raised)
    with pytest.raises(Refused, match="done already") as caught:
        await send(team, CompleteTask(done="Rang."), re=raised)
    assert caught.value.rules == ()


async def test_of_two_clocks_of_a_rule_the_step_that_started_it_names_one(team: Team) -> None:
    where = child_stream("mash", due, AVA)
    first = await team.do(Want(), day=0)
    second = await team.do(Want(), day=0.1)
    vary = VaryDeadline(rule="A11", due=START + 20 * DAY, reason="Waiting.")
    await send(team, vary, about=(AVA,), of=first)
    assert await team.clocks(due, where, day=0.2) == [("A11", 0, "varied"), ("A11", 0.1, "open")]
    with pytest.raises(Refused, match="no A11 clock here was started by the step that is named") as caught:
        await send(team, vary, about=(AVA,), of=uuid4())
    assert caught.value.rules == ("A11",)
    await send(team, vary, about=(AVA,), of=second)
    assert await team.clocks(due, where, day=0.2) == [("A11", 0, "varied"), ("A11", 0.1, "varied")]
