"""A team behind a wall, on a real log: of what every team has, nothing crosses; and `verify` knows it."""

from uuid import uuid4

import pytest

from deploy.cli.verifying import contract
from services import all_teams
from shared.audit.checkpoint import PublicKeys
from shared.audit.verify import verify_log
from shared.commands.handler import CommandHandler
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.known_people import KnowPerson
from tests.integration import toy_team
from tests.integration.toy_access import access_to
from tests.integration.toy_team import AVA, HOUR, START, do
from tests.walled_team import WALLED

NO_KEYS = PublicKeys({})


@pytest.fixture(params=[False, True], ids=["open", "walled"])
async def team(request, open_store, clock, keys) -> tuple[CommandHandler, bool]:
    """A team, with no wall and behind one; what it writes is the same: a contact, its clock, corrections."""
    handler = CommandHandler(
        "mash",
        toy_team.STREAMS,
        agency="childrens_social_care",
        store=await open_store(clock=clock, keys=keys),
        keys=keys,
        rules=toy_team.RULES,
        access=access_to(toy_team.STREAMS),
        clock=clock,
        walled=request.param,
    )
    await handler.run(KnowPerson(about=(AVA,), kind="child"), toy_team.SERVICE, uuid4())
    clock.move_to(START)
    contact = (await do(handler, toy_team.Receive(about=(AVA,), words="Hungry."))).id
    noted = uuid4()
    await do(handler, toy_team.Note(re=contact), id=noted)
    clock.move_to(START + 30 * HOUR)
    vary = VaryDeadline(re=contact, rule="M1", due=START + 60 * HOUR, reason="The school is closed.")
    await do(handler, vary)
    await do(handler, CorrectRecord(re=contact, reason="It was later.", right_happened=START - HOUR))
    await do(handler, CorrectRecord(re=noted, reason="Made up.", withdrawn=True))
    return handler, request.param


async def crossing(handler: CommandHandler) -> list[tuple[str, bool]]:
    """Each event that stands there, and whether it is relayed: it has a key."""
    rows = await handler.store.pool.fetch(
        "SELECT topic, key IS NOT NULL AS relayed FROM mash.events ORDER BY notification_id"
    )
    return [(row["topic"], row["relayed"]) for row in rows if row["topic"] != "team.PersonKnown"]


async def test_what_every_team_has_stays_behind_the_wall(team: tuple[CommandHandler, bool]) -> None:
    handler, walled = team
    assert await crossing(handler) == [
        ("test_commands.Received", True),
        ("test_commands.Noted", False),
        ("team.DeadlineMissed", not walled),
        ("team.DeadlineVaried", not walled),
        ("team.RecordCorrected", not walled),
        # What was corrected here never crossed, so neither does the correction, which carries it whole.
        ("team.RecordCorrected", False),
    ]


async def test_verify_knows_what_may_cross(team: tuple[CommandHandler, bool]) -> None:
    handler, walled = team
    pools = {"mash": handler.store.pool}
    assert (await verify_log("mash", pools, NO_KEYS, contract(walled=walled))).findings == []
    wrong = (await verify_log("mash", pools, NO_KEYS, contract(walled=not walled))).findings
    assert {(each.first, each.last) for each in wrong} == {(4, 6)}
    assert "the column key is not what the event itself says" in wrong[0].what


def test_a_team_says_itself_that_it_stands_behind_a_wall() -> None:
    assert WALLED.topic.walled
    assert [team.name for team in all_teams() if team.topic.walled] == ["lado"]
