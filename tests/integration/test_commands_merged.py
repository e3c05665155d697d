"""After a merge several ids mean one child: which stream a command then stands on, and which id its events keep."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.domain.command import NotFound, Refused
from shared.eventstore.append import AppendRequest, Conflict
from shared.team.known_people import KnowMerge, KnowPerson, known_person
from shared.team.tasks import RaiseTaskWhereOpen, task
from tests.integration import toy_team
from tests.integration.conftest import SERVICE
from tests.integration.merges import merge, unmerge
from tests.integration.toy_access import access_to
from tests.integration.toy_kinds import (
    STREAMS,
    CloseCase,
    EndPlan,
    HoldConference,
    HoldMeeting,
    NoteCarer,
    OfferCase,
    Reviewed,
    TakeContact,
    case,
    child_file,
    conference,
    plan,
)
from tests.integration.toy_team import AVA, BEN, CAL, do, events, names

TEAM = "virtual_school"


@pytest.fixture
async def runners(open_store, clock, keys) -> list[CommandHandler]:
    """Two processes of one service, which know three children."""
    made = [
        CommandHandler(
            SERVICE,
            (*STREAMS, task),
            agency="childrens_social_care",
            store=await open_store(clock=clock, keys=keys),
            keys=keys,
            rules=toy_team.RULES,
            access=access_to(STREAMS),
            clock=clock,
        )
        for _ in range(2)
    ]
    for child in (AVA, BEN, CAL):
        await made[0].run(KnowPerson(about=(child,), kind="child"), toy_team.SERVICE, uuid4())
    return made


@pytest.fixture
def runner(runners) -> CommandHandler:
    return runners[0]


def case_of(child: UUID, n: int = 1) -> UUID:
    return episode_stream(SERVICE, case, child, n, TEAM)


async def last(runner: CommandHandler, stream_id: UUID) -> tuple[str, str, str | None]:
    """The last event of a stream: its name, whom it is about, and the other id that the child was named by."""
    event = (await events(runner, stream_id))[-1]
    return event["name"], event["child"], event["envelope"].get("named")


async def test_of_two_open_the_kept_childs_own_is_meant(runner):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    await merge(runner, AVA, BEN)
    await do(runner, CloseCase(about=(BEN,), team=TEAM))
    assert await last(runner, case_of(AVA)) == ("CaseClosed", str(AVA), str(BEN))
    assert await last(runner, case_of(BEN)) == ("CaseOffered", str(BEN), None)
    await do(runner, CloseCase(about=(AVA,), team=TEAM))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(AVA))
    with pytest.raises(Refused, match="none is"):
        await do(runner, CloseCase(about=(AVA,), team=TEAM))


async def test_else_the_one_opened_first(runner):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    await merge(runner, CAL, AVA, BEN)
    with pytest.raises(Refused, match="a case is open"):
        await do(runner, OfferCase(about=(CAL,), team=TEAM))
    await do(runner, CloseCase(about=(CAL,), team=TEAM))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(CAL))
    assert await names(runner, case_of(AVA)) == ["CaseOffered"]
    await do(runner, CloseCase(about=(CAL, AVA), team=TEAM))  # one child, named twice
    assert await names(runner, case_of(AVA)) == ["CaseOffered", "CaseClosed"]
    await do(runner, OfferCase(about=(AVA,), team=TEAM))
    assert await last(runner, case_of(CAL)) == ("CaseOffered", str(CAL), str(AVA))


async def test_re_the_episode_chooses(runner):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    await merge(runner, AVA, BEN)
    await do(runner, CloseCase(re=case_of(BEN), about=(AVA,)))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(AVA))
    assert await names(runner, case_of(AVA)) == ["CaseOffered"]
    with pytest.raises(NotFound, match="not part of this case"):
        await do(runner, CloseCase(re=case_of(AVA), about=(CAL,)))


async def test_a_thing_stays_about_the_child_it_was_opened_for(runner):
    of_ben = (await do(runner, TakeContact(about=(BEN,)))).id
    of_both = (await do(runner, TakeContact(about=(AVA, BEN)))).id
    await merge(runner, AVA, BEN)
    decisions = tuple(Reviewed(contact=each, about=(AVA,), upheld=True) for each in (of_ben, of_both))
    await do(runner, HoldMeeting(decisions=decisions))
    assert await last(runner, thing_stream(of_ben, BEN)) == ("DecisionReviewed", str(BEN), str(AVA))
    assert await last(runner, thing_stream(of_both, AVA)) == ("DecisionReviewed", str(AVA), None)
    assert await names(runner, thing_stream(of_both, BEN)) == ["ContactTaken"]
    with pytest.raises(NotFound, match="not part of this contact"):
        await do(runner, HoldMeeting(decisions=(Reviewed(contact=of_ben, about=(CAL,), upheld=True),)))
    later = (await do(runner, TakeContact(about=(BEN,)))).id
    assert await last(runner, thing_stream(later, AVA)) == ("ContactTaken", str(AVA), str(BEN))


async def test_the_childs_own_stream_is_the_kept_childs(runner):
    of_ben = (await do(runner, TakeContact(about=(BEN,)))).id
    await merge(runner, AVA, BEN)
    await do(runner, NoteCarer(about=(BEN, AVA)))
    await do(runner, NoteCarer(re=of_ben))
    await do(runner, NoteCarer(re=of_ben, about=(AVA,)))
    noted = await events(runner, child_stream(SERVICE, child_file, AVA))
    assert [(each.get("contact"), each["reviews"]) for each in noted] == [
        (None, 0),
        (str(of_ben), 1),
        (str(of_ben), 1),
    ]
    assert noted[1]["envelope"]["named"] == str(BEN)
    assert await names(runner, child_stream(SERVICE, child_file, BEN)) == []


async def test_a_stream_beside_is_found_under_each_id(runner):
    await do(runner, HoldConference(about=(BEN,)))
    await merge(runner, AVA, BEN)
    await do(runner, HoldConference(about=(AVA,)))
    assert await last(runner, episode_stream(SERVICE, conference, AVA, 1)) == (
        "ConferenceHeld",
        str(AVA),
        None,
    )
    assert await last(runner, episode_stream(SERVICE, plan, BEN, 1)) == ("PlanReviewed", str(BEN), str(AVA))
    await do(runner, EndPlan(about=(BEN,)))
    await do(runner, HoldConference(about=(AVA,)))
    assert await names(runner, episode_stream(SERVICE, plan, BEN, 1)) == [
        "PlanMade",
        "PlanReviewed",
        "PlanEnded",
    ]
    assert await names(runner, episode_stream(SERVICE, plan, AVA, 1)) == ["PlanMade"]


# -- and unmerged, at any moment


async def test_a_merge_that_arrives_while_a_command_is_under_way_has_it_decided_again(runners, monkeypatch):
    here, there = runners
    append = here.store.append

    async def meanwhile(request):
        monkeypatch.setattr(here.store, "append", append)
        await merge(there, AVA, BEN)
        return await append(request)

    monkeypatch.setattr(here.store, "append", meanwhile)
    await do(here, OfferCase(about=(BEN,), team=TEAM))
    assert await last(here, case_of(AVA)) == ("CaseOffered", str(AVA), str(BEN))
    assert await names(here, case_of(BEN)) == []


async def test_an_end_of_a_merge_that_arrives_meanwhile_too(runners, monkeypatch):
    here, there = runners
    await merge(here, AVA, BEN)
    append = here.store.append

    async def meanwhile(request):
        monkeypatch.setattr(here.store, "append", append)
        await unmerge(there, AVA, BEN)
        return await append(request)

    monkeypatch.setattr(here.store, "append", meanwhile)
    await do(here, OfferCase(about=(BEN,), team=TEAM))
    assert await last(here, case_of(BEN)) == ("CaseOffered", str(BEN), None)
    assert await names(here, case_of(AVA)) == []


async def test_a_refusal_decided_before_a_merge_was_heard_of_is_decided_again(runners):
    here, there = runners
    await do(here, OfferCase(about=(AVA,), team=TEAM))
    with pytest.raises(Refused, match="none is"):
        await do(there, CloseCase(about=(BEN,), team=TEAM))
    await merge(here, AVA, BEN)
    await do(there, CloseCase(about=(BEN,), team=TEAM))
    assert await last(there, case_of(AVA)) == ("CaseClosed", str(AVA), str(BEN))


@pytest.mark.parametrize("n", range(4))
async def test_whoever_comes_first_no_second_case_opens_once_two_are_known_to_be_one(runners, n):
    here, there = runners
    offers = [do(each, OfferCase(about=(child,), team=TEAM)) for each, child in ((here, AVA), (there, BEN))]
    merging = merge((here, there)[n % 2], AVA, BEN)
    both = await asyncio.gather(
        *([*offers, merging] if n < 2 else [merging, *offers]), return_exceptions=True
    )
    assert all(isinstance(each, Refused) for each in both if isinstance(each, Exception))
    rows = await here.store.pool.fetch(
        f"SELECT topic, state FROM {SERVICE}.events WHERE topic IN ('toy_kinds.CaseOffered', 'team.MergeKnown') "
        "ORDER BY notification_id"
    )
    told = [row["topic"] for row in rows]
    merged = told.index("team.MergeKnown")
    before, after = told[:merged].count("toy_kinds.CaseOffered"), told[merged:].count("toy_kinds.CaseOffered")
    assert after <= (0 if before else 1)


async def test_each_has_its_own_again_and_what_was_opened_meanwhile_stays_with_the_kept_one(runner):
    await do(runner, OfferCase(about=(BEN,), team=TEAM))
    await merge(runner, AVA, BEN)
    await do(runner, CloseCase(about=(AVA,), team=TEAM))
    await do(runner, OfferCase(about=(BEN,), team=TEAM))
    assert await last(runner, case_of(AVA)) == ("CaseOffered", str(AVA), str(BEN))
    await unmerge(runner, AVA, BEN)
    await do(runner, OfferCase(about=(BEN,), team=TEAM))
    assert await names(runner, case_of(BEN)) == ["CaseOffered", "CaseClosed"]
    assert await last(runner, case_of(BEN, 2)) == ("CaseOffered", str(BEN), None)
    with pytest.raises(Refused, match="a case is open"):
        await do(runner, OfferCase(about=(AVA,), team=TEAM))


async def test_people_may_be_told_of_under_each_id(runner):
    await merge(runner, AVA, BEN)
    for child, born in ((AVA, None), (BEN, date(2017, 2, 11))):
        told = KnowPerson(about=(child,), kind="child", born=born)
        await runner.run(told, toy_team.SERVICE, uuid4())
    known = await events(runner, child_stream(SERVICE, known_person, BEN))
    assert known[-1]["born"] == "2017-02-11"  # what People says of an id stays with that id


# -- what is open then


def look(kind: str = "", least: int = 1, **asked: Any) -> RaiseTaskWhereOpen:
    return RaiseTaskWhereOpen(
        about=(AVA,),
        role="mash_manager",
        reason="looked",
        regarding=asked.get("regarding", uuid4()),
        source="people",
        team=SERVICE,
        kind=kind,
        least=least,
    )


async def raised(runner: CommandHandler, command: RaiseTaskWhereOpen) -> list[str]:
    return list((await runner.run(command, toy_team.SERVICE, uuid4())).events)


async def test_two_open_of_a_kind_are_a_task_once_and_cases_of_two_teams_are_none(runner):
    for child, team in ((AVA, TEAM), (BEN, "safe_space")):
        await do(runner, OfferCase(about=(child,), team=team))
    await merge(runner, AVA, BEN)
    assert await raised(runner, look("case", 2)) == []
    await unmerge(runner, AVA, BEN)
    await do(runner, OfferCase(about=(BEN,), team=TEAM))
    assert await raised(runner, look("case", 2)) == []
    await merge(runner, AVA, BEN)
    once = uuid4()
    assert await raised(runner, look("case", 2, regarding=once)) == ["team.TaskRaised"]
    assert await raised(runner, look("case", 2, regarding=once)) == []
    assert await raised(runner, look("plan", 2)) == []


async def test_a_second_that_opens_while_it_is_looked_has_it_looked_at_again(runners, monkeypatch):
    here, there = runners
    await do(here, OfferCase(about=(AVA,), team=TEAM))
    await do(here, OfferCase(about=(BEN,), team=TEAM))
    await do(here, CloseCase(about=(BEN,), team=TEAM))
    append = here.store.append

    async def meanwhile(request):
        monkeypatch.setattr(here.store, "append", append)
        await do(there, OfferCase(about=(BEN,), team=TEAM))
        return await append(request)

    # Together with the merge, as the policy asks for both and they are appended as one.
    monkeypatch.setattr(here.store, "append", meanwhile)
    told = KnowMerge(about=(AVA, BEN), kept=AVA, others=(BEN,), told_at=10**9)
    session = here.reader()
    both = [await here.decide(each, here.team, uuid4(), session) for each in (told, look("case", 2))]
    reads = {stream: version for one in both for stream, version in one.reads.items()}
    written = {stream for one in both for stream in one.rows}
    request = AppendRequest(
        tuple(one.part(b"") for one in both if one.rows),
        tuple((stream, version) for stream, version in reads.items() if stream not in written),
    )
    with pytest.raises(Conflict):
        await here.store.append(request)


async def test_whatever_is_open_about_somebody_is_looked_at_under_each_id(runner):
    assert await raised(runner, look()) == []
    await do(runner, HoldConference(about=(BEN,)))
    assert await raised(runner, look()) == []
    await merge(runner, AVA, BEN)
    assert await raised(runner, look()) == ["team.TaskRaised"]
