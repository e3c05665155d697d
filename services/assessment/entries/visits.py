"""What visits say in the chronology."""

from services.assessment.codes import Place
from services.assessment.entries.team import entries
from services.assessment.events import ChildNotSeen, ChildSeen
from shared.domain.command import in_words
from shared.team.entries import Entry, Text


@entries.on(ChildSeen)
def _(event: ChildSeen, text: Text) -> Entry:
    how = "alone" if event.alone else "not alone"
    return Entry(
        title=f"Child seen {how}{_where(event.place)}",
        topic="visit",
        significance="significant",
        parts=text.parts(
            words="The child's words",
            observed="What was seen",
            present="Who was there",
            why_not_alone="Why not alone",
        ),
    )


@entries.on(ChildNotSeen)
def _(event: ChildNotSeen, text: Text) -> Entry:
    return Entry(
        title=f"Visit at which the child was not seen{_where(event.place)}",
        topic="visit",
        significance="significant",
        parts=text.parts(
            why_not_seen="Why not seen",
            words="What was said",
            observed="What was seen",
            present="Who was there",
        ),
    )


def _where(place: Place | None) -> str:
    return f" ({in_words(place)})" if place else ""
