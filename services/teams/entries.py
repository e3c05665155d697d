"""What the receiving teams' facts say in the chronology: nobody sees them but social care and whoever recorded them.

A team is said by what its row called it then, so that a row which is taken out leaves no gap in what was.
"""

from services.teams.codes import SeenAt
from services.teams.events import (
    CaseAccepted,
    CaseDeclined,
    CaseHandedBack,
    CaseOffered,
    ChildNotSeen,
    ChildSeen,
    TeamCaseClosed,
    TeamReviewHeld,
    TeamStepRecorded,
)
from shared.team.audience import SOCIAL_CARE, Involvement, began_work, ended_work
from shared.team.entries import Entries, Entry, Text

entries = Entries("teams")


@entries.on(CaseOffered)
def _(event: CaseOffered, text: Text) -> Entry:
    return Entry(
        title=f"Case offered to {event.called.lower()}",
        topic="transfer",
        parts=text.parts(handover="Handover", risks="Risks", offered_by="From"),
    )


@entries.on(CaseAccepted)
def _(event: CaseAccepted, text: Text) -> Entry:
    return Entry(
        title=f"Case accepted by {event.called.lower()}",
        topic="transfer",
        parts=text.parts(worker_name="Worker"),
        involves=_works(event.team_agency, event.organisation, begins=True),
    )


@entries.on(CaseDeclined)
def _(event: CaseDeclined, text: Text) -> Entry:
    return Entry(
        title=f"Case declined by {event.called.lower()}", topic="transfer", parts=text.parts(reason="Why")
    )


@entries.on(ChildSeen)
def _(event: ChildSeen, text: Text) -> Entry:
    how = "alone" if event.alone else "not alone"
    return Entry(
        title=f"Child seen {how} by {event.called.lower()}{_where(event.place)}",
        topic="visit",
        significance="significant",
        parts=text.parts(words="The child's words", why_not_alone="Why not alone"),
    )


@entries.on(ChildNotSeen)
def _(event: ChildNotSeen, text: Text) -> Entry:
    return Entry(
        title=f"Child not seen by {event.called.lower()}{_where(event.place)}",
        topic="visit",
        significance="significant",
        parts=text.parts(why_not_seen="Why not seen", words="What was said"),
    )


@entries.on(TeamReviewHeld)
def _(event: TeamReviewHeld, text: Text) -> Entry:
    unseen = ", the child not seen before it" if event.seen_before is False else ""
    return Entry(
        title=f"Review by {event.called.lower()}: {event.decision.label.lower()}{unseen}",
        topic="review",
        significance="significant",
        parts=text.parts(kind="Which review", notes="Notes"),
    )


@entries.on(TeamStepRecorded)
def _(event: TeamStepRecorded, text: Text) -> Entry:
    on = f" on {event.on_day.isoformat()}" if event.on_day else ""
    return Entry(
        title=f"{event.step_called} ({event.called.lower()}){on}",
        topic="plan",
        parts=text.parts(notes="Notes"),
    )


@entries.on(CaseHandedBack)
def _(event: CaseHandedBack, text: Text) -> Entry:
    return Entry(
        title=f"Case handed back by {event.called.lower()}",
        topic="transfer",
        parts=text.parts(reason="Why", summary="What was done"),
        involves=_works(event.team_agency, event.organisation, begins=False),
    )


@entries.on(TeamCaseClosed)
def _(event: TeamCaseClosed, text: Text) -> Entry:
    return Entry(
        title=f"Case closed by {event.called.lower()}",
        topic="transfer",
        parts=text.parts(reason="Why", summary="What was done"),
        involves=_works(event.team_agency, event.organisation, begins=False),
    )


def _works(agency: str, organisation: str | None, *, begins: bool) -> list[Involvement]:
    """That an agency works with the child, or no longer. Of social care's own teams nothing is said: it sees all there is."""
    if agency == SOCIAL_CARE:
        return []
    return [began_work(agency, organisation) if begins else ended_work(agency, organisation)]


def _where(place: SeenAt) -> str:
    return f" ({place.label})"
