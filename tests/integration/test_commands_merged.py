"""After a merge several ids mean one child: which stream a command then stands on, and which id its events keep."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

import pytest

from shared.commands.aliases import SamePerson
from shared.commands.handler import CommandHandler
from shared.commands.stream_ids import child_stream, episode_stream, thing_stream
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


class Merged:
    """Who was merged: a made-up resolver."""

    def __init__(self) -> None:
        self.people: dict[UUID, SamePerson] = {}

    def merge(self, kept: UUID, *others: UUID) -> None:
        self.people |= dict.fromkeys((kept, *others), SamePerson(kept, others))

    async def of(self, people: Iterable[UUID]) -> Mapping[UUID, SamePerson]:
        return {person: self.people[person] for person in people if person in self.people}


@pytest.fixture
def merged() -> Merged:
    return Merged()


@pytest.fixture
async def runner(open_store, clock, keys, merged) -> CommandHandler:
    made = CommandHandler(
        SERVICE,
        STREAMS,
        agency="childrens_social_care",
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=toy_team.RULES,
        access=access_to(STREAMS),
        clock=clock,
        aliases=merged,
    )
    for child in (AVA, BEN, CAL):
        await made.run(KnowPerson(about=(child,), kind="child"), toy_team.SERVICE, uuid4())
    return made


def case_of(child: UUID, n: int = 1) -> UUID:
    return episode_stream(SERVICE, case, child, n, TEAM)


async def last(runner: CommandHandler, stream_id: UUID) -> tuple[str, str, str | None]:
    """The last event of a stream: its name, whom it is about, and the other id that the child was named by."""
    event = (await events(runner, stream_id))[-1]
    return event["name"], event["child"], event["envelope"].get("named")


async def test_of_two_open_the_kept_childs_own_is_meant(runner, merged):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    merged.merge(AVA, BEN)
    await do(runner, CloseCase(about=(BEN,), team=TEAM))
    assert await last(runner, case_of(AVA)) == ("CaseClosed", str(AVA), str(BEN))
    assert await last(runner, case_of(BEN)) == ("CaseOffered", str(BEN), None)
    await do(runner, CloseCase(about=(AVA,), team=TEAM))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(AVA))
    with pytest.raises(Refused, match="none is"):
        await do(runner, CloseCase(about=(AVA,), team=TEAM))


async def test_else_the_one_opened_first(runner, merged):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    merged.merge(CAL, AVA, BEN)
    with pytest.raises(Refused, match="a case is open"):
        await do(runner, OfferCase(about=(CAL,), team=TEAM))
    await do(runner, CloseCase(about=(CAL,), team=TEAM))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(CAL))
    assert await names(runner, case_of(AVA)) == ["CaseOffered"]
    await do(runner, CloseCase(about=(CAL, AVA), team=TEAM))  # one child, named twice
    assert await names(runner, case_of(AVA)) == ["CaseOffered", "CaseClosed"]
    await do(runner, OfferCase(about=(AVA,), team=TEAM))
    assert await last(runner, case_of(CAL)) == ("CaseOffered", str(CAL), str(AVA))


async def test_re_the_episode_chooses(runner, merged):
    for child in (BEN, AVA):
        await do(runner, OfferCase(about=(child,), team=TEAM))
    merged.merge(AVA, BEN)
    await do(runner, CloseCase(re=case_of(BEN), about=(AVA,)))
    assert await last(runner, case_of(BEN)) == ("CaseClosed", str(BEN), str(AVA))
    assert await names(runner, case_of(AVA)) == ["CaseOffered"]
    with pytest.raises(NotFound, match="not part of this case"):
        await do(runner, CloseCase(re=case_of(AVA), about=(CAL,)))


async def test_a_thing_stays_about_the_child_it_was_opened_for(runner, merged):
    of_ben = (await do(runner, TakeContact(about=(BEN,)))).id
    of_both = (await do(runner, TakeContact(about=(AVA, BEN)))).id
    merged.merge(AVA, BEN)
    decisions = tuple(Reviewed(contact=each, about=(AVA,), upheld=True) for each in (of_ben, of_both))
    await do(runner, HoldMeeting(decisions=decisions))
    assert await last(runner, thing_stream(of_ben, BEN)) == ("DecisionReviewed", str(BEN), str(AVA))
    assert await last(runner, thing_stream(of_both, AVA)) == ("DecisionReviewed", str(AVA), None)
    assert await names(runner, thing_stream(of_both, BEN)) == ["ContactTaken"]
    with pytest.raises(NotFound, match="not part of this contact"):
        await do(runner, HoldMeeting(decisions=(Reviewed(contact=of_ben, about=(CAL,), upheld=True),)))
    later = (await do(runner, TakeContact(about=(BEN,)))).id
    assert await last(runner, thing_stream(later, AVA)) == ("ContactTaken", str(AVA), str(BEN))


async def test_the_childs_own_stream_is_the_kept_childs(runner, merged):
    of_ben = (await do(runner, TakeContact(about=(BEN,)))).id
    merged.merge(AVA, BEN)
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


async def test_a_stream_beside_is_found_under_each_id(runner, merged):
    await do(runner, HoldConference(about=(BEN,)))
    merged.merge(AVA, BEN)
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
