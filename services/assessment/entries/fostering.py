"""What private fostering says in the chronology. Nobody else sees it."""

from services.assessment.entries.team import entries
from services.assessment.events import PrivateFosteringDecided, PrivateFosteringEnded, PrivateFosteringVisited
from shared.team.entries import Entry, Text


@entries.on(PrivateFosteringVisited)
def _(event: PrivateFosteringVisited, text: Text) -> Entry:
    child = "child seen" if event.seen else "child not seen"
    carer = "carer seen" if event.carer_seen else "carer not seen"
    return Entry(
        title=f"Private fostering visit: {child}, {carer}",
        topic="private_fostering",
        significance="significant",
        parts=text.parts(concerns="Concerns", why_not_seen="Why the child was not seen"),
    )


@entries.on(PrivateFosteringDecided)
def _(event: PrivateFosteringDecided, text: Text) -> Entry:
    said = "suitable" if event.suitable else "not suitable"
    prohibited = "; prohibited" if event.prohibition else ""
    return Entry(
        title=f"Private fostering decided: {said}{prohibited}",
        topic="private_fostering",
        parts=text.parts(
            reason="Why",
            requirements="Requirements",
            why_not_contacted="Why the parents were not contacted",
        ),
    )


@entries.on(PrivateFosteringEnded)
def _(event: PrivateFosteringEnded, text: Text) -> Entry:
    return Entry(
        title=f"Private fostering ended: {event.reason.label.lower()}",
        topic="private_fostering",
        parts=text.parts(child_now_with="With whom the child is now"),
    )
