"""What is looked over each night: once, from three in the morning in London, and again where it failed."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from shared.domain.instants import london
from shared.service.metrics import Metrics
from shared.service.nightly import Nightly, NightlyLook, Tally, next_night

BEFORE = london(2026, 10, 24, 22)


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = BEFORE

    def now(self) -> datetime:
        return self.at


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (
            london(2026, 10, 24, 22),
            datetime(2026, 10, 25, 2, tzinfo=UTC),
        ),  # an hour of this night occurs twice
        (london(2026, 3, 28, 22), datetime(2026, 3, 29, 3, tzinfo=UTC)),  # and one of this not at all
        (london(2026, 6, 1, 1), datetime(2026, 6, 1, 2, tzinfo=UTC)),
        (london(2026, 6, 1, 3), datetime(2026, 6, 2, 2, tzinfo=UTC)),
    ],
)
def test_the_night_is_three_hours_after_midnight_in_london(now, night):
    assert next_night(now) == night


async def test_it_looks_once_a_night_and_tells_what_it_found():
    hands, told, tries = Hands(), [], []

    async def look(_pool: Any, _chance: Random) -> Tally:
        tries.append(hands.at)
        if len(tries) == 1:
            raise ConnectionError
        return Tally(50, len(tries))

    nightly = Nightly(NightlyLook("live_records", look), None, hands, lambda *said: told.append(said))
    await nightly.step()
    assert not tries
    hands.at = BEFORE + timedelta(hours=7)
    with pytest.raises(ConnectionError):
        await nightly.step()
    await nightly.step()
    await nightly.step()
    assert told == [("live_records", 50, 2)]
    hands.at += timedelta(days=1)
    await nightly.step()
    assert told[1:] == [("live_records", 50, 3)]


def test_it_is_measured():
    metrics = Metrics("chronology")
    metrics.looked_over("live_records", 50, 2)
    found = {
        (sample.name, sample.value)
        for family in metrics._registry.collect()
        for sample in family.samples
        if sample.labels.get("look") == "live_records"
    }
    assert found == {("safeguarding_nightly_looked_over", 50), ("safeguarding_nightly_amiss", 2)}
