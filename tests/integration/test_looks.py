"""The record of who looked, read back: by child, over a time, and how who looked stood to the child, out of a real log (E4)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from deploy.review.looks import Known, Look
from deploy.review.rules import findings, read_rules
from services.chronology.codes import AccessRule
from shared.access.access_log import AccessLog
from shared.access.access_row import Attempt, Sight
from shared.access.looks import Asked, looks_at, looks_between, shown_look, standing_of
from shared.domain.actors import Actor
from shared.team.known_people import KnowPerson
from tests.integration.toys import Team, child
from tests.unit.review.ordinary import ordinary
from tests.unit.review.test_rules import SEED, seeded

BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


class AsLooked:
    """The clock of the service, which stood where each look says."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        return self.at


def attempt(look: Look) -> Attempt:
    return Attempt(
        Actor(look.person, "", look.role, look.agency, look.organisation),
        look.action,
        look.purpose,
        look.outcome,
        look.children,
        rules=("E9",) if look.outcome == "refused" else (),
        sight=Sight(len(look.children)) if look.outcome == "shown" else None,
    )


@dataclass
class Written:
    """What was looked at, as the record has it, and what was known of each look."""

    looks: list[Look]
    known: dict[tuple[UUID, datetime, tuple[UUID, ...]], Known]

    def of(self, look: Look) -> Known:
        return self.known[look.person, look.at, look.children]


@pytest.fixture
async def written(mash: Team) -> AsyncIterator[Written]:
    """A thousand ordinary looks and one of each kind that is not, in the table of one service."""
    looks, known = ordinary(1000, SEED)
    odd, known_of_odd = seeded()
    clock = AsLooked()
    log = AccessLog(mash.pool, mash.name, clock)
    await log.start()
    every = sorted([*looks, *odd], key=lambda look: look.at)
    for look in every:
        clock.at = look.at
        await log.record(attempt(look))
    await log.stop()
    yield Written(
        every,
        {(look.person, look.at, look.children): one for look, one in {**known, **known_of_odd}.items()},
    )


async def test_the_review_reads_its_findings_out_of_the_record_itself(mash: Team, written: Written) -> None:
    rows = await looks_between(mash.pool, mash.name, BEGIN, END, None, 5000)
    looks = [Look.of(shown_look(mash.name, row)) for row in rows]
    assert len(looks) == len(written.looks)
    known = {look: written.of(look) for look in looks if look.opened is not None}
    found = findings(looks, known.__getitem__, read_rules())
    assert sorted(one.rule for one in found) == sorted(AccessRule)
    assert {one.look.person for one in found} == {UUID(int=n) for n in range(501, 507)}


async def test_page_by_page_the_record_is_the_whole_once(mash: Team, written: Written) -> None:
    everything = await looks_between(mash.pool, mash.name, BEGIN, END, None, 5000)
    place, paged = None, []
    while rows := await looks_between(mash.pool, mash.name, BEGIN, END, place, 300):
        paged += rows
        place = (rows[-1]["recorded_at"], rows[-1]["position"])
    assert [row["position"] for row in paged] == [row["position"] for row in everything]
    own = written.looks[3].children[0]
    of_child = await looks_at(mash.pool, mash.name, [own], None, 5000)
    assert [row["position"] for row in of_child] == [
        row["position"] for row in reversed(everything) if own in row["children"]
    ]
    middle = of_child[len(of_child) // 2]
    rest = await looks_at(mash.pool, mash.name, [own], (middle["recorded_at"], middle["position"]), 5000)
    assert rest == of_child[len(of_child) // 2 + 1 :]


async def test_how_somebody_stood_to_a_child_is_as_it_was_when_they_looked(mash: Team) -> None:
    await mash.say([(1, 1), (1, 2)])
    [row] = await mash.pool.fetch(
        "SELECT convert_from(state, 'UTF8')::json #>> '{envelope,actor}' AS actor, "
        "convert_from(state, 'UTF8')::json #>> '{envelope,agency}' AS agency, recorded_at FROM mash.events LIMIT 1"
    )
    at, actor, agency = row["recorded_at"], UUID(row["actor"]), row["agency"]
    asked = Asked(actor, agency, None, child(1), at + timedelta(hours=1))
    stranger = UUID(int=4711)
    looks = [
        asked,
        replace(asked, person=stranger),
        replace(asked, person=stranger, agency="police"),
        replace(asked, child=child(2)),
        replace(asked, at=at - timedelta(hours=23)),  # they acted on what they read
        replace(asked, at=at - timedelta(days=2)),  # only long after
        replace(asked, person=stranger, at=at + timedelta(days=366)),
        replace(asked, organisation="Elm School"),
    ]
    found = await standing_of(mash.pool, mash.name, looks)
    assert [(one.named, one.team, one.agency) for one in found] == [
        (True, True, True),
        (False, True, True),
        (False, True, False),
        (False, False, False),
        (True, True, True),
        (False, False, False),
        (False, False, False),
        (True, True, False),
    ]
    assert [one.recorded is not None for one in found] == [True, True, True, False, False, False, True, True]


async def test_what_every_child_has_is_no_reason_to_look(mash: Team) -> None:
    """That a team was told of a child says nothing of whether it works with them."""
    await mash.do(KnowPerson(about=(child(3),), kind="child"))
    assert await mash.store.head() == 1
    [found] = await standing_of(
        mash.pool,
        mash.name,
        [Asked(UUID(int=1), "childrens_social_care", None, child(3), datetime.now(UTC) + timedelta(hours=1))],
    )
    assert (found.named, found.team, found.agency, found.recorded) == (False, False, False, None)
