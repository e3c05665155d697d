"""What the facts of the family wellbeing service say in the chronology.

Those at a support meeting see it, and from then on the plan, its reviews and the end; the rest is family wellbeing's alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.fws.events import (
    ConsentRecorded,
    ConsentWithdrawn,
    EarlyHelpAccepted,
    EarlyHelpDeclined,
    EarlyHelpEnded,
    EndingMeetingHeld,
    FamilyVisited,
    FormalReviewHeld,
    HelpExtended,
    ImmediateEscalationRaised,
    KeyworkerAllocated,
    PlanLive,
    PlanReviewed,
    StepDownReceived,
    StepUpProposed,
    SupportMeetingHeld,
    TransferDecided,
    WellbeingAssessmentShared,
)
from shared.team.audience import OpenTerm, Party, agency, began_work, ended_work, present
from shared.team.entries import Entries, Entry, Text
from shared.team.meetings import attended_in_words

FAMILY_WELLBEING = "family_wellbeing"

entries = Entries("fws")


@entries.on(KeyworkerAllocated)
def _(event: KeyworkerAllocated, text: Text) -> Entry:
    return Entry(
        title="Early help: keyworker allocated",
        topic="early_help",
        parts=text.parts(worker_name="Keyworker", reason="Why", language="Language"),
        involves=[began_work(FAMILY_WELLBEING)],
    )


@entries.on(EarlyHelpAccepted)
def _(event: EarlyHelpAccepted, text: Text) -> Entry:
    return Entry(
        title=f"Early help accepted{_listed(each.label.lower() for each in event.criteria)}",
        topic="early_help",
        parts=text.parts(reason="Why", organisation_name="By"),
    )


entries.one(KeyworkerAllocated, EarlyHelpAccepted)


@entries.on(EarlyHelpDeclined)
def _(event: EarlyHelpDeclined, text: Text) -> Entry:
    return Entry(
        title=f"Early help declined: {event.reason.label.lower()}",
        topic="early_help",
        parts=text.parts(service="What may help instead", notes="Notes"),
    )


@entries.on(ConsentRecorded)
def _(event: ConsentRecorded, text: Text) -> Entry:
    how = "signed" if event.signed else "not signed"
    return Entry(
        title=f"Consent to early help ({how}){_listed(each.label.lower() for each in event.scope)}",
        topic="consent",
        parts=text.parts(young_person_says="What the young person said"),
    )


@entries.on(ConsentWithdrawn)
def _(event: ConsentWithdrawn, text: Text) -> Entry:
    harm = ", with harm" if event.harm else ""
    return Entry(
        title=f"Consent to early help withdrawn{harm}",
        topic="consent",
        significance="significant",
        parts=text.parts(reason="Why", safe_to_end="How the family stays safe"),
    )


@entries.on(FamilyVisited)
def _(event: FamilyVisited, text: Text) -> Entry:
    seen = ("seen alone" if event.alone else "seen") if event.seen else "not seen"
    where = f" ({event.place.label})" if event.place else ""
    return Entry(
        title=f"Family visited, child {seen}{where}",
        topic="visit",
        significance="significant",
        parts=text.parts(notes="Notes", words="The child's words", why_not_seen="Why not seen"),
    )


@entries.on(WellbeingAssessmentShared)
def _(event: WellbeingAssessmentShared, text: Text) -> Entry:
    return Entry(
        title="Wellbeing assessment shared with the family",
        topic="early_help",
        parts=text.parts(organisation_name="By"),
    )


@entries.on(SupportMeetingHeld)
def _(event: SupportMeetingHeld, text: Text) -> Entry:
    attended: Sequence[Mapping[str, Any]] = text.sealed.get("attended") or ()
    return Entry(
        title="Family support meeting held",
        topic="early_help",
        parts=(("There", attended_in_words(attended)),) if attended else (),
        seen_by=_those_at_the_meetings(event.present),
    )


@entries.on(PlanLive)
def _(event: PlanLive, text: Text) -> Entry:
    return Entry(
        title=f"Family's plan live{_listed(each.label for each in event.owners)}",
        topic="early_help",
        parts=_plan(text),
        seen_by=_those_at_the_meetings(),
    )


entries.one(SupportMeetingHeld, PlanLive)


@entries.on(PlanReviewed)
def _(event: PlanReviewed, text: Text) -> Entry:
    return Entry(
        title=f"Family's plan reviewed: {event.progress.label.lower()}",
        topic="early_help",
        parts=(*text.parts(notes="Notes"), *_plan(text)),
        seen_by=_those_at_the_meetings(event.present),
    )


@entries.on(FormalReviewHeld)
def _(event: FormalReviewHeld, text: Text) -> Entry:
    return Entry(
        title=f"Formal review of early help: {event.progress.label.lower()}, {event.decision.label.lower()}",
        topic="early_help",
        significance="significant",
        parts=text.parts(notes="Notes"),
        seen_by=_those_at_the_meetings(event.present),
    )


@entries.on(HelpExtended)
def _(event: HelpExtended, text: Text) -> Entry:
    until = f" until {event.until.isoformat()}" if event.until else ""
    return Entry(
        title=f"Early help extended{until}",
        topic="early_help",
        parts=text.parts(reason="Why it is exceptional"),
    )


@entries.on(ImmediateEscalationRaised)
def _(event: ImmediateEscalationRaised, text: Text) -> Entry:
    return Entry(
        title="Escalated from early help: harm, or a risk of significant harm",
        topic="escalation",
        significance="critical",
        parts=text.parts(
            harm="The harm", told="Told", handover="Handover", children_now="How the children are now"
        ),
        involves=[ended_work(FAMILY_WELLBEING)],
    )


@entries.on(EndingMeetingHeld)
def _(event: EndingMeetingHeld, text: Text) -> Entry:
    return Entry(
        title="Ending meeting held with the family",
        topic="early_help",
        parts=text.parts(achieved="What was reached", safety_plan="If help is needed again"),
        seen_by=_those_at_the_meetings(event.present),
    )


@entries.on(EarlyHelpEnded)
def _(event: EarlyHelpEnded, text: Text) -> Entry:
    return Entry(
        title=f"Early help ended: {event.reason.label.lower()}",
        topic="early_help",
        significance="significant",
        parts=text.parts(why_no_meeting="Why there was no meeting", handover="Handover"),
        seen_by=[*_those_at_the_meetings(), *(agency(each) for each in event.partners_told)],
        involves=[ended_work(FAMILY_WELLBEING)],
    )


@entries.on(StepUpProposed)
def _(event: StepUpProposed, text: Text) -> Entry:
    return Entry(
        title="Step-up to children's social care proposed",
        topic="transfer",
        parts=text.parts(reason="Why", needs="What the family needs"),
        seen_by=[agency(FAMILY_WELLBEING)],
    )


@entries.on(TransferDecided)
def _(event: TransferDecided, text: Text) -> Entry:
    """An agreed step-up ends early help: they are one entry."""
    return Entry(
        title=f"Transfer panel: {event.direction.label.lower()} {event.decision.label.lower()}",
        topic="transfer",
        parts=text.parts(reason="Why", conditions="Conditions"),
        seen_by=[agency(FAMILY_WELLBEING)],
        involves=[ended_work(FAMILY_WELLBEING)] if event.up and event.agreed else (),
    )


@entries.on(StepDownReceived)
def _(event: StepDownReceived, text: Text) -> Entry:
    consent = ", with signed consent" if event.consented_by else ""
    return Entry(
        title=f"Family received from children's social care{consent}",
        topic="transfer",
        parts=text.parts(plan="Plan", notes="Notes"),
        seen_by=[agency(FAMILY_WELLBEING)],
    )


entries.one(ImmediateEscalationRaised, EarlyHelpEnded, TransferDecided)


def _those_at_the_meetings(parties: tuple[Party, ...] = ()) -> list[OpenTerm]:
    """Those who were at a support meeting of this family, or at this one."""
    return [present(), present(*parties)] if parties else [present()]


def _listed(labels: Iterable[str]) -> str:
    found = ", ".join(labels)
    return f": {found}" if found else ""


def _plan(text: Text) -> tuple[tuple[str, str], ...]:
    """The plan as a page shows it, read from the sealed part."""
    items: Sequence[Mapping[str, Any]] = text.sealed.get("items") or ()
    said = "; ".join(f"{each['what']} ({each['owner'].replace('_', ' ')}, by {each['by']})" for each in items)
    return (("Plan", said),) if said else ()
