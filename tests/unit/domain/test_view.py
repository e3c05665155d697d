"""Views are pure: what they change, what they fold to, and what is refused."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from shared.domain.corrections import Corrected, RecordCorrected, correction_of
from shared.domain.event import Event, Record
from shared.domain.view import Change, Delete, Index, Insert, Update, Upsert, UpsertLike, View
from shared.domain.view_columns import BadView
from shared.domain.view_fold import fold
from tests.unit.projections.toy_views import A, B, C, Decided, Received, Row, record, rows_after


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


def test_a_row_is_made_like_one_that_matches_or_changed_where_it_stands() -> None:
    one = Insert(id=A, note="n", outcome="x", count=3)
    assert rows_after(one, UpsertLike({"note": "n"}, id=B, outcome="y")) == {
        (A,): Row(A, "n", "x", count=3),
        (B,): Row(B, "n", "y", count=3),
    }
    two = Insert(id=B, note="m", count=5)
    assert rows_after(one, two, UpsertLike({"note": "n"}, id=B, outcome="y"))[B,] == Row(B, "m", "y", count=5)
    assert rows_after(one, UpsertLike({"note": "other"}, id=B)).keys() == {(A,)}


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
        (UpsertLike({"note": "a"}, outcome="x"), "must name every column of the key"),
        (UpsertLike({"id": A}, id=B), "must name every column of the key, once"),
        (Insert(id=A, note=None), "note may not be None"),
    ],
)
def test_a_change_that_does_not_fit_the_row_is_refused(change: Change, message: str) -> None:
    with pytest.raises(BadView, match=message):
        rows_after(change)


def test_a_key_is_inserted_once() -> None:
    with pytest.raises(BadView, match="stands there already; use Upsert"):
        rows_after(Insert(id=A, note="a"), Insert(id=A, note="b"))


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
    with pytest.raises(BadView, match="made of columns of Row"):
        View("v", row=Row, key=("id",), indexes=(Index(("id",), include=("child",)),))
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


def test_rows_are_made_anew_of_the_corrected_events_of_their_stream() -> None:
    view = View("worklist", row=Row, key=("id",), anew="id")

    @view.on(Received)
    def _(event: Received, record: Record) -> Change:
        return Upsert(id=record.stream, note=event.note)

    @view.on(Decided)
    def _(event: Decided, record: Record) -> Change:
        return Update({"id": record.stream}, outcome=event.outcome)

    told = [record(Received(note="a")), record(Decided(outcome="x"), position=2), record(Received(), B)]
    wrong = record(correction_of(told[0], Received(note="b"), None), position=3)
    assert fold(view, [*told, wrong]) == {(A,): Row(A, "b", "x"), (B,): Row(B, "")}
    none = record(correction_of(told[0], None, None), position=3)
    assert fold(view, [*told, none]) == {(B,): Row(B, "")}
    undecided = record(correction_of(told[1], None, None), position=4)
    assert fold(view, [*told, wrong, undecided])[A,] == Row(A, "b")
    assert view.topics == ["team.RecordCorrected", "test_projection.Decided", "test_projection.Received"]
    assert view.unsaid() == []
    with pytest.raises(BadView, match="needs the events of its stream"):
        view.changes(wrong)


def test_a_handler_says_what_a_correction_changes_and_others_are_named() -> None:
    view = View("worklist", row=Row, key=("id",))

    @view.on(Received, Decided)
    def _(_event: Event, record: Record) -> Change:
        return Insert(id=record.envelope.event_id, note="")

    assert view.unsaid() == [Received, Decided]

    @view.on_corrected(Received)
    def _(right: Received | None, corrected: Corrected, _correction: Record) -> Change:
        return (
            Delete(id=corrected.event) if right is None else Update({"id": corrected.event}, note=right.note)
        )

    assert view.unsaid() == [Decided]
    told = [record(Received()), record(Decided(outcome="x"), position=2)]
    other = record(correction_of(told[1], None, None), position=3)
    right = record(correction_of(told[0], Received(note="b"), None), position=4)
    rows = fold(view, [*told, other, right])
    assert [row.note for row in rows.values()] == ["b", ""]


def test_a_handler_reads_the_whole_stream_as_it_is_right() -> None:
    view = View("worklist", row=Row, key=("id",))

    @view.on(Received, Decided)
    def _(event: Received | Decided, record: Record) -> Change:
        return Upsert(id=B, note=event.note if isinstance(event, Received) else event.outcome)

    @view.on_stream_corrected(Decided)
    def _(right: Any, _correction: Record) -> Change:
        return Upsert(id=B, note=" ".join(getattr(one.event, "outcome", "-") for one in right))

    assert view.needs_history
    assert view.unsaid() == [Received]
    told = [record(Received()), *(record(Decided(outcome=o), position=n) for n, o in ((2, "x"), (3, "y")))]
    gone = record(correction_of(told[1], None, None), position=4)
    right = record(correction_of(told[2], Decided(outcome="z"), None), position=5)
    assert [row.note for row in fold(view, [*told, gone]).values()] == ["- y"]
    assert [row.note for row in fold(view, [*told, gone, right]).values()] == ["- z"]
    with pytest.raises(BadView, match="needs the events of its stream"):
        view.changes(gone)


def test_what_follows_from_a_correction_is_said_once_and_of_the_streams_own_rows() -> None:
    with pytest.raises(BadView, match="the column of its key that holds the stream's id"):
        View("v", row=Row, key=("id",), anew="note")
    anew = View("v", row=Row, key=("id",), anew="id")
    with pytest.raises(BadView, match="say once what follows from a correction"):
        anew.on(RecordCorrected)
    with pytest.raises(BadView, match="say once what follows from a correction"):
        anew.on_corrected(Received)
    with pytest.raises(BadView, match="say once what follows from a correction"):
        anew.on_stream_corrected(Received)
    both = View("v", row=Row, key=("id",))
    both.on(RecordCorrected)(lambda _event, _record: None)
    assert both.unsaid() == []
    with pytest.raises(BadView, match="say once what follows from a correction"):
        both.on_corrected(Received)
    anew.on(Received)(lambda _event, _record: Upsert(id=B, note=""))
    with pytest.raises(BadView, match="changed by it alone"):
        anew.changes(record(Received()))
