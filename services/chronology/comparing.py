"""Holds the live read tables of children against what their records give: of one child when asked, of a sample each night."""

from collections.abc import Sequence
from random import Random
from typing import Final
from uuid import UUID

import asyncpg

from services.chronology.disclosures import disclosures
from services.chronology.glass import glass
from services.chronology.past import VIEWS
from services.chronology.replay import SERVICE
from shared.audit.live_compare import Difference, compare, sample
from shared.audit.replay import same_person_at
from shared.eventstore.reader import head
from shared.service.nightly import NightlyLook, Tally

COMPARED: Final = (*VIEWS, glass, disclosures)
"""The views that say what is shown of a child, and to whom."""

SAMPLE: Final = 50
"""Children of a night."""


async def compare_child(pool: asyncpg.Pool, ids: Sequence[UUID]) -> tuple[int, list[Difference]]:
    """The rows about one child that are not as the log gives them, and as of which position. Raises as `compare`."""
    return await compare(pool, SERVICE, COMPARED, ids)


async def _look(pool: asyncpg.Pool, chance: Random) -> Tally:
    amiss = 0
    children = await sample(pool, SERVICE, SAMPLE, chance)
    for child in children:
        same, _ = await same_person_at(pool, SERVICE, child, await head(pool, SERVICE))
        _, found = await compare_child(pool, same.ids)
        amiss += bool(found)
    return Tally(len(children), amiss)


LIVE_RECORDS: Final = NightlyLook("live_records", _look)
"""Each night: of how many of a sample of children what is shown is not what the log gives."""
