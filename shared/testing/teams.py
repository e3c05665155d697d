"""For tests: a team as a story needs it, toy or real. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.command import Command, NotFound
from shared.domain.decider import RecordedStep, Stream
from shared.domain.event import Event, Record
from shared.domain.people import KnownPerson
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.team.authorisation import Access
from shared.team.deadlines import CheckDeadline, VaryDeadline
from shared.team.elsewhere import elsewhere_stream
from shared.team.tasks import task


class Declared(Protocol):
    """What a story reads of the declaration of a team, the `app` of its `app.py`."""

    @property
    def name(self) -> str: ...  # noqa: D102 - as of a Service
    @property
    def agency(self) -> str: ...  # noqa: D102
    @property
    def streams(self) -> tuple[Stream, ...]: ...  # noqa: D102
    @property
    def policy(self) -> Policy: ...  # noqa: D102
    @property
    def rules(self) -> Rulebook: ...  # noqa: D102
    @property
    def topic(self) -> Any: ...  # noqa: D102
    @property
    def reads(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Team:
    """A team of a story: its kinds of stream, its rules and its policy, as its declaration has them.

    Attributes:
        name: the team's, before the dot of its commands and events.
        streams: its kinds of stream. The kernel's for tasks, and for what is noted from elsewhere, are added.
        rules: its clocks.
        policy: what it does when others' facts arrive.
        agency: in whose name its policies and timers act.
        reads: the teams whose facts arrive; unless given, those its policy reacts to.
        people: what it knows of people; of whoever is left out nothing, but that they are registered.
        steps: recorded steps that `re` may name, beside those of the story.
        access: who may send what; unless given, anybody may.
        walled: whether it stands behind a wall: nothing that every team has leaves it.
        one_thing: the story is of one contact, meeting or panel, and every command is about that.
    """

    name: str
    streams: tuple[Stream, ...]
    rules: Rulebook
    policy: Policy | None = None
    agency: str = "childrens_social_care"
    reads: tuple[str, ...] | None = None
    people: Mapping[UUID, KnownPerson] = field(default_factory=dict)
    steps: tuple[RecordedStep, ...] = ()
    access: Access | None = None
    walled: bool = False
    one_thing: bool = False

    @cached_property
    def kinds(self) -> dict[str, Stream]:
        """Every kind of stream it has, by name."""
        noted = (
            None if any(one.name == "elsewhere" for one in self.streams) else elsewhere_stream(self.streams)
        )
        return {one.name: one for one in (task, *self.streams, *((noted,) if noted else ()))}

    @property
    def actor(self) -> Actor:
        """The service itself, for its policies and timers."""
        return Actor.service(self.name, self.agency)

    def hears(self, fact: Record) -> bool:
        """Whether a fact of another team arrives at its policy."""
        if self.policy is None or fact.service == self.name or not self.policy.reacts_to(fact.event.NAME):
            return False
        if fact.event.INTAKE:
            return fact.event.INTAKE in self.policy.intakes()
        reads = self.policy.sources() if self.reads is None else self.reads
        return fact.service in reads or (self.reads is None and self.policy.reacts_to_every)

    def of_command(self, command: Command) -> Stream:
        """The kind of stream that decides a command; of the clocks' own, the kind that keeps the rule's clocks.

        Raises:
            NotFound: none does.
        """
        if isinstance(command, CheckDeadline | VaryDeadline):
            keeping = [one for one in self.streams if command.rule in one.clocks]
            if not keeping and self.one_thing:
                keeping = [self.streams[0]]
            deciding = keeping
        else:
            deciding = [one for one in self.kinds.values() if type(command) in one.command_types()]
            deciding = sorted(deciding, key=lambda one: _over(command, one))
            if self.one_thing:
                deciding = [one for one in self.streams if one in deciding] or [*deciding, self.streams[0]]
        if not deciding:
            raise NotFound(f"{self.name} has no stream that decides {command.NAME}", what="command")
        return deciding[0]

    def of_event(self, event: Event, names: Sequence[str]) -> Stream:
        """The kind of stream an event stands on, of those that the decision takes.

        Raises:
            AssertionError: none of them holds it.
        """
        found = next(
            (self.kinds[one] for one in names if isinstance(event, self.kinds[one].event_types())), None
        )
        if found is None:
            raise AssertionError(f"{event.NAME} is no event of {' or '.join(names)}")
        return found


def _over(command: Command, stream: Stream) -> bool:
    """Whether a command over several things is decided here for each of them, beside its own stream."""
    return command.OVER is not None and command.OVER.stream == stream.name


def team_of(declared: "Team | Declared", access: Access | None = None, **changed: Any) -> Team:
    """A team of a story, of its declaration or a made-up one."""
    if isinstance(declared, Team):
        return declared
    return Team(
        declared.name,
        declared.streams,
        declared.rules,
        declared.policy,
        declared.agency,
        declared.reads,
        access=access,
        walled=declared.topic.walled,
        **changed,
    )
