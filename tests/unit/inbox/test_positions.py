"""How a message stands to the head of its key: next, behind, a duplicate, or of a log that says something else now."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.crypto.hash_chain import GENESIS
from shared.inbox.positions import KeyPosition, Order, doubtful, mark_of
from shared.messaging.message import Message

KEY = UUID(int=2)


def row(position: int) -> bytes:
    return bytes([position]) * 32


def message(position: int, previous: int, event_id: int | None = None) -> Message:
    """As the source's log has it."""
    return Message(
        event_id=UUID(int=event_id or position),
        source="mash",
        name="mash.ContactReceived",
        key=KEY,
        position=position,
        previous=previous,
        stream_id=KEY,
        version=1,
        digest=row(position),
        previous_digest=row(previous) if previous else GENESIS,
        recorded_at=datetime(2026, 4, 2, tzinfo=UTC),
        state=b"{}",
        sealed=b"",
    )


HEAD = KeyPosition(7, UUID(int=7), row(7))
TAKEN = {mark_of(message(3, 0)), mark_of(message(7, 3))}


@pytest.mark.parametrize(
    ("arrives", "order"),
    [
        (message(9, 7), Order.NEXT),
        (message(12, 9), Order.BEHIND),
        (message(7, 3), Order.DUPLICATE),
        (message(3, 0), Order.DUPLICATE),
    ],
)
def test_a_log_that_says_what_it_said_before(arrives, order):
    assert Order.of(arrives, HEAD, TAKEN) is order


@pytest.mark.parametrize(
    "arrives",
    [
        message(5, 3),  # never taken: the head was raised above it, or the log was put back
        replace(message(3, 0), digest=row(8)),  # taken there, and it said something else
        replace(message(7, 3, event_id=70), digest=row(8)),
        replace(message(7, 3), digest=row(8)),  # the same event's row says something else now
        message(9, 3),  # it passes over what was taken
        replace(message(9, 7), previous_digest=row(8)),  # what comes before it is not what was taken
    ],
    ids=["below", "below, another digest", "another event", "another digest", "passes over", "before it"],
)
def test_a_log_that_says_something_else_now(arrives):
    assert Order.of(arrives, HEAD, TAKEN) is Order.FORKED


def test_a_head_whose_digest_was_not_kept_goes_by_ids_alone():
    head = replace(HEAD, digest=None)
    assert Order.of(message(9, 7), head, TAKEN) is Order.NEXT
    assert Order.of(message(7, 3), head, TAKEN) is Order.DUPLICATE
    assert Order.of(replace(message(7, 3, event_id=70), digest=row(8)), head, TAKEN) is Order.FORKED


def test_what_a_person_left_out_at_a_head_is_a_duplicate_and_may_be_followed_as_what_was_taken_may():
    other = replace(message(7, 3, event_id=70), digest=row(8))
    after = replace(message(9, 7), previous_digest=row(8))
    assert doubtful(other, HEAD) == mark_of(other)
    assert doubtful(after, HEAD) == mark_of(other)
    left_out = TAKEN | {mark_of(other)}
    assert Order.of(other, HEAD, left_out) is Order.DUPLICATE
    assert Order.of(after, HEAD, left_out) is Order.NEXT
    assert Order.of(message(9, 7), HEAD, left_out) is Order.NEXT


def test_what_the_head_tells_is_not_looked_up():
    for arrives in (message(7, 3), message(9, 7), message(12, 9), message(9, 3)):
        assert doubtful(arrives, HEAD) is None


def test_of_several_that_were_never_taken_below_a_head_the_first_is_shown_and_the_others_queue():
    stopped = replace(HEAD, stopped=5)
    assert Order.of(message(6, 5), stopped, TAKEN) is Order.BEHIND
    assert Order.of(message(4, 3), stopped, TAKEN) is Order.FORKED
    assert Order.of(message(3, 0), stopped, TAKEN) is Order.DUPLICATE


def test_the_first_of_a_key_follows_nothing():
    assert Order.of(message(3, 0), KeyPosition(), ()) is Order.NEXT
    assert Order.of(message(7, 3), KeyPosition(), ()) is Order.BEHIND


def test_behind_a_parked_event_all_of_its_key_waits_until_a_person_has_it_tried_again():
    stopped = replace(HEAD, stopped=9)
    assert Order.of(message(9, 7), stopped, TAKEN) is Order.DUPLICATE
    assert Order.of(message(12, 9), stopped, TAKEN) is Order.BEHIND
    assert Order.of(message(9, 7), stopped, TAKEN, retrying=True) is Order.NEXT
