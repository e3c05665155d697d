"""Who was erased is erased in a service for good: their key, what waits of them, again after a restore; and facts still come in."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.crypto.key_store import KeyStore
from shared.crypto.transport_keys import Content
from shared.eventstore.append import SubjectErased
from shared.messaging.authentication import open_message
from shared.projections.views import Views
from shared.service.erasing import Erasing
from shared.team.erasure import erasure_list
from shared.team.known_people import KnowErasure
from tests.integration import toys as t
from tests.integration.toys import Appear, Copy, Team, child


@pytest.fixture
async def reader(toys) -> Team:
    """Knows children 1 to 3."""
    team, people = await toys.open("assessment"), await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in (1, 2, 3)))
    await team.inbox.take(await people.published())
    return team


@pytest.fixture
async def views(reader: Team) -> AsyncIterator[Views]:
    following = Views(reader.pool, reader.name, [erasure_list()])
    await following.prepare()
    await following.start()
    yield following
    await following.stop()


def erasing(team: Team) -> Erasing:
    return Erasing(team.inbox.tables, team.name, team.keys, team.transport)


async def told(reader: Team, views: Views, who: int) -> None:
    """The team is told that somebody was erased, and its list has it."""
    await reader.do(KnowErasure(about=(child(who),), basis="upheld_request"))
    assert await views.wait_for("erasures", await reader.store.head(), timeout=10)


async def words(reader: Team) -> list[bytes | None]:
    rows = await reader.pool.fetch(
        "SELECT sealed, event_id FROM assessment.events WHERE topic = 'toys.Copied' ORDER BY notification_id"
    )
    return reader.keys.open_many([(row["sealed"], row["event_id"]) for row in rows])


async def test_their_key_is_destroyed_and_no_other_and_once(reader: Team, views: Views, mash: Team) -> None:
    await mash.say([(1, 1), (2, 2)])
    await reader.inbox.take(await mash.published())
    await told(reader, views, 1)
    assert await words(reader) == [b'{"words":"name 1"}', b'{"words":"name 2"}']
    erasure = erasing(reader)
    assert await erasure.erase_all() == 1
    assert await words(reader) == [None, b'{"words":"name 2"}']
    assert await erasure.erase_all() == 0
    assert await erasing(reader).erase_all() == 0
    assert datetime.now(UTC) - reader.keys.erased([child(1)])[child(1)] < timedelta(minutes=1)
    await told(reader, views, 1)  # told again by whom it was not heard: it is so already
    assert await reader.pool.fetchval("SELECT count(*) FROM assessment_views.erasures") == 1


async def test_a_key_store_from_before_the_erasure_is_erased_again_at_the_start(
    reader: Team, views: Views, mash: Team, tmp_path
) -> None:
    await mash.say([(1, 1)])
    await reader.inbox.take(await mash.published())
    shutil.copy(reader.keys.path, tmp_path / "backup.keys")
    await told(reader, views, 1)
    await erasing(reader).erase_all()
    shutil.copy(tmp_path / "backup.keys", tmp_path / "restored.keys")
    restored = KeyStore(tmp_path / "restored.keys", bytes(32))
    try:
        assert restored.lacking([child(1)]) == set()  # the backup has undone it
        service = Erasing(reader.inbox.tables, reader.name, restored, reader.transport)
        await service.start()
        await service.stop()
        assert restored.lacking([child(1)]) == {child(1)}
        assert restored.erased([child(1)])
        restored.make([child(1)])
        assert restored.lacking([child(1)]) == {child(1)}  # and makes them no new one
    finally:
        restored.close()


async def test_while_it_runs_it_follows_the_list(reader: Team, views: Views, mash: Team) -> None:
    await mash.say([(1, 1)])
    await reader.inbox.take(await mash.published())
    service = erasing(reader)
    await service.start()
    await told(reader, views, 1)
    service.wake()

    async def gone() -> bool:
        return child(1) in reader.keys.erased([child(1)])

    await t.until(gone)
    await service.stop()


async def test_what_is_told_of_them_later_is_taken_without_its_words_and_stops_nothing(
    reader: Team, views: Views, mash: Team
) -> None:
    await told(reader, views, 1)
    await erasing(reader).erase_all()
    await mash.say([(1, 1), (2, 2), (1, 3)])
    await reader.inbox.take(await mash.published())
    assert await reader.waits() == (0, 0)
    assert await reader.copied() == {child(1): [1, 3], child(2): [2]}
    assert await words(reader) == [None, b'{"words":"name 2"}', None]
    rows = await reader.pool.fetch("SELECT sealed FROM assessment.events WHERE child = $1", child(1))
    assert all(row["sealed"] is None for row in rows)


async def test_what_a_person_writes_of_them_is_refused(reader: Team, views: Views) -> None:
    await told(reader, views, 1)
    await erasing(reader).erase_all()
    with pytest.raises(SubjectErased):
        await reader.do(Copy(about=(child(1),), n=1, words="She is back."))


async def test_the_words_of_what_waits_are_taken_out_and_the_message_is_taken_later(
    reader: Team, views: Views, mash: Team
) -> None:
    """They lie under the topic's key, which outlives theirs: one is parked, one held behind it, one of another child."""
    t.BROKEN.add(1)
    await mash.say([(1, 1), (1, 2), (2, 3)])
    published = await mash.published()
    await reader.inbox.take([published[0], published[1]])
    assert await reader.waits() == (1, 1)

    async def waiting() -> list[tuple[bytes | None, int]]:
        rows = await reader.pool.fetch(
            "SELECT headers, body FROM assessment.parked UNION ALL SELECT headers, body FROM assessment.inbox_held"
        )
        opened = [open_message(t.orjson.loads(row["headers"]), row["body"], reader.transport) for row in rows]
        return [(one.text, one.sealed[1]) for one in opened]

    assert all(text for text, _ in await waiting())
    await told(reader, views, 1)
    await erasing(reader).erase_all()
    assert await waiting() == [(None, Content.ERASED), (None, Content.ERASED)]
    await reader.inbox.take([published[2]])
    t.BROKEN.clear()
    assert await reader.inbox.retry("mash", child(1))
    assert await reader.waits() == (0, 0)
    assert await reader.copied() == {child(1): [1, 2], child(2): [3]}
    assert sorted(filter(None, await words(reader))) == [b'{"words":"name 3"}']
