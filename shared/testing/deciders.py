"""Given, when, then: tests of deciders that read like the rules they check. Pure, as what they test.

    given = decider(contact, RULES).given

    def test_a_contact_is_held_once():
        given().when(RECEIVE, at=MONDAY).when(HOLD, at=MONDAY).when(HOLD, at=TUESDAY).refused("M5")

A story of several things, or of several teams and what their policies make of each other's facts:

    story = story_of(mash, assessment).when(RECEIVE, at=MONDAY)
    story.when(ACCEPT.model_copy(update={"re": story.id}), at=MONDAY).follows(ReferralOpened)

What the kernel does around a decision is done here too: a command is decided on the kind of stream that it belongs to,
for each child it is about; an event gets the child and the moment it left to the command, is stored and read back before
it is folded (so `evolve` never sees a sealed part), takes its place on its stream, is noted where the clocks run that it
speaks of, and brings the misses it was born with; a correction folds its stream anew. What the kernel refuses before any
decision (the future, somebody unknown) is not tried here; a role is, where the access table is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.domain.decider import RecordedStep, Stream
from shared.domain.event import Event
from shared.domain.instants import utc
from shared.domain.people import KnownPerson
from shared.domain.rules import Rulebook
from shared.team.authorisation import Access
from shared.testing.facts import CHILD, actor, command_id
from shared.testing.logs import Logs, Step
from shared.testing.stories import Story
from shared.testing.teams import Declared, Team, team_of

__all__ = ["Decider", "Story", "Team", "decider", "story_of"]

SOCIAL_CARE: Final = "childrens_social_care"
"""The agency of a team where a test says no other."""


@dataclass(frozen=True)
class Decider:
    """A kind of stream, with the rules its decisions use; `beside` are the other streams its decisions take, `agency`
    the team's, in whose name its timers act, `people` what is known of people, `steps` those that `re` may name. Its story is of one thing.
    """

    stream: Stream
    rules: Rulebook
    beside: tuple[Stream, ...] = ()
    agency: str = SOCIAL_CARE
    people: Mapping[UUID, KnownPerson] = field(default_factory=dict)
    steps: tuple[RecordedStep, ...] = ()

    def given(
        self, *events: Event, at: datetime | None = None, child: UUID = CHILD, access: Access | None = None
    ) -> Story:
        """What had happened before; `at` is when, for events that do not say it themselves.

        With an `access` table, a role that may not send a command is refused.

        Raises:
            ValueError: an event of which nobody says when it happened.
        """
        team = Team(
            self.stream.command_types()[0].NAME.partition(".")[0],
            (self.stream, *self.beside),
            self.rules,
            agency=self.agency,
            people=self.people,
            steps=self.steps,
            access=access,
            one_thing=True,
        )
        return Story((team,), _given(team, events, at, child), child)


def _given(team: Team, events: Sequence[Event], at: datetime | None, child: UUID) -> Logs:
    """These events, as they stand on the streams of the team's one thing."""
    logs = Logs()
    for event in events:
        moment = event.happened_at or at
        if moment is None:
            raise ValueError(f"say when {event.NAME} happened: given(..., at=london(...))")
        now = utc(moment)
        kind = team.of_event(event, list(team.kinds))
        on = logs.begin(logs.of_team(team, kind, child), event)
        logs.append(on, event, Step(now, now, now, now, actor("mash_manager"), command_id(0)))
    return logs


def decider(
    stream: Stream,
    rules: Rulebook,
    *,
    beside: Sequence[Stream] = (),
    agency: str = SOCIAL_CARE,
    people: Mapping[UUID, KnownPerson] | None = None,
    steps: Sequence[RecordedStep] = (),
) -> Decider:
    """A kind of stream to test, with its team's rules and agency, and the steps that `re` may name.

    `people`: what is known of the child (CHILD, unless a command is about another), and of others whom commands name; of
    whoever is left out nothing is known, but that they are registered.
    """
    return Decider(stream, rules, tuple(beside), agency, people or {}, tuple(steps))


def story_of(*teams: Team | Declared, access: Access | None = None, child: UUID = CHILD) -> Story:
    """A story of teams, toy or real (the `app` of a team's `app.py`), in which nothing has happened yet.

    What crosses from one arrives at the policies of the others. With an `access` table, a role that may not send a
    command is refused.
    """
    return Story(tuple(team_of(one, access) for one in teams), child=child)
