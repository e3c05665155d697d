"""What the LADO says in the chronology: that a child is at risk, and to those who are named that a sealed record exists. What
is alleged says nothing there: the LADO's own part of a child's chronology is read in the LADO's service.
"""

from services.lado.events import ChildAtRiskNotified, SealedRecordExists
from shared.team.entries import Entries, Entry, Restriction, Text

entries = Entries("lado")

_EXISTS = "A sealed record exists: ask the LADO"


@entries.on(ChildAtRiskNotified)
def _(event: ChildAtRiskNotified, text: Text) -> Entry:
    """Seen by children's social care alone, who take it from there."""
    urgent = ", urgent" if event.urgent else ""
    return Entry(
        title=f"A risk to the child was told of{urgent}",
        topic="risk",
        significance="significant",
        parts=text.parts(risk="What was told"),
    )


entries.restricts(
    SealedRecordExists, to=lambda event: Restriction(_EXISTS, roles=(), named=event.named, only_marks=True)
)
