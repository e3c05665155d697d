"""A service that is stopped signs what it wrote last, so that nothing lies unsigned while it stands still."""

from tests.integration.one_service import one_service

SIGNED = "SELECT coalesce(max(last), 0) FROM people.checkpoints"
HEAD = "SELECT max(notification_id) FROM people.events"


async def test_what_was_written_last_is_signed_and_published_when_it_stops(toys_server, broker, tmp_path):
    async with one_service(toys_server, broker, tmp_path / "stack") as people:
        await people.start()
        await people.register("Ava Hill")
        await people.register("Ben Hill")  # within the minute that it waits for more to sign
        await people.stop()
        head = await people.superuser.fetchval(HEAD)
        assert head >= 2
        assert await people.superuser.fetchval(SIGNED) == head
        assert await people.superuser.fetchval("SELECT last FROM people.checkpoints_sent") == head


async def test_a_stop_while_the_broker_is_away_signs_all_the_same(toys_server, broker, tmp_path):
    async with one_service(toys_server, broker, tmp_path / "stack") as people:
        await people.start()
        await people.register("Ava Hill")
        await people.register("Ben Hill")
        broker.stop()
        await people.stop()
        assert people.process is not None
        assert people.process.returncode == 0
        assert await people.superuser.fetchval(SIGNED) == await people.superuser.fetchval(HEAD)
