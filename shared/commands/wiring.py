"""Check that a team's streams fit together, before the first command: which one decides what, and holds which event."""

from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from typing import Final, get_args, get_type_hints

from shared.domain.command import Command, NotFound
from shared.domain.decider import Per, Stream, members
from shared.domain.event import Event


class BadWiring(TypeError):
    """Streams, commands and events do not fit together: a mistake in the program. Says what to change."""


_FOUND_BY_ID: Final = frozenset({Per.THING, Per.ITSELF, Per.ALONE})
"""Streams that a child alone does not lead to."""


class Wiring:
    """The kinds of stream of one service: which decides a command, keeps a rule's clocks, holds an event.

    Raises:
        BadWiring: they do not fit together.
    """

    def __init__(self, streams: Sequence[Stream]) -> None:
        self.streams = tuple(streams)
        self.beginning = tuple(stream for stream in self.streams if stream.begun_by is not None)
        """Those that begin by themselves."""
        self._of_command: dict[type[Command], Stream] = {}
        self._of_event: dict[type[Event], Stream] = {}
        self._of_clock: dict[str, Stream] = {}
        by_name = {stream.name: stream for stream in streams}
        if len(by_name) < len(streams):
            raise BadWiring("two kinds of stream have one name")
        for stream in streams:
            self._add(stream)
        for stream in streams:
            for fault in _faults(stream, by_name):
                raise BadWiring(f"{stream.name}: {fault}")

    def _add(self, stream: Stream) -> None:
        for command in stream.command_types():
            if command.OVER is not None and command.OVER.stream == stream.name:
                continue  # decided here beside its own stream
            if command in self._of_command:
                raise BadWiring(
                    f"{command.__name__} is decided by {self._of_command[command].name} and {stream.name}"
                )
            self._of_command[command] = stream
        for event in stream.event_types():
            if event in self._of_event:
                raise BadWiring(f"{event.NAME} stands on {self._of_event[event].name} and {stream.name}")
            self._of_event[event] = stream
        for rule in stream.clocks:
            if rule in self._of_clock:
                raise BadWiring(f"the clocks of {rule} run on {self._of_clock[rule].name} and {stream.name}")
            self._of_clock[rule] = stream

    def of_command(self, command: type[Command]) -> Stream:
        """The kind of stream that decides a command; of one over several things, its own."""
        return self._of_command[command]

    def of_event(self, event: type[Event]) -> Stream:
        """The kind of stream an event stands on. The clocks' own facts are not asked for: they stand where the clock runs.

        Raises:
            BadWiring: no stream names it among its events.
        """
        stream = self._of_event.get(event)
        if stream is None:
            raise BadWiring(f"{event.NAME} stands on no stream of this team: name it among the events of one")
        return stream

    def of_clock(self, rule: str) -> Stream:
        """The kind of stream that keeps a rule's clocks.

        Raises:
            NotFound: none does. It does not repeat the rule, which somebody sent and may be any words.
        """
        stream = self._of_clock.get(rule)
        if stream is None:
            raise NotFound(
                "no clock of that rule is kept by this team; the deadline board says which are", what="rule"
            )
        return stream


def _faults(stream: Stream, streams: dict[str, Stream]) -> Iterator[str]:
    """What does not fit about one kind of stream."""
    yield from _faults_of_episodes(stream)
    if stream.as_one is not None and not (stream.each_id and stream.per is Per.CHILD):
        yield "only what each id of a child keeps (`each_id`, Per.CHILD) is read as one (`as_one`)"
    if stream.together is not None and stream.per is not Per.EPISODE:
        yield "only an episode is of several children at once (`together`)"
    if stream.each_id and stream.per not in (Per.CHILD, Per.THING):
        yield "an episode is the child's, under whichever id; only a child's own stream, or a thing, is `each_id`"
    if stream.childless and stream.per is not Per.THING:
        yield "only a thing can be `childless`; what is never about a child is Per.ALONE"
    if stream.begun_by and stream.per not in (Per.ALONE, Per.THING):
        yield "only what stands alone, or a thing, begins by itself (`begun_by`)"
    if stream.waits and stream.per is not Per.ALONE:
        yield "only what stands alone waits to be taken (`waits`)"
    if stream.joined is not None and not stream.childless:
        yield "only what may be about no child (`childless`) is joined by children later (`joined`)"
    if stream.latest and stream.per is not Per.THING:
        yield "only of things is there a `latest` that a command may mean"
    beside: list[Stream] = []
    if stream.record is not None:
        if not is_dataclass(stream.record):
            yield "its `record` must be a dataclass whose fields are named after streams"
            return
        names = list(stream.record_names)
        if missing := [name for name in names if name not in streams]:
            yield f"its record names {', '.join(missing)}, and there is no such stream"
            return
        beside = [streams[name] for name in names if name != stream.name]
    for each in beside:
        yield from _faults_beside(stream, each)
    if unused := set(stream.found_by) - {each.name for each in beside}:
        yield f"`found_by` names {', '.join(sorted(unused))}, which its record does not"
    for command in stream.command_types():
        yield from _faults_of_command(command, stream, streams)
    if astray := [each.__name__ for each in stream.preconditions if each not in stream.command_types()]:
        yield f"`preconditions` names {', '.join(astray)}, which it does not decide"
    for event in stream.event_types():
        yield from _faults_of_clocks(event, stream, streams)
    known = {event for each in (stream, *beside) for event in each.event_types()}
    for event in _decided_events(stream):
        if event not in known:
            yield f"it decides {event.NAME}, which stands on no stream of its record: add that stream to the record"


def _faults_of_episodes(stream: Stream) -> Iterator[str]:
    if stream.per is not Per.EPISODE:
        if stream.opened_by or stream.code:
            yield "only an episode is opened by an event (`opened_by`), or parted by a `code`"
        return
    if not stream.opened_by:
        yield "say in `opened_by` which events open an episode"
    if strange := [event.NAME for event in stream.opened_by if event not in stream.event_types()]:
        yield f"{', '.join(strange)} in `opened_by` is none of its events"


def _faults_beside(stream: Stream, beside: Stream) -> Iterator[str]:
    """What does not fit about a stream that its decisions take."""
    field = stream.found_by.get(beside.name)
    if beside.per in _FOUND_BY_ID:
        if field is None:
            yield f"say in `found_by` which field of a command names the {beside.name} that its record takes"
        elif not any(field in command.model_fields for command in stream.command_types()):
            yield f"none of its commands has the field `{field}` that `found_by` names"
        return
    if field is not None:
        yield f"the child leads to its {beside.name}: leave it out of `found_by`"
    if stream.per in (Per.ALONE, Per.ITSELF):
        yield f"it is about no child, so its record cannot take a {beside.name}"
    if beside.code and (lacking := _lacking(stream, beside.code)):
        yield f"{', '.join(lacking)} must have the field `{beside.code}`, which parts the {beside.name} of a child"


def _faults_of_clocks(event: type[Event], stream: Stream, streams: dict[str, Stream]) -> Iterator[str]:
    """What does not fit about the clocks that an event speaks of: an act that nobody's clock hears meets nothing."""
    rules = {*event.MEETS, *event.ENDS, *(clock.rule for clock in event.CLOCK_FIELDS.values())}
    numbers = {rule.partition("/")[0] for rule in stream.clocks}  # the number stands for all rules of it
    if unheard := sorted(rules - event.BESIDE.keys() - set(stream.clocks) - numbers):
        yield (
            f"{event.NAME} speaks of {', '.join(unheard)}, whose clocks it does not keep: name the rule in `clocks`, or in "
            "`beside` of the event the stream that keeps it"
        )
    for rule, name in event.BESIDE.items():
        beside = streams.get(name)
        if not rule:
            continue  # it says for itself which
        if beside is None or rule not in beside.clocks:
            yield f"{event.NAME} says that the clocks of {rule} run on {name}, which keeps none of that rule"
            continue
        for decider in streams.values():
            if _may_decide(decider, event, stream) and not _finds(decider, name):
                yield (
                    f"{event.NAME} meets or starts {rule} on {name}, which the record of {decider.name} does not take: "
                    "name it there"
                )


def _may_decide(decider: Stream, event: type[Event], home: Stream) -> bool:
    """Whether decisions of this kind may make the event, as far as types tell."""
    decided = _decided_events(decider)
    return event in decided if decided else decider is home


def _finds(decider: Stream, name: str) -> bool:
    """Whether decisions of this kind have that stream at hand: their own, one of their record, what `re` refers to."""
    taken = set(decider.record_names)
    return name in {decider.name, *taken, *(command.REFERS_TO for command in decider.command_types())}


def _lacking(stream: Stream, field: str, *, opening: bool = False) -> list[str]:
    return [
        command.__name__
        for command in stream.command_types()
        if (command.OPENS or not opening) and field not in command.model_fields
    ]


def _faults_of_command(command: type[Command], stream: Stream, streams: dict[str, Stream]) -> Iterator[str]:
    if stream.code and command.OPENS and stream.code not in command.model_fields:
        yield f"{command.__name__} opens one, and must have the field `{stream.code}` that parts a child's episodes"
    beside = command.OVER is not None and command.OVER.stream == stream.name
    if command.TAKES_NEXT and not beside and (stream.waits is None or command.OPENS):
        yield f"{command.__name__} takes the next that waits: say in `waits` which does, and open none with it"
    if command.THING_IN and not beside:
        field = command.model_fields.get(command.THING_IN)
        if field is None or stream.per is not Per.THING or command.OPENS:
            yield f"{command.__name__} names a thing in `{command.THING_IN}`: have that field, and stand on things"
        elif not field.is_required() and stream.latest is None:
            yield f"{command.__name__} may name no thing: say in `latest` which is meant then"
    if command.REFERS_TO:
        thing = streams.get(command.REFERS_TO)
        if thing is None or thing.per is not Per.THING:
            yield f"{command.__name__} refers to {command.REFERS_TO}, which is no stream of things"
        if not (stream.per is Per.CHILD or (stream.per is Per.THING and command.OPENS)):
            yield (
                f"{command.__name__} refers to a thing, and so must stand on the child's own stream (Per.CHILD), or open "
                "a thing of its own"
            )
    if command.REFERS_ALSO and not (command.REFERS_TO and command.REFERS_ALSO in command.model_fields):
        yield f"{command.__name__} names a second thing in `{command.REFERS_ALSO}`: it has no such field, or refers to none"
    if command.OF_STEP and not (
        stream.per in (Per.CHILD, Per.ITSELF) or (stream.per is Per.THING and command.OPENS)
    ):
        yield f"{command.__name__} is of any step, so it stands on the child's or person's own stream, or opens a thing"
    if command.JOINS is not None:
        if stream.joined is None:
            yield f"{command.__name__} brings children to it: say in `joined` who has joined"
        if command.JOINS.field not in command.model_fields:
            yield f"{command.__name__} has no field `{command.JOINS.field}` that names children"
    if command.OVER is not None:
        things = streams.get(command.OVER.stream)
        if things is None or things.per is not Per.THING:
            yield f"{command.__name__} is over {command.OVER.stream}, which is no stream of things"
        elif command not in things.command_types():
            yield f"{command.__name__} must be among the commands of {things.name} too, which decides it for each thing"
        if command.OVER.field not in command.model_fields:
            yield f"{command.__name__} has no field `{command.OVER.field}` that names things"


def _decided_events(stream: Stream) -> list[type[Event]]:
    """The events that `decide` says it returns; none where it says no more than Event."""
    returned = get_type_hints(stream.decide).get("return")
    return [
        event
        for argument in get_args(returned)
        for event in members(argument)
        if isinstance(event, type) and issubclass(event, Event) and event.NAME
    ]
