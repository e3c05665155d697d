"""Views are pure: what they change, what they fold to, and how changes are put together for the database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NewType
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import Instant
from shared.clocks import Clocks, DeadlineMissed, DeadlineVaried
from shared.deadline_board import deadline_board
from shared.decider import Stream
from shared.event import Envelope, Event, Record
from shared.projection import After, BadView, Change, Delete, Index, Insert, Update, Upsert, View, fold
from shared.rules import Deadline, clock_state
from shared.view_table import complete, create, shape, steps, would_fail_again

T0 = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


class Received(Event, name="test_projection.Received"):
    note: str = ""


class Decided(Event, name="test_projection.Decided"):
    outcome: str


class Kind(StrEnum):
    """A closed list of words."""

    CONTACT = "contact"


WorkerId = NewType("WorkerId", UUID)


@dataclass(frozen=True)
class Row:
    id: UUID
    note: str
    outcome: str | None = None
    count: int = 0
    tags: list[str] = field(default_factory=list)


def record(event: Event, stream: UUID = A, position: int = 1, event_id: UUID | None = None) -> Record:
    envelope = Envelope(
        id=str(event_id or UUID(int=1000 + position)),
        known_at=T0.isoformat(),
        actor="worker",
        role="screener",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public task",
        correlation=str(A),
        command=str(UUID(int=9)),
    )
    recorded = T0 + timedelta(seconds=position)
    return Record(
        event.placed(child=stream, happened_at=T0), envelope, "mash", stream, position, position, recorded
    )


def worklist(*made: Change) -> View[Row]:
    """A view that makes these changes of every Received."""
    view = View("worklist", row=Row, key=("id",))

    @view.on(Received)
    def _(_event: Received, _record: Record) -> list[Change]:
        return list(made)

    return view


def rows_after(*made: Change) -> dict[Any, Row]:
    return fold(worklist(*made), [record(Received())])


def test_handlers_answer_one_change_several_or_none_in_the_order_they_are_given() -> None:
    view = View("worklist", row=Row, key=("id",))

    @view.on(Received, Decided)
    def _(event: Received | Decided, record: Record) -> Change | None:
        return Insert(id=record.stream, note=event.note) if isinstance(event, Received) else None

    @view.on(Received)
    def _(_event: Received, record: Record) -> Any:
        yield Update({"id": record.stream}, count=1)
        yield Update({"id": record.stream}, count=2)

    assert view.topics == ["test_projection.Decided", "test_projection.Received"]
    assert view.changes(record(Received(note="a"))) == [
        Insert(id=A, note="a"),
        Update({"id": A}, count=1),
        Update({"id": A}, count=2),
    ]
    assert view.changes(record(Decided(outcome="x"))) == []
    assert fold(view, [record(Received(note="a"))]) == {(A,): Row(A, "a", count=2)}
    assert view.table("mash") == '"mash_views"."worklist"'


def test_a_handler_of_every_event_reads_the_whole_log() -> None:
    view = View("all", row=Row, key=("id",))

    @view.on_every
    def _(event: Event, record: Record) -> Change:
        return Upsert(id=record.stream, note=event.NAME)

    assert view.topics is None
    assert fold(view, [record(Received()), record(Decided(outcome="x"), B)]) == {
        (A,): Row(A, "test_projection.Received"),
        (B,): Row(B, "test_projection.Decided"),
    }


def test_upsert_sets_only_the_named_columns_of_a_row_that_stands() -> None:
    assert rows_after(Upsert(id=A, note="a", outcome="x"), Upsert(id=A, note="b")) == {(A,): Row(A, "b", "x")}


def test_update_and_delete_change_every_row_that_matches_and_none_matches_null() -> None:
    three = [Insert(id=A, note="n", outcome="x"), Insert(id=B, note="n"), Insert(id=C, note="m")]
    assert rows_after(*three, Update({"note": "n", "outcome": None}, count=7)) == {
        (A,): Row(A, "n", "x"),
        (B,): Row(B, "n", count=7),
        (C,): Row(C, "m"),
    }
    assert rows_after(*three, Delete(outcome=None)) == {(A,): Row(A, "n", "x")}
    assert rows_after(*three, Delete(id=A, outcome=None)).keys() == {(A,), (B,), (C,)}
    assert rows_after(Update({"id": A}, count=1)) == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Insert(id=A), "Insert must name note"),
        (Upsert(note="a"), "Upsert must name id"),
        (Insert(id=A, note="a", colour="red"), "names colour, no column of Row"),
        (Update({"colour": "red"}, note="a"), "names colour"),
        (Update({"id": A}, id=B), "a key never changes"),
        (Update({}, note="a"), "say which rows Update is for"),
        (Update({"id": A}), "say what Update sets"),
        (Delete(), "say which rows Delete is for"),
        (Insert(id=A, note=None), "note may not be None"),
    ],
)
def test_a_change_that_does_not_fit_the_row_is_refused(change: Change, message: str) -> None:
    with pytest.raises(BadView, match=message):
        rows_after(change)


def test_a_key_is_inserted_once() -> None:
    with pytest.raises(BadView, match="stands there already; use Upsert"):
        rows_after(Insert(id=A, note="a"), Insert(id=A, note="b"))


def test_the_table_is_made_from_the_row() -> None:
    @dataclass
    class Everything:
        id: UUID
        at: Instant
        worker: WorkerId
        kind: Kind
        level: Literal["one", "two"]
        born: date | None
        done: bool
        blob: bytes | None = None
        tags: list[str] | None = None
        seen: list[UUID] = field(default_factory=list)
        count: int = 0

    view = View(
        "everything", row=Everything, key=("id",), indexes=(("at", "id"), Index(("kind",), where="done"))
    )
    assert create(view, "mash", "everything") == (
        'CREATE TABLE "mash_views"."everything" ("id" uuid NOT NULL, "at" timestamptz NOT NULL, '
        '"worker" uuid NOT NULL, "kind" text NOT NULL, "level" text NOT NULL, "born" date, "done" boolean NOT NULL, '
        '"blob" bytea, "tags" text[], "seen" uuid[] NOT NULL, "count" bigint NOT NULL, PRIMARY KEY ("id"));\n'
        'CREATE INDEX ON "mash_views"."everything" ("at", "id")'
    )
    assert complete(view, "mash", "everything") == [
        'CREATE INDEX ON "mash_views"."everything" ("kind") WHERE done'
    ]


def test_the_shape_changes_with_columns_key_indexes_and_edition_and_with_nothing_else() -> None:
    @dataclass
    class Two:
        id: UUID
        note: str | None

    @dataclass
    class Renamed:
        id: UUID
        note: str | None

    @dataclass
    class Stricter:
        id: UUID
        note: str

    first = View("v", row=Two, key=("id",))
    assert shape(first) == shape(View("v", row=Renamed, key=("id",)))
    others: list[View[Any]] = [
        View("v", row=Stricter, key=("id",)),
        View("v", row=Stricter, key=("id", "note")),
        View("v", row=Two, key=("id",), indexes=(("note",),)),
        View("v", row=Two, key=("id",), indexes=(Index(("note",), where="note <> ''"),)),
        View("v", row=Two, key=("id",), edition=2),
    ]
    assert len({shape(first), *(shape(other) for other in others)}) == 6


def test_a_view_that_cannot_be_a_table_is_refused_when_it_is_made() -> None:
    @dataclass
    class Strange:
        id: UUID
        money: float

    with pytest.raises(BadView, match="column money has a type that no column can have"):
        View("strange", row=Strange, key=("id",))
    with pytest.raises(BadView, match="made of columns of Row"):
        View("v", row=Row, key=("child",))
    with pytest.raises(BadView, match="made of columns of Row"):
        View("v", row=Row, key=("id",), indexes=(("child",),))
    with pytest.raises(BadView, match="may be None or a list"):
        View("v", row=Row, key=("outcome",))
    with pytest.raises(BadView, match="may be None or a list"):
        View("v", row=Row, key=("tags",))
    with pytest.raises(BadView, match="lower-case"):
        View('v"; DROP', row=Row, key=("id",))
    with pytest.raises(BadView, match="must be a dataclass"):
        View("v", row=dict, key=("id",))
    with pytest.raises(BadView, match="for named events"):
        View("v", row=Row, key=("id",)).on(Event)


def test_changes_to_different_rows_go_together_and_to_one_row_stay_in_order() -> None:
    view = worklist()
    made = steps(
        view,
        "mash",
        "worklist",
        [
            Insert(id=A, note="a"),
            Update({"id": A, "outcome": None}, outcome="x"),
            Insert(id=B, note="b"),
            Update({"id": B, "outcome": None}, outcome="y"),
            Delete(id=A),
            Insert(id=A, note="again"),
            Update({"outcome": None}, count=1),
            Insert(id=C, note="c"),
        ],
    )
    update = 'UPDATE "mash_views"."worklist" SET "outcome" = $1 WHERE "id" = $2 AND "outcome" IS NULL'
    assert [(step.sql, len(step.rows)) for step in made] == [
        ("", 2),
        (update, 2),
        ('DELETE FROM "mash_views"."worklist" WHERE "id" = $1', 1),
        ("", 1),
        ('UPDATE "mash_views"."worklist" SET "count" = $1 WHERE "outcome" IS NULL', 1),
        ("", 1),
    ]
    assert made[0].rows == [(A, "a", None, 0, []), (B, "b", None, 0, [])]
    assert made[1].rows == [("x", A), ("y", B)]


def test_upsert_brings_defaults_for_a_new_row_and_leaves_them_in_an_old_one() -> None:
    (step,) = steps(worklist(), "mash", "worklist", [Upsert(id=A, note="a"), Upsert(id=B, note="b")])
    assert step.sql == (
        'INSERT INTO "mash_views"."worklist" ("id", "note", "outcome", "count", "tags") VALUES ($1, $2, $3, $4, $5) '
        'ON CONFLICT ("id") DO UPDATE SET "note" = excluded."note"'
    )
    assert step.rows == [(A, "a", None, 0, []), (B, "b", None, 0, [])]


def test_a_change_may_be_for_rows_whose_value_is_greater() -> None:
    rows = [Insert(id=A, note="a", count=1), Insert(id=B, note="b", count=2), Insert(id=C, note="c", count=3)]
    assert {
        key: row.count for key, row in rows_after(*rows, Update({"count": After(2)}, count=0)).items()
    } == {
        (A,): 1,
        (B,): 2,
        (C,): 0,
    }
    assert rows_after(*rows, Delete(count=After(0), outcome=After("a"))).keys() == {
        (A,),
        (B,),
        (C,),
    }  # null is not
    (step,) = steps(worklist(), "mash", "worklist", [Update({"id": A, "count": After(2)}, count=0)])
    assert (step.sql, step.rows) == (
        'UPDATE "mash_views"."worklist" SET "count" = $1 WHERE "id" = $2 AND "count" > $3',
        [(0, A, 2)],
    )
    (step,) = steps(worklist(), "mash", "worklist", [Delete(id=After(A))])
    assert (step.sql, step.rows) == ('DELETE FROM "mash_views"."worklist" WHERE "id" > $1', [(A,)])


CHANGES = st.one_of(
    st.builds(lambda i, n: Upsert(id=i, note=n), st.sampled_from([A, B, C]), st.sampled_from("nm")),
    st.builds(
        lambda i, n, o: Upsert(id=i, note=n, outcome=o),
        st.sampled_from([A, B, C]),
        st.just("n"),
        st.just("x"),
    ),
    st.builds(lambda i, c: Update({"id": i}, count=c), st.sampled_from([A, B, C]), st.integers(0, 3)),
    st.builds(
        lambda n, c: Update({"note": n, "outcome": None}, count=c), st.sampled_from("nm"), st.integers(0, 3)
    ),
    st.builds(
        lambda i, c: Update({"id": i, "count": After(c)}, count=0),
        st.sampled_from([A, B, C, After(A)]),
        st.integers(0, 3),
    ),
    st.builds(lambda i: Delete(id=i), st.sampled_from([A, B, C])),
    st.builds(lambda n: Delete(note=n), st.sampled_from("nm")),
)


@settings(deadline=None)
@given(st.lists(CHANGES, max_size=30))
def test_steps_keep_every_order_that_matters(changes: list[Change]) -> None:
    view = worklist()
    numbered: dict[str, list[Change]] = {}
    for change in changes:
        (only,) = steps(view, "mash", "worklist", [change])
        numbered.setdefault(repr((only.sql, only.rows[0])), []).append(change)
    again = [
        numbered[repr((step.sql, row))].pop(0)
        for step in steps(view, "mash", "worklist", changes)
        for row in step.rows
    ]
    assert sorted(map(repr, again)) == sorted(map(repr, changes))
    assert rows_after(*again) == rows_after(*changes)


def test_what_would_fail_again_is_told_from_a_database_that_is_away() -> None:
    again = [
        KeyError("x"),
        BadView("x"),
        asyncpg.DataError("x"),
        asyncpg.UniqueViolationError("x"),
        asyncpg.CharacterNotInRepertoireError("x"),
        asyncpg.UndefinedTableError("x"),
        asyncpg.ProgramLimitExceededError("x"),
    ]
    away = [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.AdminShutdownError("x"),
        asyncpg.CannotConnectNowError("x"),
        asyncpg.TooManyConnectionsError("x"),
        asyncpg.DeadlockDetectedError("x"),
        asyncpg.DiskFullError("x"),
        asyncpg.ReadOnlySQLTransactionError("x"),
        asyncpg.InvalidCachedStatementError("x"),
    ]
    assert [type(error) for error in again if not would_fail_again(error)] == []
    assert [type(error) for error in away if would_fail_again(error)] == []


# The deadline board


class Begun(Event, name="test_projection.Begun"):
    first: Deadline | None = None
    second: Deadline | None = None


class Acted(Event, name="test_projection.Acted", meets=("R1",), ends=("R1", "R2")):
    again: Deadline | None = None


class Closed(Event, name="test_projection.Closed", ends=("R1", "R3")):
    pass


class Chosen(Event, name="test_projection.Chosen"):
    """What it meets depends on what it says."""

    rules: tuple[str, ...] = ()

    def clocks_met(self) -> tuple[str, ...]:
        return self.rules


class Silent(Event, name="test_projection.Silent"):
    pass


def stream(name: str, events: Any) -> Stream:
    return Stream(name, None, lambda s, _e: s, lambda _c, _s, _x: [], None, events)


BOARD = deadline_board([stream("contact", Begun | Acted | Silent), stream("episode", Closed | Chosen)])
MOMENTS = st.integers(0, 6).map(lambda hours: T0 + timedelta(hours=hours))
RULES = st.sampled_from(["R1", "R2", "R3"])


def deadlines(*rules: str) -> st.SearchStrategy[Deadline | None]:
    due = st.builds(Deadline, due_at=MOMENTS, rule=st.sampled_from(rules), edition=st.just("2026-11"))
    return st.none() | due


@st.composite
def lives(draw: st.DrawFn) -> list[Record]:
    """Records of two streams: some start clocks, some stop them, timers and managers speak of any of them."""
    found: list[Record] = []
    for position in range(1, draw(st.integers(0, 14)) + 1):
        started = st.integers(1, position).map(lambda n: UUID(int=1000 + n))
        event: Event = draw(
            st.one_of(
                st.builds(Begun, first=deadlines("R1", "R2"), second=deadlines("R3"), happened_at=MOMENTS),
                st.builds(Acted, again=deadlines("R1"), happened_at=MOMENTS),
                st.builds(Closed, happened_at=MOMENTS),
                st.builds(Chosen, rules=st.lists(RULES, max_size=2).map(tuple), happened_at=MOMENTS),
                st.builds(
                    DeadlineMissed, rule=RULES, started_by=started, due_at=MOMENTS, happened_at=MOMENTS
                ),
                st.builds(
                    DeadlineVaried,
                    rule=RULES,
                    started_by=started,
                    was_due_at=MOMENTS,
                    due_at=MOMENTS,
                    happened_at=MOMENTS,
                ),
                st.just(Silent()),
            )
        )
        found.append(record(event, draw(st.sampled_from([A, B])), position))
    return found


@settings(deadline=None)
@given(lives(), MOMENTS)
def test_the_board_says_what_the_clocks_fold_says(life: list[Record], now: datetime) -> None:
    folded: dict[UUID, Clocks] = {A: Clocks(), B: Clocks()}
    for one in life:
        folded[one.stream] = folded[one.stream].after(one.event, one.envelope.event_id)
    board = fold(BOARD, life)
    expected = {(s, clock.rule, clock.started_by): clock for s, clocks in folded.items() for clock in clocks}
    assert board.keys() == expected.keys()
    for key, clock in expected.items():
        row = board[key]
        assert (row.edition, row.first_due_at) == (clock.deadline.edition, clock.deadline.due_at)
        assert (row.due_at, row.acted_at, row.ended_at) == (clock.due_at, clock.acted_at, clock.ended_at)
        assert (row.varied, row.missed_at, row.running) == (clock.varied, clock.missed_due, clock.running)
        assert row.state(now) == clock_state(clock.due_at, clock.acted_at, clock.ended_at, clock.varied, now)


@settings(deadline=None, max_examples=40)
@given(lives())
def test_a_page_of_the_board_keeps_the_order_that_matters(life: list[Record]) -> None:
    changes = [change for one in life for change in BOARD.changes(one)]
    assert {step.sql for step in steps(BOARD, "mash", "deadlines", changes)} <= {
        step.sql for change in changes for step in steps(BOARD, "mash", "deadlines", [change])
    }
    lanes: dict[UUID, list[tuple[Any, ...]]] = {A: [], B: []}
    for change in changes:
        (step,) = steps(BOARD, "mash", "deadlines", [change])
        at = change.columns["stream"] if isinstance(change, Insert) else change.match["stream"]  # type: ignore[union-attr]
        lanes[at].append((step.sql, step.rows[0]))
    together = [(s.sql, row) for s in steps(BOARD, "mash", "deadlines", changes) for row in s.rows]
    for at, lane in lanes.items():
        assert [one for one in together if at in one[1]] == lane


def test_an_act_in_time_recorded_after_the_due_instant_is_marked() -> None:
    due = Deadline(due_at=T0 + timedelta(seconds=2), rule="R1", edition="2026-11")
    started, act = record(Begun(first=due), position=1), record(Acted(), position=3)
    (row,) = fold(BOARD, [started, act]).values()
    assert (row.state(T0 + timedelta(days=1)), row.recorded_late, row.category) == ("met", True, "contact")
    (row,) = fold(BOARD, [started, replace(act, recorded_at=T0 + timedelta(seconds=1))]).values()
    assert not row.recorded_late


def test_an_earlier_act_recorded_later_takes_the_place_of_the_first_recorded() -> None:
    due = Deadline(due_at=T0 + timedelta(hours=3), rule="R1", edition="2026-11")
    late = record(Acted(happened_at=T0 + timedelta(hours=4)), position=2)
    early = replace(
        record(Acted(happened_at=T0 + timedelta(hours=2)), position=3), recorded_at=T0 + timedelta(hours=5)
    )
    (row,) = fold(BOARD, [record(Begun(first=due)), late, early]).values()
    assert (row.state(T0 + timedelta(days=1)), row.acted_at, row.recorded_late) == (
        "met",
        early.happened_at,
        True,
    )
    assert row.acted_recorded_at == early.recorded_at


def test_an_event_that_touches_clocks_belongs_to_one_kind_of_stream() -> None:
    with pytest.raises(ValueError, match=r"test_projection.Begun is an event of both contact and plan"):
        deadline_board([stream("contact", Begun | Silent), stream("plan", Begun | Silent)])
    assert BOARD.topics is not None
    assert "test_projection.Silent" not in BOARD.topics
    assert set(BOARD.topics) == {
        "team.DeadlineMissed",
        "team.DeadlineVaried",
        "test_projection.Acted",
        "test_projection.Begun",
        "test_projection.Chosen",
        "test_projection.Closed",
    }
