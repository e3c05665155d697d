"""For tests: a fact of one team arrives at another: what its policy asks for is decided there. Pure."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from shared.domain.command import Command, Refused
from shared.domain.corrections import RecordCorrected
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Reaction
from shared.domain.receipt import received_at
from shared.team import elsewhere
from shared.team.elsewhere import NOTES, NotedElsewhere, RestateNotes
from shared.team.tasks import task_of_correction, task_of_refusal
from shared.testing.handling import handle
from shared.testing.logs import Logs, Step
from shared.testing.teams import Team

Asked = tuple[Reaction, UUID, Command]
"""A reaction, the id of a command that it asks for, and the command."""


def arrives(logs: Logs, team: Team, fact: Record, now: datetime) -> list[Record]:
    """What a fact of another team leads to here, recorded on `logs`: what its policy asks for, or a task for a person."""
    assert team.policy is not None
    before = len(logs.records)
    # As it comes over the wire: its sealed part opened, and no blob beside it.
    told = replace(fact, sealed=None)
    for reaction, asked_id, command in (*team.policy.react(told), *_judged_again(team, logs, told)):
        happened, known = command.happened or now, command.known or now
        step = Step(now, happened, known, received_at(command, now, fact), team.actor, asked_id, fact)
        done = logs.copy()
        try:
            handle(done, team, command, step)
        except Refused as refusal:
            done = logs.copy()
            if not _left_to_a_person(done, team, (reaction, refusal, command), step):
                continue
        logs.streams, logs.records = done.streams, done.records
    return logs.records[before:]


def _left_to_a_person(logs: Logs, team: Team, refused: tuple[Reaction, Refused, Command], step: Step) -> bool:
    """Raise the task that a refusal means to the policy; whether there is one.

    Raises:
        AssertionError: the policy gives the refusal no meaning.
    """
    reaction, refusal, command = refused
    assert step.cause is not None
    try:
        task = task_of_refusal(reaction, refusal, command, step.cause)
    except Refused:
        raise AssertionError(
            f"{team.name} would park {step.cause.event.NAME}: {reaction.name} is refused by "
            f"{', '.join(refusal.rules)} ({refusal.message}), and the policy does not say what that means"
        ) from refusal
    if task is None:
        return False
    handle(logs, team, task, step)
    return True


def _judged_again(team: Team, logs: Logs, correction: Record) -> list[Asked]:
    """What follows where a fact is corrected that was taken in: what was noted of it is restated; for a manager, a task."""
    said, policy = correction.event, team.policy
    if policy is None or not isinstance(said, RecordCorrected) or said.child is None:
        return []
    event_id = correction.envelope.event_id
    notes: list[Asked] = []
    tasks: list[Asked] = []
    for reaction, commands in policy.react_anew(correction):
        notes += [
            (reaction, policy.command_id(event_id, reaction, n), command)
            for n, command in enumerate(commands)
            if isinstance(command, NOTES)
        ]
        ids = {policy.command_id(said.corrects.event, reaction, n) for n in range(len(logs.records))}
        answered = [one for one in logs.records if one.envelope.command_id in ids]
        others = any(not isinstance(one, NOTES) for one in commands)
        if reaction.corrected is not AlreadySo and (
            others or any(not isinstance(one.event, NotedElsewhere) for one in answered)
        ):
            task = task_of_correction(reaction.corrected, policy, correction, said.child)
            tasks = [(reaction, uuid5(event_id, f"{policy.service}/corrected"), task)]
    if elsewhere.NAME not in team.kinds:
        return tasks
    again = RestateNotes(
        about=(said.child,),
        cause=said.corrects.event,
        notes=tuple(command for _, _, command in notes if isinstance(command, NOTES)),
        happened=correction.happened_at,
        known=correction.envelope.known,
    )
    kernel = Reaction("restate_notes", lambda _event, _record: None, {})
    return [(kernel, policy.command_id(event_id, kernel, 0), again), *notes, *tasks]
