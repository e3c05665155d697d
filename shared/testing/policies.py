"""For tests: given a policy, when an event arrives, then these commands follow. Pure. Used through `shared.testing.deciders`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.command import Command
from shared.domain.event import Event, Record
from shared.domain.policy import Meaning, Policy, Reaction
from shared.testing.facts import CHILD, STREAM, expect, record


@dataclass(frozen=True)
class Arrival:
    """A policy at which an event arrived."""

    policy: Policy
    record: Record

    @property
    def _asked(self) -> list[tuple[Reaction, Command]]:
        return [(step, command) for step, _, command in self.policy.react(self.record)]

    def then(self, *commands: Command) -> "Arrival":
        """Just these commands follow, in this order. One that does not say when takes the event's own instants."""
        own = {"happened": self.record.happened_at, "known": self.record.envelope.known}
        wanted = [
            each
            if each.happened
            else each.model_copy(update=own | ({"known": each.known} if each.known else {}))
            for each in commands
        ]
        expect(wanted, [command for _, command in self._asked], "the commands that follow")
        return self

    def then_anew(self, *commands: Command) -> "Arrival":
        """Of a correction: just these commands are what the policy asks for of the fact as it is right, each with its
        instants; what it notes is restated by them, all else is for a person.
        """
        found = [command for _, asked in self.policy.react_anew(self.record) for command in asked]
        expect(list(commands), found, "what is asked for of the fact as it is right")
        return self

    def nothing(self) -> "Arrival":
        """Nothing follows."""
        return self.then()

    def refusal_means(self, reason: str, meaning: Meaning | None) -> "Arrival":
        """What it means when a command that follows is refused for this reason; None: the event is parked."""
        found = [step.meaning((reason,)) for step, _ in self._asked]
        expect([meaning] * len(found), found, f"what a refusal for {reason} means")
        return self


@dataclass(frozen=True)
class GivenPolicy:
    """A policy to test."""

    policy: Policy

    def when(
        self,
        event: Event,
        *,
        at: datetime,
        by: Actor | None = None,
        happened: datetime | None = None,
        known: datetime | None = None,
        child: UUID | None = CHILD,
        stream: UUID = STREAM,
        service: str | None = None,
    ) -> Arrival:
        """An event arrives that was recorded at an instant; see `record` for the rest."""
        arrived = record(
            event, at=at, by=by, happened=happened, known=known, child=child, stream=stream, service=service
        )
        return Arrival(self.policy, arrived)

    def when_recorded(self, arrived: Record) -> Arrival:
        """A record of another story arrives."""
        return Arrival(self.policy, arrived)


def given_policy(policy: Policy) -> GivenPolicy:
    """A policy to test."""
    return GivenPolicy(policy)
