"""The entries that one step made of a child's record: each taken in once, shown to whom the rules name, weighed again by
practitioners, shared or withheld by those who recorded them.

A step (somebody's command) is what a person points at when they weigh, share or withhold what it says, and most make one
entry. So the stream is of the step, and its entries stand side by side on it.
"""

from typing import TypeAlias, assert_never

from services.chronology.streams.entry.receiving import (
    CorrectEntry,
    ReceiveEntry,
    correct_entry,
    receive_entry,
)
from services.chronology.streams.entry.sharing import (
    ShareEntry,
    WithholdEntry,
    share_entry,
    withhold_entry,
)
from services.chronology.streams.entry.state import (
    Decided,
    EntryEvent,
    EntryOfChild,
    EntryState,
    StepEntries,
    evolve,
)
from services.chronology.streams.entry.weighing import ChangeSignificance, change_significance
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "ChangeSignificance",
    "CorrectEntry",
    "EntryOfChild",
    "EntryState",
    "ReceiveEntry",
    "ShareEntry",
    "StepEntries",
    "WithholdEntry",
    "decide",
    "entry",
    "evolve",
]

EntryCommand: TypeAlias = ReceiveEntry | CorrectEntry | ChangeSignificance | ShareEntry | WithholdEntry


def decide(command: EntryCommand, state: EntryOfChild, context: Context) -> Decided:
    """What follows from a command on the entries of a step.

    Raises:
        NotFound: there is no such entry of this child, or the actor's agency does not see it.
        Refused: L9, E9, E5, E2 of who shares or withholds.
    """
    match command:
        case ReceiveEntry():
            return receive_entry(command, state, context)
        case CorrectEntry():
            return correct_entry(command, state)
        case ChangeSignificance():
            return change_significance(command, state, context)
        case ShareEntry():
            return share_entry(command, state, context)
        case WithholdEntry():
            return withhold_entry(command, state, context)
        case _:
            assert_never(command)


entry = Stream(
    name="entry",
    state=StepEntries(),
    evolve=evolve,
    decide=decide,
    commands=EntryCommand,
    events=EntryEvent,
    per=Per.THING,
    each_id=True,
    record=EntryOfChild,
)
