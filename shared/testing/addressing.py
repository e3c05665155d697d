"""For tests: which streams of a story a command is decided on, one for each child or thing, and those beside. Pure.

A command need not say whom it is about, or which thing, where the story has only one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from shared.domain.clock_facts import is_a_record
from shared.domain.command import Command, NotFound, in_words
from shared.domain.corrections import records_as_corrected
from shared.domain.decider import Per, Stream
from shared.domain.event import Record
from shared.domain.people import SamePerson
from shared.team import elsewhere
from shared.team.deadlines import CheckDeadline, VaryDeadline
from shared.team.known_people import known_person
from shared.testing.facts import THING
from shared.testing.logs import Logs, Step, StreamAt
from shared.testing.teams import Team


@dataclass(frozen=True)
class Subject:
    """One child or thing that a command is decided for, with the streams that the decision takes, by name."""

    own: StreamAt
    beside: Mapping[str, StreamAt]
    item: Any = None
    referred: StreamAt | None = None
    together: Mapping[UUID, Any] = field(default_factory=dict)
    earlier: tuple[Record, ...] = ()

    @property
    def streams(self) -> dict[str, StreamAt]:
        """Its own stream and those beside."""
        return {self.own.kind.name: self.own, **self.beside}

    def now(self, logs: Logs) -> "Subject":
        """As it stands after what the same command decided before, for a child or thing before this one."""
        beside = {name: logs.now(each) for name, each in self.beside.items()}
        return replace(self, own=logs.now(self.own), beside=beside)


def same_of(logs: Logs, team: Team, person: UUID) -> SamePerson:
    """A person under all ids, as far as a team has heard of a merge; in People, as their own record says it."""
    kind = team.kinds.get(known_person.name) or team.kinds.get("person")
    if kind is None:
        return SamePerson(person)
    known = (
        logs.of_itself(team, kind, person) if kind.per is Per.ITSELF else logs.of_child(team, kind, person)
    )
    return known.folded.state.same or SamePerson(person)


def subjects_of(logs: Logs, team: Team, command: Command, step: Step, child: UUID) -> list[Subject]:
    """Whom and what a command is decided for; `child` where it names nobody.

    Raises:
        NotFound: it is addressed to nothing.
    """
    kind = team.of_command(command)
    if command.OVER is not None and command.OVER.stream == kind.name:
        places = [(one, item) for one, item in _over(logs, team, kind, command, child)][:1]
        return [_subject(logs, team, command, place, item) for place, item in places]
    if command.JOINS is not None:
        return _joining(logs, team, kind, command)
    own = [_subject(logs, team, command, place) for place in _own(logs, team, kind, command, step, child)]
    own = [_with_family(logs, team, one, own) for one in own]
    if command.OVER is None or command.OVER.stream not in team.kinds:
        return own
    things = _over(logs, team, team.kinds[command.OVER.stream], command, child)
    return [*own, *(_subject(logs, team, command, place, item) for place, item in things)]


def _with_family(logs: Logs, team: Team, subject: Subject, subjects: Sequence[Subject]) -> Subject:
    """Of an episode of several children, with what stands of those whom the command does not name."""
    kind = subject.own.kind
    if kind.together is None:
        return subject
    named = {each.own.child for each in subjects}
    others = [one for one in kind.together(subject.own.folded.state) if one not in named]
    found = {one: _of_child(logs, team, kind, one) for one in others}
    together = {one: place.folded.state for one, place in found.items() if place.child not in named}
    return replace(subject, together=together)


def _joining(logs: Logs, team: Team, kind: Stream, command: Command) -> list[Subject]:
    """The thing's stream about no child, and that of each child who joins it."""
    assert command.JOINS is not None
    there = [one for one in logs.of_kind(team, kind) if one.child is None]
    thing = command.re if command.re and not team.one_thing else there[-1].thing if there else THING
    found = [one for one in there if one.thing == thing]
    if not found:
        raise NotFound(
            f"there is no {kind.name} with this id that is about somebody not known yet", what="thing"
        )
    told = records_as_corrected(found[0].told)
    earlier = tuple(one for one in told if is_a_record(type(one.event)))
    places: list[tuple[StreamAt, Any]] = [
        (found[0], None),
        *((logs.of_thing(team, kind, thing, each.child), each.item) for each in command.JOINS.items(command)),
    ]
    return [replace(_subject(logs, team, command, place, item), earlier=earlier) for place, item in places]


def _own(logs: Logs, team: Team, kind: Stream, command: Command, step: Step, child: UUID) -> list[StreamAt]:
    """The streams of the command's own kind, one for each child."""
    about = tuple(dict.fromkeys(command.about))
    if command.OF_STEP and command.re and not team.one_thing:
        about = about or tuple(
            dict.fromkeys(one.event.child for one in records_of_step(logs, team, command) if one.event.child)
        )
    match kind.per:
        case Per.THING if command.OPENS:
            thing = command.own_id() or (THING if team.one_thing else step.command)
            if command.REFERS_TO and command.re and not team.one_thing:
                beside = _of_thing(logs, team, team.kinds[command.REFERS_TO], command.re, about, child)
                return [logs.of_thing(team, kind, thing, one.child) for one in beside]
            strangers = [None] if kind.childless and command.about_strangers() else []
            people = about or (() if strangers else (child,))
            return [
                *(logs.of_thing(team, kind, thing, one) for one in strangers),
                *_once(
                    replace(logs.of_thing(team, kind, thing, meant), named=each)
                    for each in people
                    for meant in [each if kind.each_id else same_of(logs, team, each).kept]
                ),
            ]
        case Per.THING if command.THING_IN and getattr(command, command.THING_IN) is None:
            return [_latest(logs, team, kind, each) for each in about or (child,)]
        case Per.THING:
            named = getattr(command, command.THING_IN) if command.THING_IN else command.re
            return _of_thing(logs, team, kind, named, about or (), child)
        case Per.EPISODE | Per.CHILD if (
            command.re and not command.OPENS and not command.OF_STEP and not team.one_thing
        ):
            if command.REFERS_TO:
                things = _of_thing(logs, team, team.kinds[command.REFERS_TO], command.re, about, child)
                if command.REFERS_ALSO:
                    also = getattr(command, command.REFERS_ALSO)
                    things += _of_thing(logs, team, team.kinds[command.REFERS_TO], also, (), child)
                children = [one.child for one in things if one.child]
                return _once(_of_child(logs, team, kind, each) for each in children)
            if command.re in logs.streams:
                return [logs.streams[command.re]]
            raise NotFound(f"there is no {in_words(kind.name)} with this id; check it", what="thing")
        case Per.EPISODE | Per.CHILD:
            code = str(getattr(command, kind.code)) if kind.code else ""
            return _once(
                _of_child(logs, team, kind, each, code, opens=command.OPENS) for each in about or (child,)
            )
        case Per.ITSELF:
            new = child if team.one_thing else step.command
            named = about or (command.re if command.re and not team.one_thing else command.own_id(),)
            return [logs.of_itself(team, kind, each or new) for each in named]
        case Per.ALONE if command.TAKES_NEXT:
            assert kind.waits is not None
            keys = {one.id: kind.waits(one.folded.state) for one in logs.of_kind(team, kind)}
            waiting = {each: key for each, key in keys.items() if key is not None}
            taken = min(waiting, key=waiting.__getitem__) if waiting else UUID(int=0)
            return [logs.of_thing(team, kind, taken, None)]
        case Per.ALONE:
            new = THING if team.one_thing else step.command
            last = logs.of_kind(team, kind)
            found = command.own_id() or (new if command.OPENS else command.re)
            return [logs.of_thing(team, kind, found or (last[-1].thing if last else THING), None)]


def _latest(logs: Logs, team: Team, kind: Stream, child: UUID) -> StreamAt:
    """The child's latest thing of a kind; one that was never begun, where there is none."""
    assert kind.latest is not None
    ids = same_of(logs, team, child).ids
    of_child = [one for one in logs.of_kind(team, kind) if one.child in ids]
    keys = [(key, one) for one in of_child if (key := kind.latest(one.folded.state)) is not None]
    if not keys:
        return logs.of_thing(team, kind, UUID(int=0), child)
    return max(keys, key=lambda each: each[0])[1]


def _of_thing(
    logs: Logs, team: Team, kind: Stream, thing: UUID | None, about: Sequence[UUID], child: UUID
) -> list[StreamAt]:
    """The streams of a thing for these of its children; for all of them, where none is named.

    The last thing of the story is meant where the command names none, and the one of a story of one thing always.

    Raises:
        NotFound: there is no such thing, or somebody is not part of it.
    """
    there = logs.of_kind(team, kind)
    if team.one_thing or thing is None:
        thing = there[-1].thing if there else THING
    found = [one for one in there if one.thing == thing and not _left(one)]
    if not found:
        if not team.one_thing:
            raise NotFound(f"there is no {in_words(kind.name)} with this id; check it", what="thing")
        return [logs.of_thing(team, kind, thing, each) for each in about or (child,)]
    if not about:
        return found
    children = [one.child for one in found]
    meant = {
        one: each
        for each in about
        for one in ([each] if each in children else same_of(logs, team, each).ids)
        if one in children
    }
    if not set(about) <= set(meant.values()):
        raise NotFound(f"one of the children in `about` is not part of this {kind.name}", what="child")
    return [replace(one, named=meant[one.child]) for one in found if one.child in meant]


def _of_child(
    logs: Logs, team: Team, kind: Stream, named: UUID, code: str = "", *, opens: bool = False
) -> StreamAt:
    """The child's own stream; of episodes the one that is meant: open under the kept id, else open under another, else
    what the kept one had last.
    """
    same = same_of(logs, team, named)
    if kind.each_id:
        return logs.of_child(team, kind, named, code)
    of_kept, *others = [logs.of_child(team, kind, each, code) for each in same.ids]
    if kind.per is Per.EPISODE:
        running = [one for one in (of_kept, *others) if one.folded.version and kind.is_open(one.folded.state)]
        there = [one for one in (of_kept, *others) if one.folded.version]
        if of_kept not in running and running:
            order = list(logs.streams)
            of_kept = min(running, key=lambda one: order.index(one.id))
        elif not running and not opens and there and of_kept not in there:
            of_kept = there[0]
    return replace(of_kept, named=named)


def _once(places: Iterable[StreamAt]) -> list[StreamAt]:
    """Each place once, also where one child was named by two ids."""
    return list({one.id: one for one in places}.values())


def _left(one: StreamAt) -> bool:
    """Whether it is a thing's stream about no child, and everybody whom it was about has become known."""
    joined = one.kind.joined
    return one.child is None and joined is not None and None not in joined(one.folded.state)


def _over(
    logs: Logs, team: Team, kind: Stream, command: Command, child: UUID
) -> Iterable[tuple[StreamAt, Any]]:
    """Each thing that a command names beside its own stream, for each of its children, with the item that names it."""
    assert command.OVER is not None
    for each in command.OVER.items(command):
        for place in _of_thing(logs, team, kind, each.thing, each.about, child):
            yield place, each.item


def _subject(logs: Logs, team: Team, command: Command, own: StreamAt, item: Any = None) -> Subject:
    kind, beside = own.kind, dict[str, StreamAt]()
    names = list(kind.record_names)
    names += [elsewhere.NAME] if kind.noted else []
    referred = None
    if command.REFERS_TO and command.re and own.child:
        referred = logs.of_thing(
            team, team.kinds[command.REFERS_TO], _referred(logs, team, command, own.child), own.child
        )
    for name in dict.fromkeys(names):
        if name == kind.name or isinstance(command, CheckDeadline | VaryDeadline):
            continue
        other = team.kinds[name]
        if (field := kind.found_by.get(name)) is not None:
            named = getattr(command, field, None)
            of_child = own.child if other.per is Per.THING else None
            if named is not None and (field != "re" or name == command.REFERS_TO):
                beside[name] = logs.of_thing(team, other, THING if team.one_thing else named, of_child)
        elif own.child is not None:
            code = str(getattr(command, other.code)) if other.code else ""
            beside[name] = _of_child(logs, team, other, own.child, code)
    return Subject(own, beside, item, referred)


def _referred(logs: Logs, team: Team, command: Command, child: UUID) -> UUID:
    """The thing that a command refers to, of a child: the one in `re`, or the second one, where the child is of that."""
    assert command.re is not None
    if team.one_thing:
        return THING
    own = logs.of_thing(team, team.kinds[command.REFERS_TO], command.re, child)
    if own.folded.version or not command.REFERS_ALSO:
        return command.re
    second: UUID = getattr(command, command.REFERS_ALSO)
    return second


def records_of_step(logs: Logs, team: Team, command: Command) -> list[Record]:
    """What the step that `re` names recorded, and a person can put right."""
    return [
        one
        for one in logs.records
        if one.service == team.name and one.envelope.command_id == command.re and is_a_record(type(one.event))
    ]
