"""When something was received: said by our own staff, the moment of a command, or its cause's; refused otherwise (E2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from shared.domain.actors import Actor
from shared.domain.command import Command, Refused
from shared.domain.event import Envelope, Event, Record
from shared.domain.instants import Instant
from shared.domain.receipt import Received, received_at, refuse_receipt, said_received
from shared.testing.facts import actor

NOW = datetime(2026, 4, 7, 8, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=20)


class Receive(Received, name="test_receipt.Receive", opens=True, recorded_within="outside"):
    worries: str = ""


class Open(Command, name="test_receipt.Open"):
    pass


class Accepted(Event, name="test_receipt.Accepted"):
    received_at: Instant


class Escalated(Event, name="test_receipt.Escalated"):
    pass


def record(event: Event, happened: datetime) -> Record:
    envelope = Envelope(
        id=str(uuid4()),
        known_at=happened.isoformat(),
        actor="a",
        role="service",
        agency="lado",
        purpose="p",
        basis="b",
        correlation="c",
        command=str(uuid4()),
    )
    return Record(event.placed(child=None, happened_at=happened), envelope, "mash", uuid4(), 1, 1, NOW)


def test_a_persons_command_is_received_when_it_is_sent_unless_it_says_otherwise():
    assert received_at(Receive(), NOW, None) == NOW
    assert received_at(Receive(happened=EARLIER), NOW, None) == NOW
    assert received_at(Receive(received=EARLIER), NOW, None) == EARLIER
    assert received_at(Open(happened=EARLIER), NOW, None) == NOW


def test_a_policys_command_was_received_when_its_cause_was_or_happened():
    accepted = record(Accepted(received_at=EARLIER), EARLIER + timedelta(hours=3))
    assert received_at(Open(), NOW, accepted) == EARLIER
    assert received_at(Open(), NOW, record(Escalated(), EARLIER)) == EARLIER
    said = EARLIER - timedelta(hours=1)
    assert received_at(Receive(received=said), NOW, accepted) == said  # the policy itself says which


@pytest.mark.parametrize("field", ["happened", "known", "received"])
def test_nothing_happened_was_known_or_received_before_1900(field: str):
    assert getattr(Receive.model_validate({field: "1900-01-01T00:00:00Z"}), field).year == 1900
    with pytest.raises(ValidationError, match="before 1900"):
        Receive.model_validate({field: "0001-01-01T00:00:00Z"})


def test_only_a_command_that_takes_something_in_has_the_field():
    assert Receive.model_validate({"received": "2026-04-06T12:00:00Z"}).received == EARLIER
    assert said_received(Open(happened=EARLIER)) is None
    with pytest.raises(ValidationError):
        Open.model_validate({"received": "2026-04-06T12:00:00Z"})
    with pytest.raises(ValidationError):
        Receive.model_validate({"received": 0})
    shown = Receive.model_json_schema()["properties"]["received"]
    assert {"format": "date-time", "type": "string"} in shown["anyOf"]
    assert (Receive.NAME, Receive.OPENS, Receive.RECORDED_WITHIN) == ("test_receipt.Receive", True, "outside")


@pytest.mark.parametrize(
    ("by", "team"),
    [
        (actor("mash_screener", "Jo Bell"), "childrens_social_care"),
        (actor("keyworker", "Kim Roe"), "family_wellbeing"),
        (actor("lado", "Lee Hart"), "lado"),
        (actor("mash_screener", "Jo Bell"), "family_wellbeing"),  # social care writes up for every team
    ],
)
def test_our_own_staff_may_write_up_later_what_came_in(by: Actor, team: str):
    refuse_receipt(Receive(received=EARLIER), by, team, NOW)
    refuse_receipt(Receive(received=NOW), by, team, NOW)


@pytest.mark.parametrize(
    ("command", "by", "sentence"),
    [
        (Receive(received=EARLIER), actor("police_officer", "PC Hale"), "leave out when it was received"),
        (Receive(received=EARLIER), actor("keyworker", "Kim Roe"), "leave out when it was received"),
        (
            Receive(received=NOW + timedelta(microseconds=1)),
            actor("mash_screener", "Jo Bell"),
            "later than now",
        ),
        (
            Receive(received=EARLIER, happened=EARLIER + timedelta(microseconds=1)),
            actor("mash_screener", "Jo Bell"),
            "before it happened",
        ),
    ],
)
def test_a_receipt_of_a_partner_of_the_future_or_before_the_happening_is_refused(command, by, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        refuse_receipt(command, by, "childrens_social_care", NOW)
    assert refused.value.rules == ("E2",)


def test_what_says_nothing_of_its_receipt_and_what_a_service_says_is_let_through():
    officer = actor("police_officer", "PC Hale")
    refuse_receipt(Receive(), officer, "childrens_social_care", NOW)
    refuse_receipt(Open(), officer, "childrens_social_care", NOW)
    ahead = Receive(received=NOW + timedelta(seconds=1))
    refuse_receipt(ahead, replace(officer, role="service"), "childrens_social_care", NOW)
