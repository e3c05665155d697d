"""The entries of the events that every team has: written once, in the words of the team's own rules."""

from typing import Final

from shared.domain.corrections import RecordCorrected
from shared.domain.deadlines import DeadlineMissed, DeadlineVaried
from shared.team.entries import Entries, Entry, Text

EVERY_TEAM: Final = Entries("team")
"""What every team's facts of the kernel say in the chronology."""


@EVERY_TEAM.on(DeadlineMissed)
def _(event: DeadlineMissed, text: Text) -> Entry:
    """Seen by the team's own agency, which recorded it."""
    return Entry(
        title=f"Not done in time: {text.rule(event.rule, event.due_at)}",
        topic="deadline",
        significance="significant",
    )


@EVERY_TEAM.on(DeadlineVaried)
def _(event: DeadlineVaried, text: Text) -> Entry:
    return Entry(
        title=f"New date agreed: {text.rule(event.rule, event.was_due_at)}",
        topic="deadline",
        parts=text.parts(reason="Why"),
    )


@EVERY_TEAM.on(RecordCorrected)
def _(event: RecordCorrected, text: Text) -> Entry:
    """Children's social care and who corrected it see that it was, and why."""
    what = "withdrawn" if event.body is None else "corrected"
    return Entry(
        title=f"An earlier record was {what}",
        topic="correction",
        significance="significant",
        parts=text.parts(reason="Why"),
    )
