"""For tests: what a step recorded is corrected on logs in memory, and what was noted of it with it. Pure."""

from uuid import UUID

from shared.domain.command import Refused
from shared.domain.corrections import CorrectedText, RecordCorrected, correction_of
from shared.domain.deadlines import DeadlineMissed
from shared.domain.event import Event, Record
from shared.team.corrections import (
    CorrectRecord,
    by_now,
    check_correction,
    check_fields,
    records_to_correct,
    refuse_what_others_stand_on,
    restated,
    restated_notes,
    restated_text,
)
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
    check_fields(command, records)
    if command.withdrawn:
        for stream_id in dict.fromkeys(one.stream for one in records):
            on = logs.streams[stream_id]
            refuse_what_others_stand_on([one for one in records if one.stream == stream_id], on.kind, on.told)
    added: dict[UUID, list[Event]] = {}
    for fact in records:
        on = logs.streams[fact.stream]
        event = by_now(fact, on.told)
        right = None if command.withdrawn else restated(event, command, team.rules)
        added.setdefault(fact.stream, []).append(_correction(fact, right, command))
        for name in sorted(set(event.BESIDE.values())):
            keeping = [one for one in logs.of_kind(team, team.kinds[name]) if one.child == fact.event.child]
            notes = restated_notes(fact, right, name, [one.told for one in keeping])
            for stream, events in zip(keeping, notes, strict=True):
                added.setdefault(stream.id, []).extend(events)
    for stream_id, events in added.items():
        for event in events:
            logs.append(logs.streams[stream_id], event, step)
    misses = logs.missed([one for one, events in added.items() if events], step)
    decided = tuple(event for events in added.values() for event in events)
    return (decided, tuple(misses))


def _correction(fact: Record, right: Event | None, command: CorrectRecord) -> RecordCorrected:
    text = None
    if fact.event.TEXT is not None and right is not None:
        said = {name: value for name, value in (fact.text or {}).items() if name != "recorded_by"}
        text = restated_text(type(fact.event), said, command)
    return correction_of(
        fact, right, CorrectedText(reason=command.reason, text=text), known_at=command.right_known
    )
