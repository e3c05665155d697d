"""Which members of a group stand: case by case, and as if each were taken alone, one after the other."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.append import Appended, AppendRequest, CommandWrites, InboxMove, NewEvent, StreamWrite
from shared.eventstore.concurrency import Accepted, KnownCommand, LogState, Verdict, check

X, Y, Z = (UUID(int=n) for n in (1, 2, 3))
K = UUID(int=9)
DIGEST = bytes(32)
C1, C2 = UUID(int=101), UUID(int=102)


def rows(count: int) -> tuple[NewEvent, ...]:
    return tuple(NewEvent(uuid4(), "test.Happened", "test", b"{}") for _ in range(count))


def write(stream: UUID, expected: int, count: int = 1) -> StreamWrite:
    return StreamWrite(stream, expected, rows(count))


def part(*writes: StreamWrite, command: UUID | None = None, body: bytes = b"asked") -> CommandWrites:
    return CommandWrites(command or uuid4(), body, writes)


def member(
    *writes: StreamWrite, reads: Sequence[tuple[UUID, int]] = (), command: UUID | None = None
) -> AppendRequest:
    return AppendRequest((part(*writes, command=command),), tuple(reads))


def head(previous: int, position: int) -> InboxMove:
    return InboxMove("mash", K, previous, position, uuid4(), DIGEST)


def standing(versions=None, commands=None, heads=None) -> LogState:
    return LogState(versions or {}, commands or {}, heads or {})


def kinds(verdicts: Sequence[Verdict]) -> list[str]:
    return [type(verdict).__name__ for verdict in verdicts]


@pytest.mark.parametrize(
    ("members", "before", "expected"),
    [
        ([member(write(X, 0))], standing(), ["Accepted"]),
        ([member(write(X, 0))], standing({X: 1}), ["Conflict"]),
        (
            [member(write(X, 2))],
            standing({X: 1}),
            ["Conflict"],
        ),  # it stood on something that fell: no hole is left
        ([member(write(X, 0)), member(write(X, 0))], standing(), ["Accepted", "Conflict"]),
        ([member(write(X, 0, 2)), member(write(X, 2))], standing(), ["Accepted", "Accepted"]),
        ([member(write(X, 0), write(Y, 5))], standing(), ["Conflict"]),
        # a half in conflict takes the whole member, and what stood on it, with it
        (
            [member(write(X, 0), write(Y, 5)), member(write(X, 1)), member(write(X, 0))],
            standing(),
            ["Conflict", "Conflict", "Accepted"],
        ),
        ([member(write(X, 0), reads=[(Y, 1)])], standing({Y: 1}), ["Accepted"]),
        ([member(write(X, 0), reads=[(Y, 1)])], standing({Y: 2}), ["Conflict"]),
        ([member(write(X, 0), reads=[(Y, 0)])], standing(), ["Accepted"]),
        ([member(write(Y, 0)), member(write(X, 0), reads=[(Y, 0)])], standing(), ["Accepted", "Conflict"]),
        ([member(write(Y, 0)), member(write(X, 0), reads=[(Y, 1)])], standing(), ["Accepted", "Accepted"]),
        ([AppendRequest((part(write(X, 0)), part(write(X, 1), write(Y, 0))))], standing(), ["Accepted"]),
        ([AppendRequest((part(write(X, 0)), part(write(X, 0))))], standing(), ["Conflict"]),
        (
            [AppendRequest(heads=(head(0, 4),)), AppendRequest(heads=(head(4, 9),))],
            standing(),
            ["Accepted", "Accepted"],
        ),
        ([AppendRequest(heads=(head(0, 4), head(4, 9)))], standing(), ["Accepted"]),
        ([AppendRequest(heads=(head(0, 4),))], standing(heads={("mash", K): 4}), ["Conflict"]),
        (
            [AppendRequest((part(write(X, 0)),), (), (head(3, 4),))],
            standing(heads={("mash", K): 2}),
            ["Conflict"],
        ),
    ],
)
def test_what_stands(members, before, expected):
    assert kinds(check(members, before)) == expected


def test_a_known_command_gets_its_old_answer_whatever_has_moved_since():
    before = standing({X: 7}, {C1: KnownCommand(b"asked", 3, 4, uuid4())})
    [verdict] = check([member(write(X, 2), reads=[(Y, 9)], command=C1)], before)
    assert isinstance(verdict, Accepted)
    assert verdict.known == {C1: Appended(3, 4, again=True)}


def test_a_known_command_with_another_body_is_refused_alone():
    before = standing({}, {C1: KnownCommand(b"something else", 3, 4, uuid4())})
    assert kinds(check([member(write(X, 0), command=C1), member(write(X, 0))], before)) == [
        "AnotherBody",
        "Accepted",
    ]


def test_the_same_command_twice_in_a_group_is_decided_again():
    twice = member(write(X, 0), command=C1)
    other = AppendRequest((part(write(Y, 0), command=C1, body=b"something else"),))
    assert kinds(check([twice, twice, other], standing())) == ["Accepted", "Conflict", "AnotherBody"]


def test_one_known_part_and_one_new():
    before = standing({X: 1}, {C1: KnownCommand(b"asked", 1, 1, uuid4())})
    both = AppendRequest((part(write(X, 0), command=C1), part(write(X, 1), command=C2)))
    [verdict] = check([both], before)
    assert isinstance(verdict, Accepted)
    assert verdict.known == {C1: Appended(1, 1, again=True)}


def test_after_a_lost_commit_ours_is_ours_and_old_is_old():
    ours = member(write(X, 0), command=C1)
    old = member(write(X, 0), command=C2)
    before = standing(
        {X: 1},
        {
            C1: KnownCommand(b"asked", 5, 5, ours.parts[0].writes[0].rows[0].event_id),
            C2: KnownCommand(b"asked", 2, 2, uuid4()),
        },
    )
    first, second = check([ours, old], before, after_disconnect=True)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.known == {C1: Appended(5, 5)}
    assert second.known == {C2: Appended(2, 2, again=True)}


def test_a_head_that_the_lost_commit_moved_is_not_moved_again():
    both = AppendRequest((part(write(X, 0), command=C1),), ((Y, 0),), (head(0, 4),))
    moves = [both, AppendRequest(heads=(head(4, 9),))]
    ours = KnownCommand(b"asked", 5, 5, both.parts[0].writes[0].rows[0].event_id)
    after = standing({X: 1, Y: 3}, {C1: ours}, {("mash", K): 9})
    assert kinds(check(moves, after)) == ["Conflict", "Conflict"]
    first, second = check(moves, after, after_disconnect=True)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.request.heads, second.request.heads) == ((), ())
    assert first.known == {C1: Appended(5, 5)}


def test_a_head_that_somebody_else_moved_is_not_taken_for_ours():
    """Another process took the event and wrote something else: the caller looks again."""
    both = AppendRequest((part(write(X, 0)),), (), (head(0, 4),))
    assert kinds(check([both], standing(heads={("mash", K): 4}), after_disconnect=True)) == ["Conflict"]


def test_a_first_try_hopes_for_the_heads_and_not_for_the_versions():
    members = [AppendRequest((part(write(X, 3)),), (), (head(2, 4),)), AppendRequest(heads=(head(4, 6),))]
    assert kinds(check(members, LogState.expected_by(members, {X: 3}))) == ["Accepted", "Accepted"]
    assert kinds(check(members, LogState.expected_by(members, {X: 2}))) == ["Conflict", "Conflict"]


# -- against a log that takes one member after the other, row by row


@dataclass
class Log:
    """The plainest log there is: what each stream, key and command holds, changed in place."""

    streams: dict[UUID, int] = field(default_factory=dict)
    commands: dict[UUID, bytes] = field(default_factory=dict)
    heads: dict[tuple[str, UUID], int] = field(default_factory=dict)
    old: frozenset[UUID] = frozenset()

    def take(self, one: AppendRequest) -> str:
        trial = copy.deepcopy(self)
        outcome = trial._try(one)
        if outcome == "Accepted":
            self.__dict__.update(trial.__dict__)
        return outcome

    def _try(self, one: AppendRequest) -> str:
        for asked in one.parts:
            if asked.command in self.commands:
                if self.commands[asked.command] != asked.body:
                    return "AnotherBody"
                if asked.command not in self.old:
                    return "Conflict"
        for move in one.heads:
            if self.heads.get((move.source, move.key), 0) != move.previous:
                return "Conflict"
            self.heads[move.source, move.key] = move.position
        new = [asked for asked in one.parts if asked.command not in self.commands]
        if one.parts and not new:
            return "Accepted"
        if any(self.streams.get(stream, 0) != version for stream, version in one.reads):
            return "Conflict"
        for asked in new:
            self.commands[asked.command] = asked.body
            for each in asked.writes:
                for version, _ in enumerate(each.rows, each.expected + 1):
                    if self.streams.get(each.stream_id, 0) + 1 != version:
                        return "Conflict"
                    self.streams[each.stream_id] = version
        return "Accepted"


streams = st.sampled_from([X, Y, Z])
versions = st.integers(0, 3)
commands = st.sampled_from([UUID(int=n) for n in range(200, 206)])
bodies = st.sampled_from([b"asked", b"asked", b"asked", b"something else"])
writes = st.builds(write, streams, versions, st.integers(1, 2))
parts = st.builds(
    lambda ws, command, body: CommandWrites(command, body, tuple(ws)),
    st.lists(writes, min_size=1, max_size=3),
    commands,
    bodies,
)
moves = st.builds(
    lambda key, at, by: InboxMove("mash", key, at, at + by, uuid4(), DIGEST),
    streams,
    versions,
    st.integers(1, 2),
)
members = st.builds(
    lambda ps, reads, hs: AppendRequest(tuple(ps), tuple(reads), tuple(hs)),
    st.lists(parts, max_size=3, unique_by=lambda one: one.command),
    st.lists(st.tuples(streams, versions), max_size=1),
    st.lists(moves, max_size=2),
).filter(lambda one: one.parts or one.heads)
standings = st.builds(
    lambda vs, cs, hs: LogState(
        vs,
        {c: KnownCommand(b, 1, 1, uuid4()) for c, b in cs.items()},
        {("mash", k): n for k, n in hs.items()},
    ),
    st.dictionaries(streams, st.integers(1, 3)),
    st.dictionaries(commands, bodies, max_size=2),
    st.dictionaries(streams, st.integers(1, 3)),
)


@given(st.lists(members, max_size=7), standings)
def test_judged_together_is_taken_one_by_one(group, before):
    log = Log(
        dict(before.versions),
        {command: known.body for command, known in before.commands.items()},
        dict(before.heads),
        frozenset(before.commands),
    )
    assert kinds(check(group, before)) == [log.take(one) for one in group]


@given(st.lists(members, max_size=7), standings)
def test_settling_finds_done_what_was_done(group, before):
    """Judged, committed, and the answer lost: judged again, all that stood is found, and nothing is left to write."""
    log = Log(dict(before.versions), {}, dict(before.heads), frozenset(before.commands))
    log.commands |= {command: known.body for command, known in before.commands.items()}
    stood = [log.take(one) == "Accepted" for one in group]
    fresh = {
        each.command: KnownCommand(each.body, 8, 8, each.writes[0].rows[0].event_id)
        for one, accepted in zip(group, stood, strict=True)
        if accepted
        for each in one.parts
        if each.command not in before.commands
    }
    after = LogState(log.streams, {**before.commands, **fresh}, log.heads)
    done = [one for one, accepted in zip(group, stood, strict=True) if accepted]
    for one, verdict in zip(done, check(done, after, after_disconnect=True), strict=True):
        assert isinstance(verdict, Accepted)
        assert not verdict.request.heads
        assert set(verdict.known) == {each.command for each in one.parts}
        for command, place in verdict.known.items():
            assert place.again is (command not in fresh)
        assert verdict.request == replace(one, heads=(), reads=()) or not one.heads
