"""What cannot be taken: parked with its key's later events behind it, retried, skipped; and what refusals mean."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from shared.domain.actors import Actor
from shared.inbox.positions import FORKED
from shared.messaging.message import parse
from tests.integration import toys as t
from tests.integration.toys import Appear, Team, child, told_otherwise

WHO = Actor(uuid4(), "A Manager", "operator", "childrens_social_care")


@pytest.fixture
async def reader(toys) -> Team:
    """Knows children 1 to 3."""
    team, people = await toys.open("assessment"), await toys.open("people")
    await people.do(*(Appear(about=(child(n),)) for n in (1, 2, 3)))
    await team.inbox.take(await people.published())
    return team


async def parked(reader: Team) -> list[tuple[int, str]]:
    return [(row.position, row.error) for row in await reader.inbox.tables.parked()]


async def test_a_handler_that_fails_parks_its_event_and_others_go_on_until_a_retry_heals_it(mash, reader):
    t.BROKEN.add(1)
    await mash.say([(1, 1), (1, 2), (2, 3), (1, 4), (2, 5)])
    published = await mash.published()
    await reader.inbox.take(published)
    assert await reader.copied() == {child(2): [3, 5]}
    (row,) = await reader.inbox.tables.parked()
    assert (row.source, row.key, row.position, row.error, row.tries) == (
        "mash",
        child(1),
        1,
        "RuntimeError",
        3,
    )
    assert await reader.waits() == (2, 1)
    assert await reader.inbox.tables.gaps(0, 0) == []

    await reader.inbox.take(published)  # a duplicate of what is parked, or waits behind it, does nothing
    await reader.inbox.retry_held()
    assert await reader.waits() == (2, 1)
    assert (await reader.inbox.tables.parked())[0].tries == 3

    assert not await reader.inbox.retry("mash", child(1))
    assert (await reader.inbox.tables.parked())[0].tries == 4
    t.BROKEN.clear()
    await reader.inbox.take(published)  # mended, but nobody has said so yet
    assert await reader.copied() == {child(2): [3, 5]}
    assert await reader.inbox.retry("mash", child(1))
    assert await reader.copied() == {child(2): [3, 5], child(1): [1, 2, 4]}
    assert await reader.waits() == (0, 0)
    assert not await reader.inbox.retry("mash", child(1))


async def test_an_accident_is_tried_again_in_place_and_not_parked(mash, reader):
    t.BROKEN.add(1)
    await mash.say([(1, 1)])
    taking = asyncio.create_task(reader.inbox.take(await mash.published()))
    await asyncio.sleep(0.3)
    t.BROKEN.clear()
    await taking
    assert await reader.copied() == {child(1): [1]}
    assert await reader.waits() == (0, 0)


async def test_skipping_moves_on_and_keeps_who_did_it_and_why(mash, reader):
    t.BROKEN.add(1)
    await mash.say([(1, 1), (1, 2)])
    published = await mash.published()
    await reader.inbox.take(published)
    assert await reader.inbox.skip("mash", child(1), "told by telephone", WHO)
    assert await reader.copied() == {child(1): [2]}
    assert await reader.waits() == (0, 0)
    (row,) = await reader.pool.fetch("SELECT * FROM assessment.skipped")
    assert (row["source"], row["key"], row["position"]) == ("mash", child(1), 1)
    assert (row["error"], row["reason"], row["actor"]) == ("RuntimeError", "told by telephone", WHO.id)
    assert not await reader.inbox.skip("mash", child(1), "again", WHO)
    await reader.inbox.take(published)
    assert await reader.copied() == {child(1): [2]}


@pytest.mark.parametrize("act", ["retry", "skip"])
async def test_two_processes_may_settle_and_take_the_same_key_at_once(toys, mash, reader, act):
    other = await toys.open("assessment")
    t.BROKEN.add(1)
    await mash.say([(1, n) for n in range(1, 30)])
    published = await mash.published()
    await reader.inbox.take(published[:20])
    t.BROKEN.clear()

    async def settle(team: Team) -> None:
        if act == "retry":
            await team.inbox.retry("mash", child(1))
        else:
            await team.inbox.skip("mash", child(1), "a test", WHO)

    await asyncio.gather(
        settle(reader), settle(other), other.inbox.take(published), reader.inbox.take(published)
    )
    await reader.inbox.retry_held()
    await reader.inbox.retry_held()
    assert await reader.copied() == {child(1): list(range(1 if act == "retry" else 2, 30))}
    assert await reader.waits() == (0, 0)


async def test_rows_that_a_crash_left_of_what_was_taken_are_dropped(mash, reader):
    """A crash after the head moved, and before what waited for it was released."""
    await mash.say([(1, 1), (1, 2)])
    published = await mash.published()
    await reader.inbox.take(published)
    first, second = (parse(each.headers, each.body) for each in published)
    await reader.inbox.tables.park(first, "RuntimeError", tries=3)
    await reader.inbox.tables.hold([first, second], "gap")
    await mash.say([(1, 3)])
    await reader.inbox.take((await mash.published())[2:])  # such a row stops nothing
    assert await reader.copied() == {child(1): [1, 2, 3]}
    await reader.inbox.retry_held()
    assert await reader.waits() == (0, 0)


async def test_what_was_held_by_a_process_that_died_before_it_could_take_it_is_taken_by_another(mash, reader):
    """A crash after the gap was closed, and before what was held behind it was taken."""
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    await reader.inbox.take([first])
    await reader.inbox.tables.hold([parse(second.headers, second.body)], "gap")
    await reader.inbox.retry_held()
    assert await reader.copied() == {child(1): [1, 2]}
    assert await reader.waits() == (0, 0)


# -- a source that was restored to an older state


async def test_another_event_at_the_position_of_the_last_one_stops_the_key_until_a_person_has_looked(
    mash, reader
):
    await mash.say([(1, 1), (2, 2), (1, 3)])
    first, of_two, later = await mash.published()
    await reader.inbox.take([first, of_two])
    other = told_otherwise(mash, first)
    await reader.inbox.take([other, later])
    assert await parked(reader) == [(1, FORKED)]
    await reader.inbox.retry_held()
    await reader.inbox.take([first, other])
    assert await parked(reader) == [(1, FORKED)]
    assert await reader.copied() == {child(1): [1], child(2): [2]}
    assert await reader.waits() == (1, 1)
    assert not await reader.inbox.retry("mash", child(1))
    assert await reader.inbox.skip("mash", child(1), "both logs were compared", WHO)
    assert await reader.copied() == {child(1): [1, 3], child(2): [2]}
    await reader.inbox.take([other, later])  # from here on it is the source's event
    assert await reader.waits() == (0, 0)


async def test_an_event_that_passes_over_what_was_taken_stops_the_key_too(mash, reader):
    await mash.say([(1, n) for n in (1, 2, 3)])
    published = await mash.published()
    await reader.inbox.take(published[:2])
    other = told_otherwise(mash, published[2], position=7, previous=1)
    await reader.inbox.take([other])
    assert await parked(reader) == [(7, FORKED)]
    assert await reader.inbox.skip("mash", child(1), "both logs were compared", WHO)
    assert [position for source, _, position, _ in await reader.heads() if source == "mash"] == [7]
    assert await reader.waits() == (0, 0)


async def test_a_fork_of_a_key_that_stands_still_already_is_what_is_shown_first(mash, reader):
    t.BROKEN.add(2)
    await mash.say([(1, 1), (1, 2), (1, 3)])
    published = await mash.published()
    await reader.inbox.take(published)
    await reader.inbox.take([told_otherwise(mash, published[0])])
    assert await parked(reader) == [(1, FORKED)]
    assert await reader.waits() == (2, 1)
    assert await reader.inbox.skip("mash", child(1), "both logs were compared", WHO)
    assert await parked(reader) == [(2, "RuntimeError")]
    t.BROKEN.clear()
    assert await reader.inbox.retry("mash", child(1))
    assert await reader.copied() == {child(1): [1, 2, 3]}


async def test_what_comes_below_the_head_and_was_never_taken_is_shown_and_not_dropped(mash, reader):
    """A reader that was taken over holds the key, and may raise a position. The true event below it was dropped unseen."""
    await mash.say([(1, 1), (2, 2), (1, 3), (1, 4)])
    first, of_two, second, third = await mash.published()
    raised = told_otherwise(
        mash, second, position=1003, previous=1, previous_digest=parse(first.headers, first.body).digest
    )
    await reader.inbox.take([first, of_two, raised])
    await reader.inbox.take([second, third])
    assert await parked(reader) == [(3, FORKED)]
    assert await reader.waits() == (1, 1)
    for _ in range(2):
        await reader.inbox.take([first, of_two, raised, second, third])  # all sent again
        await reader.inbox.retry_held()
        assert (await parked(reader), await reader.waits()) == ([(3, FORKED)], (1, 1))
    assert await reader.copied() == {child(1): [1, 3], child(2): [2]}
    # Each is shown, one after the other.
    assert await reader.inbox.skip("mash", child(1), "told by telephone", WHO)
    assert (await parked(reader), await reader.waits()) == ([(4, FORKED)], (0, 1))
    assert await reader.inbox.skip("mash", child(1), "told by telephone", WHO)
    await reader.inbox.take([first, of_two, raised, second, third])
    assert await reader.waits() == (0, 0)


async def test_an_event_whose_predecessor_is_not_what_was_taken_stops_the_key_until_that_was_looked_at(
    mash, reader
):
    """As after a row was altered and its digest reckoned anew: the next event of the key says so."""
    await mash.say([(1, 1), (1, 2), (2, 3)])
    first, second, of_two = await mash.published()
    await reader.inbox.take([first])
    altered = told_otherwise(
        mash, first, event_id=parse(first.headers, first.body).event_id, digest=b"\x0a" * 32
    )
    after = told_otherwise(mash, second, previous_digest=b"\x0a" * 32)
    await reader.inbox.take([after, of_two])
    assert await parked(reader) == [(2, FORKED)]
    assert await reader.copied() == {child(1): [1], child(2): [3]}
    await reader.inbox.take([altered, after, of_two])  # sent again, so that what was altered shows
    assert (await parked(reader), await reader.waits()) == ([(1, FORKED)], (1, 1))
    assert await reader.inbox.skip("mash", child(1), "both logs were compared", WHO)
    assert await reader.copied() == {child(1): [1, 2], child(2): [3]}
    assert await reader.waits() == (0, 0)


async def test_the_same_event_with_another_digest_is_a_fork_and_once_skipped_a_duplicate(mash, reader):
    await mash.say([(1, 1), (1, 2)])
    first, second = await mash.published()
    await reader.inbox.take([first, second])
    for raw in (second, first):  # at the head, and below it
        same = parse(raw.headers, raw.body)
        altered = told_otherwise(mash, raw, event_id=same.event_id, digest=b"\x0a" * 32)
        await reader.inbox.take([altered])
        assert await parked(reader) == [(same.position, FORKED)]
        assert await reader.inbox.skip("mash", child(1), "both logs were compared", WHO)
        await reader.inbox.take([altered])
        assert await reader.waits() == (0, 0)
    await reader.inbox.take([first])  # what was taken there stays a duplicate too
    assert await reader.waits() == (0, 0)


async def test_every_event_taken_leaves_its_mark_whether_anything_followed_or_not(toys, mash, reader):
    other = await toys.open("people")
    await mash.say([(1, 1), (1, 2), (2, 3), (1, 4)])
    published = await mash.published()
    rows = await mash.pool.fetch("SELECT notification_id, digest FROM mash.events ORDER BY 1")
    for team in (reader, other):
        await team.inbox.take([*published[:2], *published[:2]])  # twice in a page
        await team.inbox.take(published)
        await team.inbox.take(published)
        marks = await team.pool.fetch(
            f"SELECT position, digest FROM {team.name}.inbox_taken WHERE source = 'mash' ORDER BY 1"
        )
        assert [tuple(mark) for mark in marks] == [(row[0], row[1][:16]) for row in rows]
        assert await team.waits() == (0, 0)


async def test_a_service_cannot_change_what_it_took(mash, reader):
    await mash.say([(1, 1)])
    await reader.inbox.take(await mash.published())
    for change in ("UPDATE assessment.inbox_taken SET position = 9", "DELETE FROM assessment.inbox_taken"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.pool.execute(change)


# -- refusals


async def test_a_refusal_that_means_already_so_moves_on(mash, reader):
    t.REFUSED[1] = "already"
    await mash.say([(1, 1), (1, 2)])
    await reader.inbox.take(await mash.published())
    assert await reader.copied() == {child(1): [2]}
    assert await reader.waits() == (0, 0)


async def test_a_refusal_that_means_a_task_raises_it_on_the_readers_log_once(mash, reader):
    t.REFUSED[1] = "look"
    await mash.say([(1, 1), (1, 2)])
    published = await mash.published()
    await reader.inbox.take(published)
    await reader.inbox.take(published)
    rows = await reader.pool.fetch(
        "SELECT child, convert_from(state, 'UTF8')::jsonb->>'role' AS role,"
        " convert_from(state, 'UTF8')::jsonb->>'reason' AS reason,"
        " convert_from(state, 'UTF8')::jsonb->>'regarding' AS regarding"
        " FROM assessment.events WHERE topic = 'team.TaskRaised'"
    )
    assert [tuple(row) for row in rows] == [(child(1), "team_manager", "look", published[0].headers["ce_id"])]
    assert await reader.copied() == {child(1): [2]}


async def test_a_refusal_without_a_meaning_is_parked_at_once_and_names_its_rule(mash, reader):
    t.REFUSED[1] = "nobody thought of this"
    await mash.say([(1, 1), (2, 2)])
    await reader.inbox.take(await mash.published())
    (row,) = await reader.inbox.tables.parked()
    assert (row.error, row.tries) == ("Refused M5", 2)  # once with its page, once alone on a fresh read
    assert await reader.copied() == {child(2): [2]}


async def test_a_refusal_decided_on_what_others_changed_meanwhile_is_decided_again(toys, mash, reader):
    """The states a process keeps warm may be stale: what it would refuse on them may be right by now."""
    other = await toys.open("assessment")
    await reader.do(t.Copy(about=(child(1),), n=t.CLOSE))
    await other.do(t.Copy(about=(child(1),), n=t.REOPEN))
    await mash.say([(1, 1)])
    await reader.inbox.take(await mash.published())
    assert await reader.copied() == {child(1): [t.CLOSE, t.REOPEN, 1]}
