"""The digest chain: every byte of every row counts, and so does the order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.hash_chain import GENESIS, content, first_break, link

AT = datetime(2026, 4, 2, 15, 40, 0, 5, tzinfo=UTC)
ROW = (1, UUID(int=1), 1, "mash.ContactReceived", AT, b'{"a":1}', b"sealed")


def test_the_digest_of_a_row_is_pinned():
    """Stored chains stand on these bytes: they never change."""
    assert content(*ROW).hex() == "03d93025ef814bf22e31cbe4b8f75e7f071b24124db6d55bf0a34b7f2c5071c1"
    assert (
        link(GENESIS, content(*ROW)).hex()
        == "4c11f48549bd67c57f9fb31ac8ad132dd52db33e82527372afd46c2ee6e09c99"
    )


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (0, 2),
        (1, UUID(int=2)),
        (2, 2),
        (3, "mash.ContactReceive"),
        (4, AT + timedelta(microseconds=1)),
        (5, b'{"a":2}'),
        (6, b"seale"),
        (6, None),
        (6, b""),
    ],
)
def test_every_part_of_a_row_counts(place, other):
    changed = [*ROW]
    changed[place] = other
    assert content(*changed) != content(*ROW)


def test_absent_and_empty_are_not_the_same():
    assert content(*ROW[:6], None) != content(*ROW[:6], b"")


@given(st.text(max_size=5), st.binary(max_size=5), st.binary(max_size=5), st.integers(0, 5))
def test_bytes_cannot_wander_between_neighbours(name, state, sealed, cut):
    moved = content(1, UUID(int=1), 1, name, AT, state + sealed[:cut], sealed[cut:])
    assert (moved == content(1, UUID(int=1), 1, name, AT, state, sealed)) is (sealed[:cut] == b"")


def test_the_same_instant_in_another_zone_is_the_same():
    summer = AT.astimezone(tz=datetime.fromisoformat("2026-04-02T16:40:00+01:00").tzinfo)
    assert content(*ROW[:4], summer, *ROW[5:]) == content(*ROW)


def log(count: int) -> list[dict]:
    rows, digest = [], GENESIS
    for position in range(1, count + 1):
        row = {
            "notification_id": position,
            "originator_id": UUID(int=position % 3),
            "originator_version": position,
            "topic": "mash.ContactReceived",
            "recorded_at": AT,
            "state": b"%d" % position,
            "sealed": None,
        }
        digest = link(digest, content(position, *list(row.values())[1:]))
        rows.append(row | {"digest": digest})
    return rows


def test_a_whole_log_has_no_break():
    rows = log(6)
    assert first_break(rows) is None
    assert first_break(rows[3:], after=3, digest=rows[2]["digest"]) is None
    assert first_break([]) is None


@pytest.mark.parametrize(
    ("meddle", "found"),
    [
        (lambda rows: rows[2].update(state=b"7"), 3),
        (lambda rows: rows.pop(2), 3),
        (lambda rows: rows.insert(2, rows[1]), 3),
        (lambda rows: rows.__setitem__(slice(2, 4), rows[3:1:-1]), 3),
        (lambda rows: rows[5].update(recorded_at=AT - timedelta(days=1)), 6),
        (lambda rows: rows[0].update(digest=GENESIS), 1),
    ],
)
def test_what_was_changed_shows_where(meddle, found):
    rows = log(6)
    meddle(rows)
    assert first_break(rows) == found
