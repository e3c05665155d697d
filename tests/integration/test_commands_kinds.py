"""Every kind of stream a team may have, on a real log: who is written about, where it stands, what is refused."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
from shared.commands.wiring import BadWiring
from shared.domain.command import NotFound, Refused
from shared.team.known_people import KnowPerson
from tests.integration import toy_team
from tests.integration.conftest import SERVICE
from tests.integration.toy_access import access_to
from tests.integration.toy_kinds import (
    STREAMS,
    CloseCase,
    EndPlan,
    HoldConference,
    HoldMeeting,
    Minute,
    NoteCarer,
    OfferCase,
    PreparePanel,
    Reviewed,
    TakeContact,
    case,
    child_file,
    conference,
    plan,
)
from tests.integration.toy_team import AVA, BEN, CAL, STRANGER, do, events, names


@pytest.fixture
async def runner(open_store, clock, keys) -> CommandHandler:
    made = CommandHandler(
        SERVICE,
        STREAMS,
        agency="childrens_social_care",
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=toy_team.RULES,
        access=access_to(STREAMS),
        clock=clock,
    )
    for child in (AVA, BEN, CAL):
        await made.run(KnowPerson(about=(child,), kind="child"), toy_team.SERVICE, uuid4())
    return made


# -- about no child


async def test_a_meeting_is_about_no_child_and_found_by_its_id(runner):
    held = await do(runner, HoldMeeting(decisions=()))
    assert held.events == ("toy_kinds.MeetingHeld",)
    await do(runner, Minute(re=held.id))
    first, second = await events(runner, held.id)
    assert (first["name"], second["name"]) == ("MeetingHeld", "MinuteTaken")
    assert "child" not in first
    assert first["envelope"]["thing"] == str(held.id)
    for command, what in (
        (Minute(re=uuid4()), "there is no meeting"),
        (Minute(), "address it to its id"),
        (Minute(re=held.id, about=(AVA,)), "about no child"),
        (Minute(re=AVA), "there is no meeting"),
    ):
        with pytest.raises(NotFound, match=what):
            await do(runner, command)


async def test_a_panel_has_the_id_of_its_day(runner):
    first = await do(runner, PreparePanel(day=date(2026, 4, 9)))
    again = await do(runner, PreparePanel(day=date(2026, 4, 9)))
    other = await do(runner, PreparePanel(day=date(2026, 4, 16)))
    assert (first.id, again.events) == (again.id, ())
    assert other.id != first.id
    assert await names(runner, first.id) == ["PanelPrepared"]


async def test_a_thing_may_be_about_nobody_who_is_known(runner):
    taken = await do(runner, TakeContact())
    await do(runner, HoldMeeting(decisions=(Reviewed(contact=taken.id, upheld=True),)))
    assert await names(runner, taken.id) == ["ContactTaken", "DecisionReviewed"]


# -- one command over several things


async def test_a_meeting_writes_on_each_contact_one_event_for_each_child(runner):
    both, one = [(await do(runner, TakeContact(about=about))).id for about in ((AVA, BEN, CAL), (AVA,))]
    held = await do(
        runner,
        HoldMeeting(
            decisions=(
                Reviewed(contact=both, about=(AVA, BEN), upheld=True),
                Reviewed(contact=one, upheld=False),
            )
        ),
    )
    assert held.events == ("toy_kinds.MeetingHeld", *("toy_kinds.DecisionReviewed",) * 3)
    [meeting] = await events(runner, held.id)
    assert meeting["contacts"] == [str(both), str(one)]
    for thing, child, upheld, children in (
        (both, AVA, True, [AVA, BEN]),
        (both, BEN, True, [AVA, BEN]),
        (one, AVA, False, [AVA]),
    ):
        _, reviewed = await events(runner, thing_stream(thing, child))
        assert (reviewed["child"], reviewed["upheld"]) == (str(child), upheld)
        assert reviewed["children"] == [str(each) for each in children]
        assert reviewed["envelope"]["thing"] == str(thing)
    assert await names(runner, thing_stream(both, CAL)) == ["ContactTaken"]


async def test_it_stands_or_falls_whole(runner):
    one = (await do(runner, TakeContact(about=(AVA,)))).id
    await do(runner, HoldMeeting(decisions=(Reviewed(contact=one, upheld=True),)))
    head = await runner.store.head()
    fresh = (await do(runner, TakeContact(about=(BEN,)))).id
    with pytest.raises(Refused, match="reviewed already"):
        await do(
            runner,
            HoldMeeting(
                decisions=(Reviewed(contact=fresh, upheld=True), Reviewed(contact=one, upheld=False))
            ),
        )
    for decision, what in (
        (Reviewed(contact=uuid4(), upheld=True), "there is no contact"),
        (Reviewed(contact=fresh, about=(CAL,), upheld=True), "not part of this contact"),
        (Reviewed(contact=uuid4(), about=(CAL,), upheld=True), "there is no contact"),
        (Reviewed(contact=fresh, about=(STRANGER,), upheld=True), "not part of this contact"),
    ):
        with pytest.raises(NotFound, match=what):
            await do(runner, HoldMeeting(decisions=(decision,)))
    assert await runner.store.head() == head + 1


async def test_a_thing_named_twice_is_decided_on_what_was_decided_before(runner):
    one = (await do(runner, TakeContact(about=(AVA,)))).id
    with pytest.raises(Refused, match="reviewed already"):
        await do(
            runner,
            HoldMeeting(decisions=(Reviewed(contact=one, upheld=True), Reviewed(contact=one, upheld=False))),
        )
    await do(
        runner,
        HoldMeeting(decisions=(Reviewed(contact=one, upheld=True), Reviewed(contact=one, upheld=True))),
    )
    assert await names(runner, thing_stream(one, AVA)) == ["ContactTaken", *("DecisionReviewed",) * 2]


# -- an episode for each child and team


async def test_each_team_has_its_own_case_of_a_child(runner):
    for team in ("virtual_school", "youth_justice"):
        await do(runner, OfferCase(about=(AVA,), team=team))
    with pytest.raises(Refused, match="a case is open"):
        await do(runner, OfferCase(about=(AVA,), team="virtual_school"))
    await do(runner, CloseCase(about=(AVA,), team="virtual_school"))
    await do(runner, OfferCase(about=(AVA,), team="virtual_school"))
    first, second, other = (
        episode_stream(SERVICE, case, AVA, n, team)
        for n, team in ((1, "virtual_school"), (2, "virtual_school"), (1, "youth_justice"))
    )
    assert await names(runner, first) == ["CaseOffered", "CaseClosed"]
    assert await names(runner, second) == await names(runner, other) == ["CaseOffered"]
    await do(runner, CloseCase(re=other))
    assert await names(runner, other) == ["CaseOffered", "CaseClosed"]
    for command, what in (
        (CloseCase(about=(AVA,)), "say its team, or address it"),
        (CloseCase(re=uuid4()), "there is no case"),
        (CloseCase(re=second, about=(BEN,)), "not part of this case"),
        (CloseCase(re=child_stream(SERVICE, STREAMS[-1], AVA)), "there is no case"),
    ):
        with pytest.raises(NotFound, match=what):
            await do(runner, command)


# -- `re`, or about


async def test_what_may_refer_to_a_contact_stands_on_the_childs_own_stream(runner):
    taken = (await do(runner, TakeContact(about=(AVA, BEN)))).id
    await do(runner, HoldMeeting(decisions=(Reviewed(contact=taken, about=(AVA,), upheld=True),)))
    await do(runner, NoteCarer(about=(CAL,)))
    await do(runner, NoteCarer(re=taken))
    await do(runner, NoteCarer(re=taken, about=(BEN,)))
    noted = {
        child: await events(runner, child_stream(SERVICE, child_file, child)) for child in (AVA, BEN, CAL)
    }
    assert [(each.get("contact"), each["reviews"]) for each in noted[AVA]] == [(str(taken), 2)]
    assert [(each.get("contact"), each["reviews"]) for each in noted[BEN]] == [(str(taken), 1)] * 2
    assert [(each.get("contact"), each["reviews"]) for each in noted[CAL]] == [(None, 0)]
    assert noted[BEN][0]["envelope"]["thing"] == str(taken)
    assert noted[CAL][0]["envelope"]["thing"] == str(child_stream(SERVICE, child_file, CAL))
    for command, what in (
        (NoteCarer(), "say which children"),
        (NoteCarer(re=uuid4()), "there is no contact"),
        (NoteCarer(re=uuid4(), about=(AVA,)), "there is no contact"),
        (NoteCarer(re=taken, about=(CAL,)), "not part of this contact"),
    ):
        with pytest.raises(NotFound, match=what):
            await do(runner, command)


async def test_a_decision_knows_what_people_told_of_the_child(runner):
    born = KnowPerson(about=(CAL,), born=date(2016, 4, 8))
    await runner.run(born, toy_team.SERVICE, uuid4())
    await do(runner, NoteCarer(about=(CAL, BEN)))
    [cal], [ben] = [await events(runner, child_stream(SERVICE, child_file, child)) for child in (CAL, BEN)]
    assert (cal["age"], ben.get("age")) == (9, None)  # ten tomorrow; nobody has said


# -- a stream beside


def of_plan(n: int) -> UUID:
    return episode_stream(SERVICE, plan, AVA, n)


async def test_the_second_plan_is_never_written_onto_the_closed_first(runner):
    await do(runner, HoldConference(about=(AVA,)))
    await do(runner, HoldConference(about=(AVA,)))
    await do(runner, EndPlan(about=(AVA,)))
    await do(runner, HoldConference(about=(AVA,)))
    assert await names(runner, of_plan(1)) == ["PlanMade", "PlanReviewed", "PlanEnded"]
    assert await names(runner, of_plan(2)) == ["PlanMade"]
    [made] = await events(runner, of_plan(2))
    assert (made["child"], made["envelope"]["thing"]) == (str(AVA), str(of_plan(2)))
    assert await names(runner, episode_stream(SERVICE, conference, AVA, 3)) == ["ConferenceHeld"]
    await do(runner, HoldConference(about=(AVA,), again=True))
    assert await names(runner, of_plan(2)) == ["PlanMade", "PlanEnded"]
    assert await names(runner, of_plan(3)) == ["PlanMade"]
    await do(runner, EndPlan(about=(AVA,)))
    assert await names(runner, of_plan(3)) == ["PlanMade", "PlanEnded"]


async def test_of_two_conferences_at_once_one_makes_the_next_plan(runner):
    await do(runner, HoldConference(about=(AVA,)))
    await do(runner, EndPlan(about=(AVA,)))
    decided = await runner.decide(
        HoldConference(about=(AVA,)), toy_team.MANAGER, uuid4(), runner.reader(fresh=True)
    )
    assert decided.rows[of_plan(2)][0] == 0  # appended only where there is no second plan


async def test_an_episode_begins_with_what_opens_it_and_only_where_none_runs(runner):
    with pytest.raises(BadWiring, match="PlanReviewed cannot begin a plan"):
        await do(runner, HoldConference(about=(AVA,), careless=True))
    with pytest.raises(BadWiring, match="Forgotten stands on no stream"):
        await do(runner, HoldConference(about=(AVA,), forgetful=True))
    with pytest.raises(BadWiring, match="ContactTaken stands on contact, which HoldConference did not find"):
        await do(runner, HoldConference(about=(AVA,), astray=True))
    await do(runner, HoldConference(about=(AVA,)))
    with pytest.raises(BadWiring, match="PlanMade opens a plan where one is open"):
        await do(runner, HoldConference(about=(AVA,), careless=True))
