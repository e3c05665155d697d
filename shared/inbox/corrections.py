"""What follows in one service when a fact is corrected that it took in from another: it is judged again (E3).

What the service's policy had noted of the fact (an act, a start, an end for clocks that run here) is restated or
withdrawn, by the same reactions run on the fact as it is right. What a reaction had done otherwise is never undone by a
machine: a person looks, as a task.
"""

import asyncio
from typing import Final
from uuid import UUID, uuid5

from shared.commands.handler import CommandHandler
from shared.domain.command import Command
from shared.domain.corrections import RecordCorrected
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy, Reaction
from shared.team import elsewhere
from shared.team.elsewhere import NOTES, RestateNotes
from shared.team.tasks import task_of_correction

MOST_COMMANDS: Final = 32
"""So many commands with which one reaction answered an event are looked for; no reaction asks for more."""

Asked = tuple[Reaction, UUID, Command]
"""A reaction, the id of a command that it asks for, and the command."""


async def judged_again(policy: Policy, runner: CommandHandler, record: Record) -> list[Asked]:
    """The commands that follow from a correction that arrived, in the order in which they are to be decided. Of any other
    event, none.

    The ids are made of the correction, so that it has its effect once however often it comes.
    """
    said = record.event
    child = said.child
    if not isinstance(said, RecordCorrected) or child is None:
        return []
    correction = record.envelope.event_id
    notes: list[Asked] = []
    tasks: list[Asked] = []
    for reaction, commands in policy.react_anew(record):
        for n, command in enumerate(commands):
            if isinstance(command, NOTES):
                notes.append((reaction, policy.command_id(correction, reaction, n), command))
        others = any(not isinstance(command, NOTES) for command in commands)
        if reaction.corrected is not AlreadySo and (
            others or await _answered(policy, runner, said.corrects.event, reaction)
        ):
            task = task_of_correction(reaction.corrected, policy, record, child)
            tasks = tasks or [(reaction, uuid5(correction, f"{policy.service}/corrected"), task)]
    if elsewhere.NAME not in runner.streams:
        return tasks
    restate = RestateNotes(
        about=(child,),
        cause=said.corrects.event,
        notes=tuple(command for _, _, command in notes if isinstance(command, NOTES)),
        happened=record.happened_at,
        known=record.envelope.known,
    )
    kernel = Reaction("restate_notes", lambda _event, _record: None, {})
    # What was noted is put right first: then a note that is asked for anew is one that there was not.
    return [(kernel, policy.command_id(correction, kernel, 0), restate), *notes, *tasks]


async def _answered(policy: Policy, runner: CommandHandler, event: UUID, reaction: Reaction) -> bool:
    """Whether a reaction had answered an event with something else than a note."""
    ids = [policy.command_id(event, reaction, n) for n in range(MOST_COMMANDS)]
    written = await asyncio.gather(*(runner.store.opened_by(each) for each in ids))
    return any(rows and all(row["category"] != elsewhere.NAME for row in rows) for rows in written)
