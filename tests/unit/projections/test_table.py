"""A view's table: how it is made, and how changes are put together for the database."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, NewType
from uuid import UUID

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.instants import Instant
from shared.domain.view import After, Change, Delete, Index, Insert, Update, Upsert, UpsertLike, View, Wall
from shared.domain.view_columns import BadView
from shared.infrastructure.postgres import would_fail_again
from shared.projections.table import create, indexes, shape, steps
from shared.projections.walls import NO_ONE_ELSE, Logins, protect
from tests.unit.projections.toy_views import A, B, C, Row, rows_after, worklist


class Kind(StrEnum):
    """A closed list of words."""

    CONTACT = "contact"


WorkerId = NewType("WorkerId", UUID)


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
        "everything",
        row=Everything,
        key=("id",),
        indexes=(("at", "id"), Index(("kind",), where="done", include=("level",))),
    )
    assert create(view, "mash", "everything") == (
        'CREATE TABLE "mash_views"."everything" ("id" uuid NOT NULL, "at" timestamptz NOT NULL, '
        '"worker" uuid NOT NULL, "kind" text NOT NULL, "level" text NOT NULL, "born" date, "done" boolean NOT NULL, '
        '"blob" bytea, "tags" text[], "seen" uuid[] NOT NULL, "count" bigint NOT NULL, PRIMARY KEY ("id"))'
    )
    assert indexes(view, "mash", "everything", partial=False) == [
        'CREATE INDEX ON "mash_views"."everything" ("at", "id")'
    ]
    assert indexes(view, "mash", "everything", partial=True) == [
        'CREATE INDEX ON "mash_views"."everything" ("kind") INCLUDE ("level") WHERE done'
    ]


def test_who_reads_is_let_in_and_behind_a_wall_to_no_more_than_it_lets_them_see() -> None:
    logins = Logins(own="mash", reader='mash"_reader')
    assert protect(worklist(), "mash", "new", logins) == ['GRANT SELECT ON "mash_views"."new" TO "mash"']
    walled = View("rows", row=Row, key=("id",), wall=Wall("EXISTS (SELECT FROM x WHERE x.id = {table}.id)"))
    rows = '(EXISTS (SELECT FROM x WHERE x.id = "mash_views"."new".id))'
    made = [
        'ALTER TABLE "mash_views"."new" ENABLE ROW LEVEL SECURITY',
        f'CREATE POLICY reader ON "mash_views"."new" FOR SELECT USING {rows}',
    ]
    assert protect(walled, "mash", "new", NO_ONE_ELSE) == made
    assert protect(walled, "mash", "new", logins) == [
        *made,
        'GRANT SELECT ON "mash_views"."new" TO "mash""_reader"',
    ]


def test_a_step_says_whether_its_rows_are_looked_for_otherwise_than_by_the_key() -> None:
    view = worklist()
    for change, anywhere in (
        (Update({"id": A, "outcome": None}, outcome="x"), False),
        (Delete(id=A), False),
        (Update({"outcome": "y"}, outcome="x"), True),
        (Delete(outcome=None), True),
        (Delete(id=After(A)), True),
    ):
        assert [step.anywhere for step in steps(view, "mash", "worklist", [change])] == [anywhere]


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
        View("v", row=Two, key=("id",), indexes=(Index(("note",), include=("id",)),)),
        View("v", row=Two, key=("id",), edition=2),
        View("v", row=Two, key=("id",), wall=Wall("id IS NOT NULL")),
        View("v", row=Two, key=("id",), wall=Wall("true")),
    ]
    assert len({shape(first), *(shape(other) for other in others)}) == 9


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


def test_a_row_like_another_is_made_in_one_statement() -> None:
    (step,) = steps(worklist(), "mash", "worklist", [UpsertLike({"note": "a"}, id=B, count=2)])
    assert step.sql == (
        'INSERT INTO "mash_views"."worklist" ("id", "note", "outcome", "count", "tags") '
        'SELECT $1::uuid, "note", "outcome", $2::bigint, "tags" FROM "mash_views"."worklist" WHERE "note" = $3 LIMIT 1 '
        'ON CONFLICT ("id") DO UPDATE SET "count" = excluded."count"'
    )
    assert (step.rows, step.anywhere) == ([(B, 2, "a")], True)


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
