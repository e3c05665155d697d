"""For tests: what a step recorded is corrected on logs in memory, and what was noted of it with it. Pure."""

from collections.abc import Mapping
from typing import Any

from shared.domain.command import Refused
from shared.domain.deadlines import DeadlineMissed
from shared.domain.event import Event, Record
from shared.team.corrected_stream import CorrectedStream
from shared.team.corrections import CorrectRecord, check_correction, correct_records, records_to_correct
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
    children = {one.event.child for one in records}
    streams = {
        one.id: CorrectedStream(one.kind, one.child, one.thing, list(one.told), one.folded)
        for one in logs.streams.values()
        if one.team.name == team.name and one.told and (one.child in children or one.child is None)
    }
    correct_records(command, records, streams, _opened, team.rules)
    for stream_id, stream in streams.items():
        for event, belonging in stream.added:
            logs.append(logs.streams[stream_id], event, step, thing=belonging.thing)
    added = {stream_id: stream.added for stream_id, stream in streams.items() if stream.added}
    misses = logs.missed(list(added), step)
    decided = tuple(event for events in added.values() for event, _ in events)
    return (decided, tuple(misses))


def _opened(fact: Record) -> Mapping[str, Any]:
    return {name: value for name, value in (fact.text or {}).items() if name != "recorded_by"}
