"""What a running service says of itself, as typed records: its progress, and what hinders it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

NOT_READY: Final = ("tasks", "commands", "log", "access log", "views", "relay", "consumer", "checkpoints")
"""What may keep a process from being ready: the parts by which `not_ready` and the metric of it are told apart."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one service has come. From two looks at all services somebody can tell that nothing is under way.

    Attributes:
        service: its name.
        now: the present instant by its clock (UTC).
        head: the last position of its log.
        relayed: the position up to which everything that crosses is on the broker.
        relay_error: what keeps the relay from publishing, as the kind of the error; and so the next two.
        consumer_error: what keeps it from taking in.
        checkpoint_error: what keeps it from signing or publishing checkpoints.
        checkpoint_alarm: what a person must look at: a log that cannot be signed, or signatures that contradict it.
        keys_gone: how many keys are gone that words stand sealed under, and were not erased: of those that somebody wanted
            to read or to write under; `safeguarding verify` looks at all.
        acknowledged: the offset of the last message that the broker took, by topic/partition.
        consumed: the offset that is read next, by topic/partition, of each that it reads.
        views: the position to which each view, and each follow-up, has followed the log.
        view_errors: what stopped a view, or what it waits for.
        in_flight: commands and pages being worked on.
        claimed: due clocks that a timer has claimed.
        held: events that wait for a gap, a cause or a newer program.
        parked: events that wait for a person.
        unproven: of these, messages that cannot be read or that no holder of their topic's key made: an alarm.
        next_due: the earliest instant at which a clock that runs falls due (UTC).
        broker_away_since: since when the broker has not answered (UTC, by the real clock).
        topics_gone: topics that are read and are not there, or were made again and are not read yet.
        not_ready: why this process is not ready, by which part; empty where it is (`Hindrances`).
    """

    service: str
    now: datetime
    head: int
    relayed: int
    relay_error: str | None
    consumer_error: str | None
    checkpoint_error: str | None
    checkpoint_alarm: str | None
    keys_gone: int
    acknowledged: Mapping[str, int]
    consumed: Mapping[str, int]
    views: Mapping[str, int]
    view_errors: Mapping[str, str]
    in_flight: int
    claimed: int
    held: int
    parked: int
    unproven: int
    next_due: datetime | None
    broker_away_since: datetime | None = None
    topics_gone: tuple[str, ...] = ()
    not_ready: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As GET /progress answers it."""
        due = self.next_due.isoformat() if self.next_due else None
        away = self.broker_away_since.isoformat() if self.broker_away_since else None
        instants = {"now": self.now.isoformat(), "next_due": due, "broker_away_since": away}
        return asdict(self) | instants | {"topics_gone": list(self.topics_gone)}


@dataclass(frozen=True, slots=True)
class Hindrances:
    """What is wrong though the process runs.

    The relay and the checkpoints may be hindered, by the kind of their errors, while commands are taken: what was
    written is passed on afterwards. What a command or a look would fail on, what shows people less than is so (on a
    stopped deadline board a child's deadline passes unseen) and what a person must put right makes the process not
    ready.

    Attributes:
        relay_error: what keeps the relay from publishing; so the next.
        checkpoint_error: what keeps it from signing or publishing checkpoints.
        not_ready: a sentence for each of NOT_READY that keeps callers away: what is wrong, and what to do.
    """

    relay_error: str | None
    checkpoint_error: str | None
    not_ready: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As GET /health/ready says it."""
        return asdict(self)
