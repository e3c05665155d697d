"""When a contact, request, notification or report was received: the instant from which its clocks run.

A person's command is received when it is sent. Our own staff may write up later what came in (a telephone call in the
night), and then say so with `received`: what was done between receipt and writing counts. What a policy asks for was
received when the fact that caused it was: delivery between services is nobody's delay.
"""

from datetime import datetime
from typing import Final

from pydantic import Field

from shared.domain.actors import SERVICE, Actor
from shared.domain.command import Command, refuse_all
from shared.domain.event import Record
from shared.domain.instants import Moment, utc

SOCIAL_CARE: Final = "childrens_social_care"
"""The agency whose staff write up for every team what came in."""


class Received(Command):
    """A command that takes in what somebody sent us: `class ReceiveContact(Received, name="mash.ReceiveContact")`.

    Only such a command has the field `received`, so nobody can say it of an act of their own.
    """

    received: Moment | None = Field(
        default=None, description="when it came in, where our own staff write it up later"
    )


def said_received(command: Command) -> datetime | None:
    """What the command itself says of its receipt, in UTC; None where it was received when it was sent."""
    return command.received if isinstance(command, Received) else None


def received_at(command: Command, now: datetime, cause: Record | None) -> datetime:
    """When what the command is about was received, in UTC.

    What the command says; else, of a policy's command, when its cause was received, or happened; else `now`, the
    moment of the command.
    """
    said = said_received(command)
    if said is not None:
        return said
    if cause is None:
        return now
    received = getattr(cause.event, "received_at", None)
    return utc(received) if isinstance(received, datetime) else cause.happened_at


def refuse_receipt(command: Command, actor: Actor, team_agency: str | None, now: datetime) -> None:
    """Refuse a receipt said by a partner, later than now, or before what it tells of happened.

    `team_agency` is the agency of the team that takes it in. Services are let through: what they say is another
    team's fact.

    Raises:
        Refused: E2.
    """
    received = said_received(command)
    if received is None or actor.role == SERVICE:
        return
    refuse_all(
        (
            "E2",
            actor.agency not in {SOCIAL_CARE, team_agency},
            "what a partner sends is received when it is sent: leave out when it was received, and say when it happened",
        ),
        ("E2", received > now, "it cannot have been received later than now; correct when it was received"),
        (
            "E2",
            command.happened is not None and received < command.happened,
            "it cannot have been received before it happened; correct the times",
        ),
    )
