"""The instants of a request that its command left unsaid, and when it is late (E1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.commands.request import Request
from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.receipt import Received
from shared.testing.facts import actor

NOW = datetime(2026, 4, 7, 8, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
DAY, THREE_DAYS = timedelta(hours=24), timedelta(hours=72)


class Receive(Received, name="test_request.Receive", recorded_within="outside"):
    pass


class Alarm(Received, name="test_request.Alarm", recorded_within="significant"):
    pass


class Act(Command, name="test_request.Act"):
    pass


SCREENER = actor("mash_screener", "Jo Bell")


def request(command: Command, by: Actor = SCREENER) -> Request:
    return Request.of(command, UUID(int=1), by, NOW)


def test_what_is_said_of_nothing_is_now():
    made = request(Receive())
    assert (made.happened_at, made.known_at, made.received_at) == (NOW, NOW, NOW)


def test_what_was_received_earlier_happened_and_was_known_then_where_nothing_else_is_said():
    received = NOW - DAY
    made = request(Receive(received=received))
    assert (made.happened_at, made.known_at, made.received_at) == (received, received, received)
    happened = received - DAY
    made = request(Receive(received=received, happened=happened))
    assert (made.happened_at, made.known_at, made.received_at) == (happened, happened, received)


@pytest.mark.parametrize(
    ("command", "late"),
    [
        (Act(known=NOW - THREE_DAYS + A_MOMENT, happened=NOW - THREE_DAYS * 2), False),
        (Act(happened=NOW - THREE_DAYS), True),
        (Receive(happened=NOW - THREE_DAYS * 9), False),  # a report from outside never is
        (Receive(received=NOW - THREE_DAYS + A_MOMENT, happened=NOW - THREE_DAYS * 9), False),
        (Receive(received=NOW - THREE_DAYS), True),  # but for our own staff's writing up
        (Alarm(received=NOW - DAY + A_MOMENT, happened=NOW - THREE_DAYS), False),
        (Alarm(received=NOW - DAY), True),
    ],
)
def test_late_is_counted_from_known_or_from_the_receipt_where_it_is_said(command: Command, late: bool):
    assert request(command).late is late
    assert not request(command, by=replace(SCREENER, role="service")).late
