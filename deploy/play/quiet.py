"""Quiet: nothing that earlier steps caused is still on its way. Pure; see `/progress` of every service.

Two looks with the same heads are needed, and each must find: everything relayed, consumed by every subscriber and in
every view; nothing in flight, claimed or waiting; nothing due. One look is not enough, because a message can leave
one service after that was looked at and reach another before.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.instants import Instant


class Progress(BaseModel):
    """How far one service has come, as its `/progress` says it. Instants are UTC, by the service's own clock.

    `acknowledged` is the offset of the last message the broker took, by `topic/partition`; `consumed` the offset
    that is read next, for each partition the service reads.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    service: str
    now: Instant | None = None
    head: int
    relayed: int
    relay_error: str | None = None
    acknowledged: Mapping[str, int] = Field(default_factory=dict)
    consumed: Mapping[str, int] = Field(default_factory=dict)
    views: Mapping[str, int] = Field(default_factory=dict)
    view_errors: Mapping[str, str] = Field(default_factory=dict)
    in_flight: int = 0
    claimed: int = 0
    held: int = 0
    parked: int = 0
    next_due: Instant | None = None

    @property
    def due(self) -> bool:
        """Whether a deadline falls due at or before the service's own now."""
        return self.next_due is not None and self.now is not None and self.next_due <= self.now


def heads(looks: Sequence[Progress]) -> dict[str, int]:
    """Each service's log head."""
    return {one.service: one.head for one in looks}


def earliest_due(looks: Sequence[Progress], until: datetime) -> datetime | None:
    """The earliest due instant over all services, if it is not after `until`."""
    due = [one.next_due for one in looks if one.next_due is not None and one.next_due <= until]
    return min(due, default=None)


def what_moves(looks: Sequence[Progress]) -> list[str]:
    """What is still on its way, in words; empty when there is nothing. Deadlines that are due are not looked at."""
    return list(_moving(looks))


def what_failed(looks: Sequence[Progress]) -> list[str]:
    """What will not go on by itself: views that stopped, with their errors."""
    return [
        f"{one.service}: view {name} stopped: {error}"
        for one in looks
        for name, error in sorted(one.view_errors.items())
        if error
    ]


def _moving(looks: Sequence[Progress]) -> Iterator[str]:
    acknowledged: dict[str, int] = {}
    for one in looks:
        for place, offset in one.acknowledged.items():
            acknowledged[place] = max(offset, acknowledged.get(place, -1))
    for one in looks:
        if one.relayed < one.head:
            why = f" ({one.relay_error})" if one.relay_error else ""
            yield f"{one.service} has relayed {one.relayed} of {one.head} events{why}"
        for place, following in sorted(one.consumed.items()):
            if following <= acknowledged.get(place, -1):
                yield f"{one.service} has read {place} to {following} of {acknowledged[place] + 1}"
        for name, position in sorted(one.views.items()):
            if position < one.head:
                yield f"{one.service}: view {name} stands at {position} of {one.head}"
        for what, count in (
            ("commands in flight", one.in_flight),
            ("timers claimed", one.claimed),
            ("messages held back", one.held),
        ):
            if count:
                yield f"{one.service} has {count} {what}"
