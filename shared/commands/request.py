"""A command as it came: who sent it, when it happened, what caused it; recorded late or not (E1), never of the future (E2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.domain.actors import SERVICE, Actor
from shared.domain.command import Command, RecordedWithin, refuse_all
from shared.domain.event import Record
from shared.domain.receipt import received_at, said_received
from shared.team.deadlines import CheckDeadline, VaryDeadline

RECORDED_WITHIN: Final[Mapping[RecordedWithin, timedelta]] = {
    "own": timedelta(hours=72),
    "significant": timedelta(hours=24),
}
"""E1: how long after it was known an act may be recorded without being marked late."""


OF_DEADLINES: Final = (CheckDeadline, VaryDeadline)
"""What every team decides alike, from the clocks of a stream."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command with its circumstances. All instants are in UTC.

    Attributes:
        command: what is asked.
        command_id: its id; of a thing that it opens, the thing's.
        actor: who asks.
        now: when it is decided.
        happened_at: when it happened: unless the command says otherwise when it was received, where it says that, and
            else now.
        known_at: when the agency knew: when it happened, unless the command says otherwise.
        received_at: when what it tells of was received.
        cause: the event that a policy answers with it.
    """

    command: Command
    command_id: UUID
    actor: Actor
    now: datetime
    happened_at: datetime
    known_at: datetime
    received_at: datetime
    cause: Record | None = None

    @classmethod
    def of(
        cls, command: Command, command_id: UUID, actor: Actor, now: datetime, cause: Record | None = None
    ) -> "Request":
        """The command as it came, with the instants that it left unsaid."""
        said = said_received(command)
        happened_at = command.happened or said or now
        return cls(
            command,
            command_id,
            actor,
            now,
            happened_at,
            command.known or happened_at,
            said or received_at(command, now, cause),
            cause,
        )

    @property
    def late(self) -> bool:
        """Whether it is recorded later than E1 allows. A service's own acts never are: nobody waited to write them.

        A report from outside is never late, unless our own staff wrote it up later: then E1 runs from its receipt.
        """
        limit = RECORDED_WITHIN.get(self.command.RECORDED_WITHIN)
        since = self.known_at
        received = said_received(self.command)
        if received is not None:
            limit, since = limit or RECORDED_WITHIN["own"], received
        return limit is not None and self.actor.role != SERVICE and self.now - since >= limit


def refuse_the_future(request: Request) -> None:
    """Refuse what has not happened yet, or was known before it happened.

    Services are let through: another team's clock may run a little ahead of ours.

    Raises:
        Refused: E2.
    """
    if request.actor.role == SERVICE:
        return
    happened, known, now = request.happened_at, request.known_at, request.now
    refuse_all(
        (
            "E2",
            happened > now or known > now,
            "it cannot have happened, or been known, later than now; correct the time",
        ),
        ("E2", known < happened, "it cannot have been known before it happened; correct the times"),
    )
