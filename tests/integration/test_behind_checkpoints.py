"""A service whose database was put back to an older state, its head file and its topic with it: its checkpoints tell."""

import asyncio
from datetime import UTC, datetime

import pytest

from shared.audit.checkpoint import Checkpoint
from shared.audit.checkpoint_tables import CheckpointTables
from shared.audit.checkpointer import Checkpoints
from shared.audit.kept_elsewhere import as_kept, kept_elsewhere, key_of
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.topics import CHECKPOINT_TOPIC
from tests.integration.one_service import OneService, one_service

HEAD = "SELECT max(notification_id) FROM people.events"
TABLES = ("events", "commands", "checkpoints", "checkpoints_sent", "relay", "relay_acknowledged")


@pytest.fixture
async def people(toys_server, broker, tmp_path):
    async with one_service(toys_server, broker, tmp_path / "stack") as made:
        yield made


async def backed_up(people: OneService) -> None:
    for table in TABLES:
        await people.superuser.execute(f"CREATE TABLE backup_{table} AS SELECT * FROM people.{table}")


async def restored(people: OneService) -> None:
    """As from a backup of the database and of the keys beside it."""
    await people.superuser.execute("SET session_replication_role = replica")
    for table in TABLES:
        await people.superuser.execute(f"DELETE FROM people.{table}")
        await people.superuser.execute(f"INSERT INTO people.{table} SELECT * FROM backup_{table}")
    (people.layout.keys / "people.head").unlink()


async def a_restore_behind(people: OneService, broker) -> tuple[int, int]:
    """Its head now, and the position that was signed."""
    await people.start()
    people.children = [await people.register(f"Child {n}") for n in range(2)]
    await people.relayed()
    await people.stop()
    await backed_up(people)
    await people.start()
    await people.register("Child 2")
    await people.register("Child 3")
    await people.relayed()
    await people.stop()  # it signs at its end
    signed = await people.superuser.fetchval("SELECT max(last) FROM people.checkpoints")
    [last] = await people.superuser.fetch("SELECT * FROM people.checkpoints WHERE last = $1", signed)
    # The topic of People holds nothing any more (its days are over); that of the checkpoints keeps the last of each.
    await people.empty_topics(broker)
    await publish(broker.bootstrap, as_kept(Checkpoint.row("people", last), "mash"), key_of("people", "mash"))
    await restored(people)
    return await people.superuser.fetchval(HEAD), signed


async def publish(bootstrap: str, body: bytes, key: bytes) -> None:
    producer = await start_producer(bootstrap, idempotent=False)
    await producer.send_and_wait(CHECKPOINT_TOPIC, body, key=key)
    await abandon(producer)


async def test_it_takes_no_commands_says_what_is_missing_and_who_vouches_and_an_operator_decides(
    people, broker
):
    head, signed = await a_restore_behind(people, broker)
    assert signed > head
    await people.start(ready=False)
    answer = await people.number(people.children[0], status=503)
    assert (
        f"the log ends at {head}, and its own checkpoint, which mash has, knows of position {signed}"
        in answer
    )
    assert f"positions {head + 1} to {signed} are missing" in answer
    assert (await people.http.get(f"{people.url}/health/ready")).status_code == 503
    assert "mash" in (await people.progress())["not_ready"]["commands"]
    assert await people.superuser.fetchval(HEAD) == head
    assert (
        await people.superuser.fetchval("SELECT max(last) FROM people.checkpoints") == head
    )  # nor is it signed

    await people.accept("The disk was lost, and this is the best backup there is.")
    assert await people.number(people.children[0])
    assert (await people.http.get(f"{people.url}/health/ready")).status_code == 200
    await people.stop()
    await people.start()  # what was decided stays decided
    assert (await people.progress())["not_ready"] == {}
    assert "this is the best backup" in (people.layout.keys / "people.head").read_text()


async def test_where_nobody_vouches_it_starts_and_says_so(people, broker):
    await people.start()
    people.children = [await people.register("Child 0")]
    await people.relayed()
    await people.stop()
    await people.empty_topics(broker)
    (people.layout.keys / "people.head").unlink()
    await people.start()
    assert await people.number(people.children[0])
    assert "nobody vouches for the end of the log" in people.said


async def test_only_what_the_service_signed_itself_is_believed_and_the_last_of_each_counts(
    ledgers, broker, tmp_path
):
    made = [
        Checkpoint.row("mash", row)
        for row in await ledgers.superuser.fetch("SELECT * FROM mash.checkpoints ORDER BY last")
    ]
    stranger = ledgers.signers["people"]
    forged = stranger.sign(
        Checkpoint("mash", 61, 99, bytes(32), bytes(32), datetime.now(UTC), made[-1].digest)
    )
    for body, key in (
        (made[0].json(), key_of("mash")),
        (as_kept(made[1], "people"), key_of("mash", "people")),
        (made[2].json(), key_of("mash")),
        (as_kept(made[2], "chronology"), key_of("mash", "chronology")),
        (forged.json(), key_of("mash")),
        (b"not a checkpoint of mash", key_of("mash")),
        (b'{"service": "mash"}', key_of("mash")),
    ):
        await publish(broker.bootstrap, body, key)
    found = await kept_elsewhere(KafkaConnection(broker.bootstrap), "mash", ledgers.keys)
    assert [(each.position, each.digest, each.by) for each in found] == [
        (20, made[1].head, "its own checkpoint, which people has,"),
        (30, made[2].head, "its own checkpoint, which chronology and the topic has,"),
    ]
    assert await kept_elsewhere(KafkaConnection(broker.bootstrap), "people", ledgers.keys) == []


async def test_what_is_kept_of_others_is_published_at_the_start_and_harms_nobody(ledgers, broker):
    people = Checkpoints(
        CheckpointTables(ledgers.pools["people"], "people"),
        ledgers.signers["people"],
        ledgers.keys,
        KafkaConnection(broker.bootstrap),
        idempotent=False,
    )
    await people.start()
    async with asyncio.timeout(20):
        while not (found := await kept_elsewhere(KafkaConnection(broker.bootstrap), "mash", ledgers.keys)):
            await asyncio.sleep(0.1)
    await people.stop()
    assert [(each.position, each.by) for each in found] == [(60, "its own checkpoint, which people has,")]
    mash = ledgers.checkpoints("mash")
    [last] = await ledgers.superuser.fetch(
        "SELECT * FROM people.kept_checkpoints WHERE service = 'mash' AND last = 60"
    )
    await mash.keep([as_kept(Checkpoint.row("mash", last), "people")])
    assert mash.alarm is None
