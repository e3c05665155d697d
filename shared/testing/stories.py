"""For tests: a story of one or several teams, told step by step. Pure. Used through `shared.testing.deciders`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.command import Command, Refused
from shared.domain.deadlines import DeadlineClock
from shared.domain.event import Event, Record
from shared.domain.instants import utc
from shared.domain.receipt import received_at, said_received
from shared.domain.rules import ClockState
from shared.domain.stream_state import StreamState
from shared.domain.view import View
from shared.domain.view_fold import fold
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.entries import AllEntries, Entries, Told
from shared.team.standard_entries import EVERY_TEAM
from shared.team.tasks import TaskRaised
from shared.testing.arriving import arrives
from shared.testing.facts import CHILD, actor, command_id, expect
from shared.testing.handling import Outcome, check_clock, handle
from shared.testing.logs import Logs, Step, StreamAt
from shared.testing.teams import Team

MOST_CONSEQUENCES: Final = 1_000
"""Facts that may follow from one step over all policies; with more, policies answer each other for ever."""


@dataclass(frozen=True)
class Story:
    """What has happened so far, and what the last step decided. Never changed: each step gives the next.

    Attributes:
        teams: whose story it is; the first one's streams are asked for by name alone.
        logs: what every team has recorded.
        child: whom it is about, where a command names nobody.
        outcome: what the last command decided, with its sealed parts.
        misses: the misses recorded with it, or by the timers.
        refusal: why it was refused, if it was.
        followed: what then followed from it through the policies of other teams.
        last: the last step.
        on_the_way: facts that have not arrived at other teams yet.
    """

    teams: tuple[Team, ...]
    logs: Logs = field(default_factory=Logs)
    child: UUID = CHILD
    outcome: Outcome = field(default_factory=Outcome)
    misses: tuple[DeadlineMissed, ...] = ()
    refusal: Refused | None = None
    followed: tuple[Record, ...] = ()
    last: Step | None = None
    on_the_way: tuple[Record, ...] = ()

    # -- what stands there

    @property
    def records(self) -> tuple[Record, ...]:
        """All events as they stand in the logs, for views, entries and policies."""
        return tuple(self.logs.records)

    @property
    def decided(self) -> tuple[Event, ...]:
        """What the last command decided, with its sealed parts."""
        return self.outcome.decided

    @property
    def id(self) -> UUID:
        """The id of the last step: of the thing that it opened, and the `re` of its correction.

        Raises:
            ValueError: nothing was done yet.
        """
        if self.last is None:
            raise ValueError("nothing was done yet")
        return self.last.command

    @property
    def state(self) -> Any:
        """The state of the stream by now."""
        return self.stream(self.teams[0].streams[0].name).state

    @property
    def streams(self) -> Mapping[str, StreamState]:
        """The streams of the first team by name, of the child of this story where there are several."""
        return {name: self.stream(name) for name in self.teams[0].kinds}

    def stream(
        self, name: str, *, of: UUID | None = None, about: UUID | None = None, team: str | None = None
    ) -> StreamState:
        """A stream by its kind's name, as it stands: the last one, of a thing (`of`), child and team where they are named."""
        owner = self._team(team)
        found = self._found(of, about or self.child, owner, name) or self._found(of, about, owner, name)
        return found[-1].folded if found else StreamState(0, owner.kinds[name].state)

    def _found(
        self, of: UUID | None, about: UUID | None, team: Team | None, name: str | None
    ) -> list[StreamAt]:
        return [
            one
            for one in self.logs.streams.values()
            if (team is None or one.team.name == team.name)
            and (name is None or one.kind.name == name)
            and (of is None or of in (one.thing, one.id))
            and (about is None or one.child == about)
        ]

    def _team(self, name: str | None) -> Team:
        return next(one for one in self.teams if name in (None, one.name))

    def rows(self, view: View[Any], *, team: str | None = None) -> list[Any]:
        """The rows of a view of a team, folded from its log."""
        name = self._team(team).name
        return list(fold(view, [one for one in self.records if one.service == name]).values())

    def entries(self, entries: Entries, *, team: str | None = None) -> list[Told]:
        """What the facts of a team say in the chronology, in their order; those that say nothing are left out."""
        owner = self._team(team)
        every = AllEntries(EVERY_TEAM, {owner.name: (entries, owner.rules)})
        said = (every.told(one) for one in self.records if one.service == owner.name)
        return [one for one in said if one is not None]

    # -- steps

    def when(
        self,
        command: Command,
        *,
        at: datetime,
        by: Actor | None = None,
        happened: datetime | None = None,
        known: datetime | None = None,
        delivered: bool = True,
    ) -> "Story":
        """Somebody asks for something at an instant; `happened` and `known` where that was not now.

        What crosses arrives at the other teams at once, unless it is not `delivered` before the story says so.

        Raises:
            ValueError: a time the kernel refuses before anything is decided (E2).
        """
        took_place = utc(happened or command.happened or said_received(command) or at)
        learnt = utc(known or command.known or took_place)
        if not took_place <= learnt <= utc(at):
            raise ValueError(
                "what happened is known and recorded in this order: the kernel refuses any other"
            )
        step = Step(
            utc(at),
            took_place,
            learnt,
            received_at(command, utc(at), None),
            by or actor("mash_manager"),
            command_id(len(self.records) + 1),
        )
        logs, team = self.logs.copy(), self._deciding(command)
        cleared = replace(self, outcome=Outcome(), misses=(), refusal=None, followed=(), last=step)
        try:
            outcome = handle(logs, team, command, step, child=self.child)
        except Refused as refusal:
            return replace(cleared, refusal=refusal)
        new = tuple(logs.records[len(self.records) :])
        story = replace(cleared, logs=logs, outcome=outcome, misses=outcome.misses)
        story = replace(story, on_the_way=(*self.on_the_way, *new))
        return story.delivered() if delivered else story

    def _deciding(self, command: Command) -> Team:
        """The team whose command it is: who recorded what is corrected, who keeps the clock that is varied."""
        name = command.NAME.partition(".")[0]
        if isinstance(command, CorrectRecord):
            facts = (one for one in self.records if one.envelope.command_id == command.re)
            name = next((one.service for one in facts), name)
        for team in self.teams:
            keeps = isinstance(command, VaryDeadline) and any(
                command.rule in one.clocks for one in team.streams
            )
            if team.name == name or keeps:
                return team
        return self.teams[0]

    def time_passes(self, *, until: datetime) -> "Story":
        """Nothing is done until then; the timers ask about every clock that fell due, as at its due instant."""
        now, logs = utc(until), self.logs.copy()
        misses: list[DeadlineMissed] = []
        last = self.last
        for one in self.logs.streams.values():
            for clock in (each for each in one.folded.clocks if each.missed_by(now)):
                last = Step(now, clock.due_at, clock.due_at, clock.due_at, one.team.actor, clock.started_by)
                misses += check_clock(logs, one, clock, last)
        new = tuple(logs.records[len(self.records) :])
        story = replace(
            self, logs=logs, outcome=Outcome(), misses=tuple(misses), refusal=None, followed=(), last=last
        )
        # What is on the way already stays there until the story says that it arrives.
        return replace(replace(story, on_the_way=new).delivered(at=until), on_the_way=self.on_the_way)

    def delivered(self, *, at: datetime | None = None) -> "Story":
        """What is on the way arrives at the other teams, and what their policies ask for is decided there: now, or `at`.

        Raises:
            AssertionError: a command is refused and the policy gives the refusal no meaning: the kernel would park the
                event; or policies answer each other for ever.
        """
        logs, waiting = self.logs.copy(), list(self.on_the_way)
        followed: list[Record] = []
        while waiting:
            fact = waiting.pop(0)
            if not fact.event.is_published(walled=self._team(fact.service).walled):
                continue
            for team in (one for one in self.teams if one.hears(fact)):
                now = utc(at) if at else self.last.now if self.last else fact.recorded_at
                new = arrives(logs, team, fact, now)
                followed += new
                waiting += new
            if len(followed) > MOST_CONSEQUENCES:
                raise AssertionError("policies answer each other for ever")
        return replace(self, logs=logs, followed=tuple(followed), on_the_way=())

    # -- what then holds

    def then(self, *events: Event) -> "Story":
        """Just these were decided, in this order; of a command about several children, for each of them, but for an event
        that names its child. A sealed part is compared where the expected event gives one.

        Raises:
            AssertionError: it was refused, or something else was decided.
        """
        if self.refusal is not None:
            raise AssertionError(f"refused by {', '.join(self.refusal.rules)}: {self.refusal.message}")
        if self.last is None:
            raise AssertionError("nothing was done yet: say `when` first")
        happened = self.last.happened
        wanted = [
            event.placed(child=child, happened_at=happened)
            for child in self.outcome.children or (self.child,)
            for event in events
            if event.child in (None, child) or len(self.outcome.children) < _SEVERAL
        ]
        got = list(self.decided)
        for i, event in enumerate(wanted[: len(got)]):
            if event.sealed is None:
                got[i] = got[i].model_copy(update={"sealed": None})
        expect(wanted, got, "what was decided")
        return self

    def nothing(self) -> "Story":
        """It was so already: nothing was decided, and nothing refused."""
        return self.then()

    def refused(self, *rules: str, reason: str | None = None) -> "Story":
        """It was refused by just these rules; and with this reason for policies, where one is given."""
        if self.refusal is None:
            raise AssertionError(f"not refused: it decided {[event.NAME for event in self.decided]}")
        expect(sorted(rules), sorted(self.refusal.rules), "the rules that forbid it")
        if reason is not None:
            expect(reason, self.refusal.reason, "the reason for policies")
        return self

    def missed(self, *rules: str) -> "Story":
        """The misses recorded by the last step were of just these rules."""
        expect(sorted(rules), sorted(miss.rule for miss in self.misses), "the misses recorded")
        return self

    def follows(self, *events: type[Event]) -> "Story":
        """Just facts of these kinds followed through the policies of other teams, in this order."""
        expect([one.NAME for one in events], [one.event.NAME for one in self.followed], "what followed")
        return self

    def tasks(self, *tasks: tuple[str, str]) -> "Story":
        """Just these tasks were left to people by the last step: role and reason of each."""
        raised = [one.event for one in self.followed if isinstance(one.event, TaskRaised)]
        expect(list(tasks), [(one.role, one.reason) for one in raised], "the tasks raised")
        return self

    def clocks(
        self,
        at: datetime | None = None,
        *,
        of: UUID | None = None,
        about: UUID | None = None,
        **states: ClockState | None,
    ) -> "Story":
        """How the latest clock of each rule named stands at an instant (the last step's, unless given).

        None: no such clock ever ran. `of` a thing, or an episode's stream; `about` a child.
        """
        moment = at or (self.last.now if self.last else None)
        if moment is None:
            raise ValueError("nothing was done yet: say clocks(at=...)")
        now = utc(moment)
        found: dict[str, ClockState | None] = {}
        for rule in states:
            clock = self.clock(rule, of=of, about=about)
            found[rule] = clock.state(now) if clock else None
        expect(states, found, f"the clocks at {now.isoformat()}")
        return self

    def clock(self, rule: str, *, of: UUID | None = None, about: UUID | None = None) -> DeadlineClock | None:
        """The latest clock of a rule, on whichever stream it runs: of a thing and a child, where they are named."""
        found = [
            clock
            for one in self._found(of, about, None, None)
            if (clock := one.folded.clocks.latest(rule)) is not None
        ]
        return max(found, key=lambda one: one.deadline.starts_at, default=None)


_SEVERAL: Final = 2
