"""What a service really took, through its inbox, is what verifying finds: whatever the broker, a fault or a person did."""

import random

import pytest

from shared.audit.log_check import Findings
from shared.audit.taken_check import check_taken
from tests.integration import toys as t
from tests.integration.test_inbox import WHO, close_gaps, disturbed, known
from tests.integration.test_own_end import alter
from tests.integration.toys import Team, Toys, child


@pytest.fixture
async def reader(toys: Toys) -> Team:
    return await toys.open("assessment")


async def found(mash: Team, reader: Team) -> list[str]:
    findings = Findings("mash")
    await check_taken("assessment", reader.pool, "mash", mash.pool, findings)
    return [str(each) for each in findings.items]


async def test_nothing_is_found_after_all_that_may_happen_on_the_way(toys, mash, reader):
    """Doubled, swapped and missing messages, two processes, events that nothing follows from, one that was left out."""
    other = await toys.open("assessment")
    await known(toys, reader, *range(4))
    await mash.say([(n % 4, n) for n in range(40)])
    await mash.do(t.Ponder(about=(child(1),)))
    published = await mash.published()
    for n, page in enumerate(disturbed(random.Random(7), published)):
        await (reader, other)[n % 2].inbox.take(page)
    assert await found(mash, reader) == []
    await close_gaps(reader, published)
    assert await found(mash, reader) == []
    t.BROKEN.add(41)
    await mash.say([(1, 41), (1, 42)])
    await reader.inbox.take((await mash.published())[-2:])
    assert await found(mash, reader) == []
    assert await reader.inbox.skip("mash", child(1), "told by telephone", WHO)
    assert await reader.waits() == (0, 0)
    assert await found(mash, reader) == []


async def test_what_was_altered_and_what_was_passed_over_is_found(toys, mash, reader):
    await known(toys, reader, 1, 2)
    await mash.say([(1, 1), (2, 2), (1, 3), (2, 4), (1, 5)])
    first, second, third, *_ = await mash.published()
    await reader.inbox.take([first, second, third])
    assert await found(mash, reader) == []
    await reader.pool.execute(
        "UPDATE assessment.inbox_heads SET position = 4 WHERE source = 'mash' AND key = $1", child(2)
    )
    dropped = await found(mash, reader)
    assert [each.split(", stream")[0] for each in dropped] == ["mash, position 4", "mash, position 4"]
    assert "moved over this event, which was never taken there" in dropped[0]
    assert "took another event from this position" in dropped[1]
    await alter(toys, 2)
    told = await found(mash, reader)
    assert told[0].startswith("mash, positions 2 to 3, stream ")
    assert "assessment took this event when it, or what stands before it, said something else" in told[0]
