"""From accepted members to the columns of one insert."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.hash_chain import first_break
from shared.eventstore.append import Appended, AppendRequest, CommandWrites, NewEvent, StreamWrite
from shared.eventstore.columns import GENESIS_HEAD, CommandColumns, LogHead, group_rows
from shared.eventstore.concurrency import Accepted, KnownCommand, LogState, check

NOW = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
COLUMNS = {
    "notification_id": "positions",
    "originator_id": "stream_ids",
    "originator_version": "versions",
    "topic": "names",
    "state": "states",
    "sealed": "sealed",
    "event_id": "event_ids",
    "category": "categories",
    "child": "children",
    "key": "keys",
    "digest": "digests",
}


def row(n: int = 0) -> NewEvent:
    sealed = None if n % 2 else b"sealed"
    return NewEvent(
        uuid4(), f"test.Happened{n}", "test", b"%d" % n, sealed, UUID(int=7), UUID(int=n) if n else None
    )


def part(stream: UUID, expected: int, count: int, command: UUID | None = None) -> CommandWrites:
    return CommandWrites(
        command or uuid4(), b"asked", (StreamWrite(stream, expected, tuple(map(row, range(count)))),)
    )


def as_rows(columns) -> list[dict]:
    lists = [getattr(columns, name) for name in COLUMNS.values()]
    moment = {"recorded_at": columns.recorded_at}
    return [dict(zip(COLUMNS, values, strict=True)) | moment for values in zip(*lists, strict=True)]


def test_an_empty_group_is_nothing():
    events, commands, done = group_rows(GENESIS_HEAD, [], NOW)
    assert (as_rows(events), commands.ids, done) == ([], [], [])


def test_everything_of_a_row_arrives_in_its_column():
    stream, one = uuid4(), NewEvent(uuid4(), "mash.X", "contact", b"{}", b"s", UUID(int=1), UUID(int=2))
    member = AppendRequest((CommandWrites(UUID(int=5), b"body", (StreamWrite(stream, 3, (one,)),)),))
    events, commands, [done] = group_rows(LogHead(41, b"d" * 32, NOW), [Accepted(member)], NOW)
    [stored] = as_rows(events)
    digest = stored.pop("digest")
    assert stored == {
        "notification_id": 42,
        "originator_id": stream,
        "originator_version": 4,
        "topic": "mash.X",
        "state": b"{}",
        "sealed": b"s",
        "event_id": one.event_id,
        "category": "contact",
        "child": UUID(int=1),
        "key": UUID(int=2),
        "recorded_at": NOW,
    }
    assert first_break([{**stored, "digest": digest}], after=41, digest=b"d" * 32) is None
    assert commands == CommandColumns([UUID(int=5)], [b"body"], [42], [42])
    assert done.parts == (Appended(42, 42),)


def test_recorded_is_never_less_than_before():
    late = NOW + timedelta(hours=1)
    one = Accepted(AppendRequest((part(uuid4(), 0, 2),)))
    assert group_rows(LogHead(1, b"", late), [one], NOW)[0].recorded_at == late
    assert group_rows(LogHead(1, b"", NOW), [one], late)[0].recorded_at == late
    assert group_rows(GENESIS_HEAD, [one], NOW)[0].recorded_at == NOW


def test_what_was_done_before_is_not_written_again():
    old, new = part(uuid4(), 0, 2, UUID(int=5)), part(uuid4(), 0, 3)
    accepted = Accepted(AppendRequest((old, new)), {UUID(int=5): Appended(3, 4, again=True)})
    events, commands, [done] = group_rows(LogHead(10, b"", NOW), [accepted], NOW)
    assert events.positions == [11, 12, 13]
    assert commands.ids == [new.command]
    assert done.parts == (Appended(3, 4, again=True), Appended(11, 13))


members = st.lists(
    st.builds(
        lambda ws: AppendRequest(tuple(part(UUID(int=s), e, n) for s, e, n in ws)),
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=3),
    ),
    max_size=8,
)


@given(st.lists(members, max_size=4), st.lists(st.integers(-3600, 3600), min_size=4, max_size=4))
def test_groups_follow_each_other_without_gap(groups, seconds):
    """Positions 1..n, versions 1..m in each stream, an unbroken chain, times that never go back; each answer is true."""
    head, log, known = GENESIS_HEAD, [], {}
    versions: dict[UUID, int] = {}
    for group, offset in zip(groups, seconds, strict=False):
        taken = [v for v in check(group, LogState(versions, known, {})) if isinstance(v, Accepted)]
        events, commands, done = group_rows(head, taken, NOW + timedelta(seconds=offset))
        log += as_rows(events)
        for command, first, last in zip(commands.ids, commands.firsts, commands.lasts, strict=True):
            known[command] = KnownCommand(b"asked", first, last)
        if log:
            head = LogHead(log[-1]["notification_id"], log[-1]["digest"], log[-1]["recorded_at"])
        for accepted in done:
            for asked, place in zip(accepted.request.parts, accepted.parts, strict=True):
                written = [r for w in asked.writes for r in w.rows]
                assert [r["event_id"] for r in log[place.first - 1 : place.last]] == [
                    r.event_id for r in written
                ]
        for stored in log:
            versions[stored["originator_id"]] = stored["originator_version"]
    assert [stored["notification_id"] for stored in log] == list(range(1, len(log) + 1))
    assert first_break(log) is None
    for stream in versions:
        mine = [stored["originator_version"] for stored in log if stored["originator_id"] == stream]
        assert mine == list(range(1, len(mine) + 1))
    assert all(a["recorded_at"] <= b["recorded_at"] for a, b in pairwise(log))
