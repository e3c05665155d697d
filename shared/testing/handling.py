"""For tests: a command handled on logs in memory, as the kernel handles it on a real one. Pure.

Address, decide for each child or thing, record: one refusal refuses all. What the kernel refuses before any decision
(the future, somebody unknown) is not tried here. A command need not say whom it is about, or which thing, where the
story has only one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared.domain.carried import carried_from
from shared.domain.clock_facts import DeadlineMissed, is_a_record, is_of_clocks
from shared.domain.command import Command, NotFound, Refused, people_named
from shared.domain.deadlines import DeadlineClock
from shared.domain.decider import Context, Per, RecordedStep
from shared.domain.event import Event
from shared.domain.notes import Standing, notes_missing, notes_of_decision
from shared.domain.people import KnownPerson, also_called, joined
from shared.team.authorisation import authorise, membership_of
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import CheckDeadline, VaryDeadline, decide_deadline
from shared.team.elsewhere import RestateNotes
from shared.team.known_people import known_person
from shared.team.tasks import RaiseTaskWhereOpen
from shared.testing.addressing import Subject, records_of_step, same_of, subjects_of
from shared.testing.ahead import as_told_ahead, happening_now
from shared.testing.correcting import correct, restate
from shared.testing.facts import CHILD, MANAGERS, THING
from shared.testing.logs import Logs, Step, StreamAt
from shared.testing.teams import Team


@dataclass(frozen=True)
class Outcome:
    """What a command decided, in its order, and the misses recorded with it."""

    decided: tuple[Event, ...] = ()
    misses: tuple[DeadlineMissed, ...] = ()
    children: tuple[UUID | None, ...] = ()
    """Whom it was decided for, in that order."""


def handle(logs: Logs, team: Team, command: Command, step: Step, *, child: UUID = CHILD) -> Outcome:
    """Do on `logs` what a command asks for; `child` is meant where the command names nobody.

    Raises:
        Refused: the role may not (E9), or the rules forbid it: then drop the logs.
        NotFound: it is addressed to nothing.
        AssertionError: the kernel would call what was decided a mistake in the program.
    """
    permission = None
    if team.access is not None and not command.INTERNAL:
        permission = authorise(team.access, team.actor, team.name, command, step.by)
    if permission is None or permission.granted:
        return _handle(logs, team, command, step, child)
    more: tuple[str, ...] = ()
    if permission.of_the_team:
        try:
            _handle(logs.copy(), team, command, step, child)
        except Refused as refusal:
            more = refusal.rules
    rule, *others = dict.fromkeys((*permission.rules, *more))
    raise Refused(permission.why, *others, rule=rule)


def check_clock(logs: Logs, on: StreamAt, clock: DeadlineClock, step: Step) -> list[DeadlineMissed]:
    """A timer asks about a clock: the miss that it records, if it was missed."""
    subject = Subject(logs.now(on), {})
    command = CheckDeadline(rule=clock.rule, started_by=clock.started_by)
    context = _context(logs, on.team, command, step, subject, [subject])
    missed = [
        one for one in _decide(logs, on.team, command, subject, context) if isinstance(one, DeadlineMissed)
    ]
    for one in missed:
        logs.append(on, one, step)
    return missed


def _handle(logs: Logs, team: Team, command: Command, step: Step, child: UUID) -> Outcome:
    if isinstance(command, CorrectRecord):
        corrections, revealed = correct(logs, team, command, step)
        late = _note_what_is_missing(logs, team, step)
        return Outcome(corrections, (*revealed, *late), (None,))
    if isinstance(command, RestateNotes):
        restatements, revealed = restate(logs, team, command, step, command.about[0])
        late = _note_what_is_missing(logs, team, step)
        return Outcome(restatements, (*revealed, *late), command.about)
    if isinstance(command, RaiseTaskWhereOpen) and not _so_much_is_open(logs, team, command):
        return Outcome()
    subjects = subjects_of(logs, team, command, step, child)
    opened = command.OPENS or command.JOINS is not None
    gone = [each.own for each in subjects if each.own.folded.withdrawn and not opened]
    if any(one.kind.per not in (Per.CHILD, Per.EPISODE) for one in gone):
        raise NotFound("what this is about was withdrawn: there is no such thing", what="thing")
    decided: list[Event] = []
    misses: list[DeadlineMissed] = []
    for subject in (each.now(logs) for each in subjects):
        context = _context(logs, team, command, step, subject, subjects)
        events = _decide(logs, team, command, subject, context)
        decided += (event.placed(child=subject.own.child, happened_at=step.happened) for event in events)
        misses += _record(logs, team, subject, events, step)
        misses += _begin(logs, team, events, context, step)
    misses += _note_what_is_missing(logs, team, step)
    return Outcome(tuple(decided), tuple(misses), tuple(each.own.child for each in subjects))


def _so_much_is_open(logs: Logs, team: Team, command: RaiseTaskWhereOpen) -> bool:
    """Whether so much is open about the child, under all ids, as the task is for."""
    ids = same_of(logs, team, command.about[0]).ids
    running = [
        one
        for one in logs.streams.values()
        if one.team.name == team.name and one.child in ids and one.folded.runs(one.kind)
    ]
    if not command.kind:
        return bool(running)
    codes = [one.code for one in running if one.kind.name == command.kind]
    return any(codes.count(code) >= command.least for code in codes)


def _known(logs: Logs, team: Team, person: UUID) -> KnownPerson:
    """What the team knows of somebody: what it was told in the story, else what the test says."""
    if known_person.name not in team.kinds and "person" in team.kinds:  # People itself
        own_record = logs.of_itself(team, team.kinds["person"], person).folded.state
        return KnownPerson(kind=own_record.kind, born=own_record.born)
    ids = same_of(logs, team, person).ids if known_person.name in team.kinds else ()
    told = [logs.of_child(team, known_person, each).folded for each in ids]
    if not any(each.version for each in told):
        return team.people.get(person, KnownPerson())
    own, *others = [each.state for each in told]
    return joined(own, others) if others else own


# -- decide


def _context(
    logs: Logs, team: Team, command: Command, step: Step, subject: Subject, subjects: Sequence[Subject]
) -> Context:
    own, kind = subject.own, subject.own.kind
    named = (*(each.own.child for each in subjects if each.own.child), *people_named(command))
    several = [same for same in (same_of(logs, team, each) for each in named) if same.others]
    people = {person: also_called(_known(logs, team, person), several) for person in named}
    member = membership_of(team.access, team.actor, team.name, step.by) if team.access else None
    return Context(
        now=step.now,
        actor=step.by,
        rules=team.rules,
        command_id=THING if team.one_thing and command.OPENS else step.command,
        happened_at=step.happened,
        known_at=step.known,
        received_at=step.received,
        thing=_thing(own, subject),
        child=own.child,
        children=tuple(
            each.own.child
            for each in subjects
            if each.own.child and each.own.kind is kind and each.item == subject.item
        ),
        born=people[own.child].born if own.child else None,
        people=people,
        clocks=own.folded.clocks,
        item=subject.item,
        earlier=subject.earlier,
        joining=tuple(each.own.child for each in subjects if command.JOINS and each.own.child),
        together=subject.together,
        step=_recorded_step(logs, team, command, own),
        of_the_team=member.of_the_team if member else step.by.agency == team.agency,
        manages=member.manages if member else step.by.role in MANAGERS,
        started_by=_named_by_of(command, own),
    )


def _decide(logs: Logs, team: Team, command: Command, subject: Subject, context: Context) -> Sequence[Event]:
    if isinstance(command, CheckDeadline | VaryDeadline):
        return decide_deadline(command, context)
    state = _state(logs, team, subject)
    forbidding = subject.own.kind.forbidding(type(command), state, happening_now(context))
    with as_told_ahead(type(command), forbidding):
        return subject.own.kind.decide(command, state, context)


def _as_one(logs: Logs, team: Team, one: StreamAt) -> Any:
    """The state of a stream; of a child of several ids, where that kind is read as one, with those of the others."""
    if one.kind.as_one is None or one.child is None:
        return one.folded.state
    ids = same_of(logs, team, one.child).ids
    others = [logs.of_child(team, one.kind, each).folded.state for each in ids if each != one.child]
    return one.kind.as_one(one.folded.state, others) if others else one.folded.state


def _state(logs: Logs, team: Team, subject: Subject) -> Any:
    kind = subject.own.kind
    if kind.record is None:
        return subject.own.folded.state
    streams = subject.streams
    return kind.record(
        **{
            name: _as_one(logs, team, streams[name]) if name in streams else team.kinds[name].state
            for name in kind.record_names
        }
    )


def _recorded_step(logs: Logs, team: Team, command: Command, own: StreamAt) -> RecordedStep | None:
    """The step that `re` names, as far as it is about this child."""
    given = next((step for step in team.steps if step.command == command.re), None)
    ours = [one for one in records_of_step(logs, team, command) if one.event.child == own.child]
    if given or not command.OF_STEP or command.re is None or not ours:
        return given
    streams = {one.stream for one in ours if one.envelope.thing_id == command.re}
    took_part = [
        *ours,
        *(one for each in streams for one in logs.streams[each].told if is_a_record(type(one.event))),
    ]
    return RecordedStep(
        command=command.re,
        thing=ours[0].envelope.thing_id or command.re,
        recorder=ours[0].envelope.recorder,
        took_part=frozenset(UUID(one.envelope.actor) for one in took_part),
    )


def _named_by_of(command: Command, own: StreamAt) -> frozenset[UUID] | None:
    """The events of the stream that `of` names, of a step or the thing; None where it names nothing."""
    if not isinstance(command, VaryDeadline) or (of := command.of) is None:
        return None
    told = [one.envelope for one in own.told]
    return frozenset(
        one.event_id for one in told if of in (one.root_id, one.command_id, one.thing_id, own.id)
    )


# -- record


def _record(
    logs: Logs, team: Team, subject: Subject, events: Sequence[Event], step: Step
) -> list[DeadlineMissed]:
    """Each event on the stream of its kind, then what it means to clocks beside, then the misses it reveals."""
    where = {
        **({subject.referred.kind.name: subject.referred} if subject.referred else {}),
        **subject.streams,
    }
    before, touched = dict(where), list[UUID]()
    for event in events:
        own = subject.own.kind.name
        name = own if is_of_clocks(event) else team.of_event(event, list(subject.streams)).name
        on = logs.begin(where[name], event)
        if on.id != where[name].id:
            before[name] = where[name] = on
        first = carried_from(event, subject.earlier)
        logs.append(on, event, step, thing=_thing(on, subject), carries=first)
        touched.append(on.id)
    after = {name: logs.now(each) for name, each in where.items()}
    for name, note in notes_of_decision(_standing(before), _standing(after)):
        logs.append(after[name], note, step, thing=_thing(after[name], subject))
        touched.append(after[name].id)
    return logs.missed(touched, step)


def _begin(
    logs: Logs, team: Team, events: Sequence[Event], context: Context, step: Step
) -> list[DeadlineMissed]:
    """What begins by itself with what was decided, unless it stands already; and the misses that this reveals."""
    touched: list[UUID] = []
    for kind in (one for one in team.kinds.values() if one.begun_by is not None):
        assert kind.begun_by is not None
        begins = kind.begun_by(events, context)
        if begins is None:
            continue
        on = logs.of_thing(team, kind, begins.id, begins.child)
        if on.folded.version:
            continue
        at = begins.event.happened_at or step.happened
        logs.append(on, begins.event, replace(step, happened=at, known=max(at, step.known)))
        touched.append(on.id)
    return logs.missed(touched, step)


def _note_what_is_missing(logs: Logs, team: Team, step: Step) -> list[DeadlineMissed]:
    """What belongs to another of a child's episodes than the one that was looked at is noted there."""
    touched: list[UUID] = []
    for kind in (
        one for one in team.kinds.values() if one.per is Per.EPISODE and one.clocks and not one.code
    ):
        streams = [one for one in logs.streams.values() if one.team.name == team.name]
        for child in dict.fromkeys(one.child for one in streams):
            episodes = [one for one in streams if one.kind.name == kind.name and one.child == child]
            others = [one.folded.clocks for one in streams if one.child == child]
            notes = notes_missing(kind.name, [one.folded.clocks for one in episodes], others)
            for episode, missing in zip(episodes, notes, strict=True):
                for note in missing:
                    logs.append(episode, note, step)
                    touched.append(episode.id)
    return logs.missed(touched, step)


def _standing(streams: Mapping[str, StreamAt]) -> dict[str, Standing]:
    return {
        name: Standing(each.folded.clocks, each.folded.version > 0, each.kind.per is Per.EPISODE)
        for name, each in streams.items()
    }


def _thing(on: StreamAt, subject: Subject) -> UUID:
    """What an event belongs to; on a child's own stream, what the command is of. A story of one thing has only that."""
    if on.team.one_thing and on.kind.per is not Per.ITSELF:
        return THING
    if on.kind.per is Per.CHILD:
        return subject.referred.thing if subject.referred else subject.own.thing
    return on.thing
