"""What is said in the chronology of a case that goes elsewhere, or ends."""

from services.assessment.entries.team import entries
from services.assessment.events import CaseClosed, CaseTransferred, StepDownProposed
from shared.team.audience import agency
from shared.team.entries import Entry, Text


@entries.on(CaseTransferred)
def _(event: CaseTransferred, text: Text) -> Entry:
    return Entry(
        title=f"Case handed to {event.to.label.lower()}",
        topic="transfer",
        parts=text.parts(handover="Handover", risks="Risks", next_actions="What is to be done next"),
    )


@entries.on(StepDownProposed)
def _(event: StepDownProposed, text: Text) -> Entry:
    """Seen by family wellbeing, which is to take it."""
    return Entry(
        title="Step-down to family wellbeing proposed",
        topic="transfer",
        parts=text.parts(reason="Why", goals="Goals"),
        seen_by=[agency("family_wellbeing")],
    )


@entries.on(CaseClosed)
def _(event: CaseClosed, text: Text) -> Entry:
    why = event.reason.label.lower() if event.reason else "no further action"
    return Entry(title=f"Case closed: {why}", topic="referral", parts=text.parts(notes="Notes"))
