"""What a process wrote last is compared before it writes more: a row altered meanwhile is found at the very next event."""

from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from shared.crypto.hash_chain import GENESIS, content, link
from shared.eventstore.gate import TakesNoCommands
from tests.integration.toys import Note, Team, Toys, child


async def alter_rows(
    superuser: asyncpg.Connection, service: str, position: int, fields: dict[str, Any]
) -> None:
    """As the owner of the database would: another open part, and every digest from there on made anew."""
    await superuser.execute("SET session_replication_role = replica")
    rows = await superuser.fetch(
        f"SELECT * FROM {service}.events WHERE notification_id >= $1 ORDER BY notification_id", position
    )
    before = f"SELECT digest FROM {service}.events WHERE notification_id = $1"
    digest = await superuser.fetchval(before, position - 1) or GENESIS
    for row in rows:
        at, state = row["notification_id"], row["state"]
        if at == position:
            state = orjson.dumps(orjson.loads(state) | fields)
        place = (at, row["originator_id"], row["originator_version"])
        digest = link(digest, content(*place, row["topic"], row["recorded_at"], state, row["sealed"]))
        await superuser.execute(
            f"UPDATE {service}.events SET state = $1, digest = $2 WHERE notification_id = $3",
            state,
            digest,
            at,
        )


async def alter(toys: Toys, position: int) -> None:
    connection = await asyncpg.connect(toys.server.dsn(toys.database))
    await alter_rows(connection, "mash", position, {"n": 99})
    await connection.close()


@pytest.mark.parametrize("who", [1, 2], ids=["the same child", "another child"])
@pytest.mark.parametrize("position", [2, 3], ids=["not the last row", "the last row"])
async def test_a_row_altered_with_its_digest_made_anew_is_found_at_the_next_event(
    toys: Toys, mash: Team, who, position
):
    await mash.say([(1, 1), (1, 2), (1, 3)])
    await alter(toys, position)
    for _ in range(2):
        with pytest.raises(TakesNoCommands, match="position 3 of the log is not what was written there"):
            await mash.say([(who, 4)])
    assert list(mash.store.gate.reasons) == ["own end"]
    assert await mash.store.head() == 3


async def test_also_after_a_command_that_wrote_nothing_and_while_another_process_writes(
    toys: Toys, mash: Team
):
    other = await toys.open("mash")
    await mash.say([(1, 1)])
    await other.say([(2, 2)])
    await alter(toys, 1)
    with pytest.raises(TakesNoCommands, match="position 1 of the log"):
        await mash.say([(3, 3)])
    with pytest.raises(TakesNoCommands, match="position 2 of the log"):
        await other.say([(3, 3)])


async def test_a_row_that_was_taken_away_is_found_too(toys: Toys, mash: Team):
    await mash.say([(1, 1), (1, 2)])
    connection = await asyncpg.connect(toys.server.dsn(toys.database))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("DELETE FROM mash.events WHERE notification_id = 2")
    await connection.close()
    with pytest.raises(TakesNoCommands, match="position 2 of the log"):
        await mash.say([(1, 3)])


async def test_two_processes_that_write_in_turn_find_nothing(toys: Toys, mash: Team):
    other = await toys.open("mash")
    for n in range(10):
        await (mash, other)[n % 2].say([(n % 3, n)])
        await mash.runner.run(Note(about=(child(5),), n=n), mash.runner.team, uuid4())
    assert not mash.store.gate.reasons
    assert not other.store.gate.reasons
    assert mash.store.own_end.position >= 19
