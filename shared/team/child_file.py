"""The child's file: what a team writes down of a child that needs nothing open, or is about a step of any kind. Pure.

Every team has one stream of this kind for each child, with what every team may record: supervision, audits, decisions on
sharing, copies given. A team that writes more on it (the front door a young carer, the police told) declares a stream of
its own named `child_file`; what every team has is added to that.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream, members
from shared.domain.event import Event
from shared.team.oversight import (
    OversightCommand,
    OversightEvent,
    RecordAudit,
    RecordSupervision,
    decide_audit,
    decide_supervision,
)
from shared.team.sharing import (
    RecordCopyGiven,
    RecordDisclosureDecision,
    SharingCommand,
    SharingEvent,
    decide_copy,
    decide_disclosure,
)

NAME: Final = "child_file"
"""The kind of stream."""


_Command = OversightCommand | SharingCommand
_Event = OversightEvent | SharingEvent
_COMMANDS: Final = frozenset(members(_Command))
_EVENTS: Final = frozenset(members(_Event))


def _decide(command: _Command, context: Context) -> Sequence[_Event]:
    match command:
        case RecordDisclosureDecision():
            return decide_disclosure(command, context)
        case RecordCopyGiven():
            return decide_copy(command, context)
        case RecordSupervision():
            return decide_supervision(command, context)
        case RecordAudit():
            return decide_audit(command, context)
        case _:
            assert_never(command)


child_file = Stream(
    name=NAME,
    state=None,
    evolve=lambda state, _event: state,
    decide=lambda command, _state, context: _decide(command, context),
    commands=_Command,
    events=_Event,
    per=Per.CHILD,
)
"""What every team has of it. No decision looks at what was recorded before."""


def with_child_file(streams: Sequence[Stream]) -> tuple[Stream, ...]:
    """A team's streams with the child's file: its own, with what every team has added, else the one every team has.

    Raises:
        ValueError: the team's own is not one for each child.
    """
    own = next((stream for stream in streams if stream.name == NAME), None)
    if own is None:
        return (*streams, child_file)
    if own.per is not Per.CHILD:
        raise ValueError(f"{NAME} is one for each child: declare the team's own with Per.CHILD")
    return tuple(_joined(stream) if stream is own else stream for stream in streams)


def _joined(own: Stream) -> Stream:
    """A team's own child's file with what every team has."""

    def evolve(state: Any, event: Event) -> Any:
        return state if type(event) in _EVENTS else own.evolve(state, event)

    def decide(command: Command, state: Any, context: Context) -> Sequence[Event]:
        if type(command) in _COMMANDS:
            return child_file.decide(command, state, context)
        return own.decide(command, state, context)

    # So that the wiring still sees which events the team's own decision says it returns.
    decide.__annotations__["return"] = own.decide.__annotations__.get("return", Sequence[Event])
    return replace(
        own, evolve=evolve, decide=decide, commands=own.commands | _Command, events=own.events | _Event
    )
