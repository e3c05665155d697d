"""What assessments say in the chronology. Their outcome is seen by those it was shared with, once it is shared."""

from services.assessment.codes import REFERRER
from services.assessment.entries.team import entries
from services.assessment.events import (
    AssessmentAuthorised,
    AssessmentStarted,
    FamilyNetworkMeetingDeclined,
    FamilyNetworkMeetingHeld,
    OutcomeShared,
)
from shared.domain.command import in_words
from shared.team.audience import OpenTerm, agency, opens
from shared.team.entries import Entry, Text


@entries.on(AssessmentStarted)
def _(event: AssessmentStarted, text: Text) -> Entry:
    return Entry(title=f"Assessment started: {event.kind.label.lower()}", topic="assessment")


@entries.on(FamilyNetworkMeetingHeld)
def _(event: FamilyNetworkMeetingHeld, text: Text) -> Entry:
    return Entry(
        title="Family network meeting held",
        topic="assessment",
        parts=text.parts(plan="What the family plans"),
    )


@entries.on(FamilyNetworkMeetingDeclined)
def _(event: FamilyNetworkMeetingDeclined, text: Text) -> Entry:
    said = "offered and declined" if event.offered else "not offered"
    return Entry(
        title=f"Family network meeting {said}", topic="assessment", parts=text.parts(why_not="Why not")
    )


@entries.on(AssessmentAuthorised, stands_for_thing=True)
def _(event: AssessmentAuthorised, text: Text) -> Entry:
    """Seen by nobody beside social care until the outcome is shared."""
    unseen = "" if event.child_seen else "; the child was not seen"
    return Entry(
        title=f"Assessment authorised: {event.outcome.label.lower()}{unseen}",
        topic="assessment",
        significance="significant",
        parts=text.parts(comment="What the manager says"),
    )


@entries.on(OutcomeShared)
def _(event: OutcomeShared, text: Text) -> Entry:
    """Seen by the agencies it was shared with, who from then on see what was authorised too."""
    told: list[OpenTerm] = [agency(each) for each in event.to if each != REFERRER]
    with_whom = ", ".join(_who(each) for each in event.to) or "nobody"
    not_with = f"; not with {', '.join(_who(each) for each in event.not_shared)}" if event.not_shared else ""
    return Entry(
        title=f"Outcome of the assessment shared with {with_whom}{not_with}",
        topic="assessment",
        parts=text.parts(message="Message", reasons="Why not with others"),
        seen_by=told,
        widens=[opens(AssessmentAuthorised, to=told)],
    )


def _who(code: str) -> str:
    return "the referrer" if code == REFERRER else in_words(code)
