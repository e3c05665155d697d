"""A practitioner weighs an entry again."""

from uuid import UUID

from services.chronology.events import SignificanceChanged, SignificanceText
from services.chronology.streams.entry.state import Decided, EntryOfChild, named_entries
from shared.domain.command import Command
from shared.domain.decider import Context
from shared.domain.fields import RequiredText
from shared.team.entries import Significance


class ChangeSignificance(Command, name="chronology.ChangeSignificance"):
    """Weigh an entry differently: critical, significant or routine, with the reason. `re` is the step that made it; of
    several entries, `entry` says which.
    """

    entry: UUID | None = None
    significance: Significance
    reason: RequiredText


def change_significance(command: ChangeSignificance, state: EntryOfChild, context: Context) -> Decided:
    """A practitioner weighs it again. Whose agency does not see it gets the answer of an entry that is not there."""
    return [
        SignificanceChanged(
            entry=entry_id,
            significance=command.significance,
            was=each.significance,
            sealed=SignificanceText(reason=command.reason),
        )
        for entry_id, each in named_entries(command.entry, state, context).items()
        if each.significance != command.significance
    ]
