"""For tests: what a step recorded is corrected on logs in memory, and what was noted of it with it. Pure."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from shared.domain.carried import said_again
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.command import Refused
from shared.domain.event import Event, Record
from shared.team.corrected_notes import restate_notes
from shared.team.corrected_stream import CorrectedStream
from shared.team.corrections import CorrectRecord, check_correction, records_to_correct
from shared.team.elsewhere import NotedElsewhere, RestateNotes, noted
from shared.team.restating import Ground, correct_records
from shared.testing.logs import Logs, Step
from shared.testing.teams import Team


def correct(
    logs: Logs, team: Team, command: CorrectRecord, step: Step
) -> tuple[tuple[Event, ...], tuple[DeadlineMissed, ...]]:
    """What a step recorded is corrected or withdrawn, and what was noted of it with it."""
    check_correction(command, step.now)
    records = records_to_correct(
        command,
        [one for one in logs.records if one.service == team.name and one.envelope.command_id == command.re],
    )
    mine = all(one.envelope.actor == str(step.by.id) for one in records)
    if (
        team.access is not None
        and not mine
        and not team.access.may(step.by, f"{team.name}.VaryDeadline").allowed
    ):
        raise Refused("somebody else recorded this", rule="E9")
    own = [one for one in logs.streams.values() if one.team.name == team.name]
    records += said_again(records, [one.told for one in own])
    streams = _streams(logs, team, {one.event.child for one in records})
    ground = Ground(
        kinds=list(team.kinds.values()),
        rules=team.rules,
        agency=team.actor.agency,
        actor=step.by,
        now=step.now,
        opened=_opened,
    )
    correct_records(command, records, streams, ground)
    return _written(logs, streams, step)


def restate(
    logs: Logs, team: Team, command: RestateNotes, step: Step, child: UUID
) -> tuple[tuple[Event, ...], tuple[DeadlineMissed, ...]]:
    """What was noted of a fact of another team is restated as it is right by now, or withdrawn."""
    streams = _streams(logs, team, {child})
    keeping = {rule: stream.name for stream in team.kinds.values() for rule in stream.noted}
    right = {}
    for each in command.notes:
        if each.rule in keeping:
            at = each.happened or step.happened
            note = noted(each, keeping[each.rule], at, team.rules).placed(child=child, happened_at=at)
            right[each.rule, note.said] = note
    for stream in list(streams.values()):
        for one in stream.records:
            event = one.event
            if isinstance(event, NotedElsewhere) and event.cause == command.cause:
                said = right.get((event.rule, event.said))
                stream.correct(one, said)
                restate_notes(
                    one, said, [each for each in streams.values() if each.kind.name == event.stream]
                )
    return _written(logs, streams, step)


def _streams(logs: Logs, team: Team, children: Collection[UUID | None]) -> dict[UUID, CorrectedStream]:
    """All that stands about these children, to be put right."""
    return {
        one.id: CorrectedStream(one.kind, one.child, one.thing, list(one.told), one.folded)
        for one in logs.streams.values()
        if one.team.name == team.name and one.told and (one.child in children or one.child is None)
    }


def _written(
    logs: Logs, streams: Mapping[UUID, CorrectedStream], step: Step
) -> tuple[tuple[Event, ...], tuple[DeadlineMissed, ...]]:
    """What is added to these streams stands on them, with the misses it brings to light."""
    for stream_id, stream in streams.items():
        for event, belonging in stream.added:
            logs.append(logs.streams[stream_id], event, step, thing=belonging.thing)
    added = {stream_id: stream.added for stream_id, stream in streams.items() if stream.added}
    decided = tuple(event for events in added.values() for event, _ in events)
    return decided, tuple(logs.missed(list(added), step))


def _opened(fact: Record) -> Mapping[str, Any]:
    return {name: value for name, value in (fact.text or {}).items() if name != "recorded_by"}
