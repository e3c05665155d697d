"""A row that was altered before it was signed, with its digest made anew, while the service was dead: found at its start."""

import pytest

from tests.integration.one_service import OneService, one_service
from tests.integration.test_own_end import alter_rows

SIGNED = "SELECT coalesce(max(last), 0) FROM people.checkpoints"
HEAD = "SELECT max(notification_id) FROM people.events"


@pytest.fixture
async def people(toys_server, broker, tmp_path):
    async with one_service(toys_server, broker, tmp_path / "stack") as made:
        yield made


def head_file(people: OneService):
    return people.layout.keys / "people.head"


async def killed_and_altered(people: OneService, position: int = 0) -> None:
    """Three children are registered, the process is killed, and the last row (or another) says something else."""
    await people.start()
    people.children = [await people.register(f"Child {n}") for n in range(3)]
    await people.relayed()
    await people.written()
    people.kill()
    head = await people.superuser.fetchval(HEAD)
    await alter_rows(people.superuser, "people", position or head, {"born": "2001-02-11"})


@pytest.mark.parametrize("which", [-1, 0], ids=["of the same child", "of another child"])
@pytest.mark.parametrize("witness", ["both", "the head file", "the topic"])
async def test_it_is_found_whatever_the_next_event_is_about(people, broker, witness, which):
    await killed_and_altered(people)
    if witness == "the topic":
        head_file(people).unlink()
    elif witness == "the head file":
        broker.stop()
    signed = await people.superuser.fetchval(SIGNED)
    await people.start(ready=False)
    answer = await people.number(people.children[which], status=503)
    assert "is not what its" in answer
    assert ("its head file says" in answer) is (witness != "the topic")
    assert ("its own topic says" in answer) is (witness != "the head file")
    assert (await people.http.get(f"{people.url}/health/ready")).status_code == 503
    assert "it takes no commands" in (await people.progress())["not_ready"]["commands"]
    assert 'safeguarding_not_ready{part="commands",service="people"} 1.0' in await people.metrics()
    await people.stop()
    assert await people.superuser.fetchval(SIGNED) == signed  # nor is the forgery signed at the end


async def test_a_forged_message_on_its_topic_keeps_no_service_from_its_work(people, broker):
    """Somebody with the broker says that a position said something else: they hold no key, and are not believed."""
    await people.start()
    child = await people.register("Ava Hill")
    await people.relayed()
    people.kill()
    await people.forge_last_message(broker)
    await people.start()
    assert "not authentic on own topic" in people.said
    await people.number(child)


async def test_a_row_before_the_last_and_a_row_taken_away_are_found_too(people):
    await killed_and_altered(people, position=2)
    await people.start(ready=False)
    assert "is not what its head file says it was" in await people.number(people.children[0], status=503)
    people.kill()
    await people.superuser.execute("SET session_replication_role = replica")
    await people.superuser.execute(
        "DELETE FROM people.events WHERE notification_id = (SELECT max(notification_id) FROM people.events)"
    )
    await people.start(ready=False)
    answer = await people.number(people.children[0], status=503)
    assert "the log ends at 2, and its head file knows of position 3" in answer


async def test_a_log_that_is_as_it_was_goes_on_and_the_head_file_follows(people):
    await people.start()
    child = await people.register("Ava Hill")
    await people.written()
    people.kill()
    await people.start()
    await people.number(child)
    await people.stop()
    head = await people.superuser.fetchrow(
        "SELECT notification_id, encode(digest, 'hex') AS digest FROM people.events ORDER BY 1 DESC LIMIT 1"
    )
    assert people.known_end() == (head["notification_id"], head["digest"])
    assert head_file(people).stat().st_mode & 0o077 == 0


async def test_where_nobody_vouches_it_starts_and_says_so(people, broker):
    await people.start()
    await people.register("Ava Hill")
    await people.stop()
    head_file(people).unlink()
    await people.empty_topics(broker)
    await people.start()
    assert "nobody vouches for the end of the log" in people.said
    await people.register("Ben Hill")


async def test_an_operator_goes_on_with_a_log_that_was_restored(people):
    await killed_and_altered(people)
    await people.superuser.execute("SET session_replication_role = replica")
    await people.superuser.execute("DELETE FROM people.events WHERE notification_id = 3")
    await people.superuser.execute("DELETE FROM people.commands WHERE first = 3")
    await people.superuser.execute("UPDATE people.relay SET position = 2")
    await people.start(ready=False)
    assert "the log ends at 2" in await people.number(people.children[0], status=503)
    assert await people.accept("The server's disk was lost; this is last night's backup.") == {"position": 2}
    await people.number(people.children[0])
    await people.written()
    people.kill()
    await people.start()
    await people.register("Ben Hill")
    assert "last night's backup" in head_file(people).read_text()
    assert await people.accept("Again.", status=409) is None


async def test_a_relay_beyond_the_log_takes_no_commands(people):
    await people.start()
    child = await people.register("Ava Hill")
    await people.relayed()
    people.kill()
    await people.superuser.execute("UPDATE people.relay SET position = 999999")
    await people.start(ready=False)
    assert "the relay stands at 999999, beyond the end of the log at 1" in await people.number(
        child, status=503
    )


async def test_a_relay_moved_beyond_the_log_while_the_service_runs(people):
    """It is noticed when the relay connects again: from then on nothing is written that would never be published."""
    await people.start()
    child = await people.register("Ava Hill")
    await people.relayed()
    await people.superuser.execute("UPDATE people.relay SET position = 5")
    await people.cut_off()
    await people.until_not_ready()
    assert "the relay stands at 5, beyond the end of the log at 1" in await people.number(child, status=503)


async def test_a_head_file_that_is_none_is_told(people):
    await people.start()
    child = await people.register("Ava Hill")
    await people.stop()
    head_file(people).write_text("{}")
    await people.start(ready=False)
    assert "the head file people.head cannot be read" in await people.number(child, status=503)
