"""What the conference team's facts say in the chronology, and who sees it.

A conference, review or core group is seen by the agencies that were there or invited. That a plan exists, health, police and
education see as a title.
"""

from collections.abc import Iterable
from typing import Final

from services.conference.codes import MeetingKind
from services.conference.events import (
    AgencyInvited,
    CaseManagementReviewHeld,
    CategoryChanged,
    ChildNotSeen,
    ChildProtectionPlanEnded,
    ChildProtectionPlanMade,
    ChildSeen,
    ConferenceHeld,
    ConferenceScheduled,
    CoreGroupHeld,
    DecisionLetterSent,
    LegalPlanningDecided,
    LegalPlanningMeetingHeld,
    LetterBeforeProceedingsSent,
    MinutesSent,
    PlanTransferInReceived,
    PlanTransferOutRecorded,
    PreProceedingsEnded,
    PreProceedingsMeetingHeld,
    PreProceedingsReviewed,
    ProceedingsIssued,
    ReportReceived,
    ReviewConferenceHeld,
    StepDownProposed,
)
from shared.domain.code_lists import ConferenceKind
from shared.domain.command import in_words
from shared.team.audience import (
    OfAgency,
    OfOrganisation,
    Party,
    agency,
    also_of,
    opens,
    organisation,
    present,
)
from shared.team.entries import Entries, Entry, Parts, Text
from shared.team.meetings import actions_in_words, attended_in_words

entries = Entries("conference")

_TOLD_OF_PLANS: Final = tuple(agency(each, depth="title") for each in ("health", "police", "education"))
"""They know that a plan exists."""

_CONFERENCE: Final = {
    ConferenceKind.INITIAL: "Initial child protection conference",
    ConferenceKind.REVIEW: "Review conference",
    ConferenceKind.TRANSFER_IN: "Transfer-in child protection conference",
    ConferenceKind.PRE_BIRTH: "Child protection conference before birth",
}


@entries.on(ConferenceScheduled, stands_for_thing=True)
def _(event: ConferenceScheduled, text: Text) -> Entry:
    """Seen by the invited, once they are."""
    return Entry(
        title=f"{_CONFERENCE[event.kind]} to be held on {event.date.day} {event.date:%B %Y}",
        topic="conference",
        parts=text.parts(
            chair_name="Chair", time="At", place="Where", reason_for_new_date="Why it was moved"
        ),
    )


@entries.on(AgencyInvited)
def _(event: AgencyInvited, text: Text) -> Entry:
    """Seen by those it invites, who see the day from then on."""
    invited = _each(event.invited)
    named = ", ".join(dict.fromkeys(in_words(each.agency) for each in event.invited))
    return Entry(
        title=f"Invited to the conference: {named}" if named else "Invitations to the conference",
        topic="conference",
        care_parts=text.parts(organisations="Organisations", why_not_invited="Why somebody is not invited"),
        seen_by=invited,
        widens=[opens(ConferenceScheduled, to=invited)] if invited else [],
    )


@entries.on(ReportReceived, stands_for_thing=True)
def _(event: ReportReceived, text: Text) -> Entry:
    """Seen by its author; after the conference by those present."""
    return Entry(
        title=f"Report to the conference from {in_words(event.from_agency)}",
        topic="conference",
        parts=text.parts(summary="Summary", why_not_shown="Why the parents did not see it"),
        seen_by=[organisation(event.from_agency, event.from_organisation)],
    )


@entries.on(ConferenceHeld, stands_for_thing=True)
def _(event: ConferenceHeld, text: Text) -> Entry:
    """Seen by the agencies present or invited; those present see the reports from now on."""
    quorate = "" if event.quorate else ", not quorate"
    there = present(*event.present)
    return Entry(
        title=f"{_CONFERENCE[event.kind]}{quorate}: {event.decision.label.lower()}",
        topic="conference",
        significance="significant",
        parts=(
            *text.parts(
                child_views="The child's views",
                why_family_absent="Why the family was not there",
                why_not_quorate="Why not quorate",
                dissent="Dissent",
            ),
            *_meeting(text),
        ),
        seen_by=[there, *_invited(event.invited, event.invited_absent)],
        widens=[opens(ReportReceived, to=_each(event.present), of=event.awaited)] if event.awaited else [],
    )


@entries.on(ReviewConferenceHeld, stands_for_thing=True)
def _(event: ReviewConferenceHeld, text: Text) -> Entry:
    """Seen by the agencies present or invited; those present see the reports from now on."""
    quorate = "" if event.quorate else ", not quorate"
    return Entry(
        title=f"Review conference{quorate}: {event.decision.label.lower()} ({event.category.label.lower()})",
        topic="conference",
        significance="significant",
        parts=(
            *text.parts(
                child_views="The child's views", why_not_quorate="Why not quorate", dissent="Dissent"
            ),
            *_meeting(text),
        ),
        seen_by=[present(*event.present), *_invited(event.invited, event.invited_absent)],
        widens=[opens(ReportReceived, to=_each(event.present), of=event.awaited)] if event.awaited else [],
    )


@entries.on(CoreGroupHeld, stands_for_thing=True)
def _(event: CoreGroupHeld, text: Text) -> Entry:
    """Seen by the agencies present."""
    return Entry(
        title=f"Core group: {event.progress.label.lower()}",
        topic="core_group",
        parts=(*text.parts(notes="What was said"), *_meeting(text)),
        seen_by=[present(*event.present)],
    )


@entries.on(ChildProtectionPlanMade)
def _(event: ChildProtectionPlanMade, text: Text) -> Entry:
    """Seen by those of the conference; health, police and education know that it exists."""
    actions = actions_in_words(text.sealed.get("actions", ()))
    return Entry(
        title=f"Child protection plan made: {event.category.label.lower()}",
        topic="plan",
        significance="critical",
        parts=(
            *text.parts(outcomes="What it is to achieve", contingency="If it fails", core_group="Core group"),
            *((("Actions", actions),) if actions else ()),
        ),
        seen_by=[also_of(event.conference), *_TOLD_OF_PLANS],
    )


@entries.on(CategoryChanged)
def _(event: CategoryChanged, text: Text) -> Entry:
    """Seen by those of the review; health, police and education know of it."""
    return Entry(
        title=f"Child protection plan: now {event.category.label.lower()}, before {event.was.label.lower()}",
        topic="plan",
        significance="significant",
        seen_by=[also_of(event.review), *_TOLD_OF_PLANS],
    )


@entries.on(ChildProtectionPlanEnded)
def _(event: ChildProtectionPlanEnded, text: Text) -> Entry:
    """Seen by those of the conference that ended it, or had made it; health, police and education know of it."""
    return Entry(
        title=f"Child protection plan ended: {event.reason.label.lower()}",
        topic="plan",
        significance="critical",
        parts=text.parts(notes="Why", agreed_by_name="Agreed by"),
        seen_by=[also_of(event.review or event.conference), *_TOLD_OF_PLANS],
    )


entries.one(ReviewConferenceHeld, CategoryChanged)


@entries.on(StepDownProposed)
def _(event: StepDownProposed, text: Text) -> Entry:
    """Seen by family wellbeing, whose panel decides."""
    return Entry(title="Step-down proposed", topic="transfer", seen_by=[agency("family_wellbeing")])


@entries.on(PlanTransferInReceived)
def _(event: PlanTransferInReceived, text: Text) -> Entry:
    """Nobody was there yet: health, police and education know that a plan exists elsewhere."""
    return Entry(
        title=f"Moved here with another authority's child protection plan: {event.category.label.lower()}",
        topic="plan",
        significance="significant",
        parts=text.parts(from_authority="From"),
        seen_by=_TOLD_OF_PLANS,
    )


@entries.on(PlanTransferOutRecorded)
def _(event: PlanTransferOutRecorded, text: Text) -> Entry:
    """Seen by those of the conference that made the plan."""
    return Entry(
        title="Moved to another authority, which was told of the child protection plan",
        topic="plan",
        significance="significant",
        parts=text.parts(to_authority="To"),
        seen_by=[also_of(event.conference), *_TOLD_OF_PLANS],
    )


@entries.on(ChildSeen)
def _(event: ChildSeen, text: Text) -> Entry:
    how = "alone" if event.alone else "not alone"
    return Entry(
        title=f"Child on a plan seen {how} ({in_words(event.place)})",
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
        title=f"Visit at which the child on a plan was not seen ({in_words(event.place)})",
        topic="visit",
        significance="significant",
        parts=text.parts(
            why_not_seen="Why not seen",
            words="What was said",
            observed="What was seen",
            present="Who was there",
        ),
    )


@entries.on(DecisionLetterSent)
def _(event: DecisionLetterSent, text: Text) -> Entry:
    """Seen by the agencies that it was sent to."""
    return Entry(
        title=f"Decision letter sent: {_to(event.to)}",
        topic="conference",
        parts=text.parts(not_sent="Not sent"),
        seen_by=[agency(each) for each in event.agencies],
    )


@entries.on(MinutesSent)
def _(event: MinutesSent, text: Text) -> Entry:
    """Seen by the agencies that they were sent to."""
    of = "core group" if event.meeting is MeetingKind.CORE_GROUP else "conference"
    return Entry(
        title=f"Minutes of the {of} sent: {_to(event.to)}",
        topic="core_group" if event.meeting is MeetingKind.CORE_GROUP else "conference",
        seen_by=[agency(each) for each in event.agencies],
    )


@entries.on(CaseManagementReviewHeld)
def _(event: CaseManagementReviewHeld, text: Text) -> Entry:
    return Entry(
        title=f"Case management review: {event.decision.label.lower()}",
        topic="legal",
        significance="significant",
        parts=text.parts(reason="Why", present="Present"),
    )


@entries.on(LegalPlanningDecided)
def _(event: LegalPlanningDecided, text: Text) -> Entry:
    return Entry(
        title=f"Legal planning decided{' (emergency)' if event.emergency else ''}",
        topic="legal",
        significance="significant",
        parts=text.parts(reason="Why", decided_by_name="Decided by"),
    )


@entries.on(LegalPlanningMeetingHeld)
def _(event: LegalPlanningMeetingHeld, text: Text) -> Entry:
    return Entry(
        title=f"Legal planning meeting: {event.decision.label.lower()}",
        topic="legal",
        significance="significant",
        parts=text.parts(present="Present", advice="Advice", reason="Why"),
    )


@entries.on(LetterBeforeProceedingsSent)
def _(event: LetterBeforeProceedingsSent, text: Text) -> Entry:
    return Entry(
        title="Letter before proceedings sent",
        topic="legal",
        significance="significant",
        parts=text.parts(
            concerns="What worries",
            changes_needed="What has to change",
            why_not_offered="Why no family group decision-making",
        ),
    )


@entries.on(PreProceedingsMeetingHeld)
def _(event: PreProceedingsMeetingHeld, text: Text) -> Entry:
    return Entry(
        title="Pre-proceedings meeting held",
        topic="legal",
        significance="significant",
        parts=text.parts(
            present="Present", agreement="Agreed", contingency="If it fails", assessments="Assessments"
        ),
    )


@entries.on(PreProceedingsReviewed)
def _(event: PreProceedingsReviewed, text: Text) -> Entry:
    return Entry(
        title=f"Pre-proceedings reviewed: {event.progress.label.lower()}; {event.decision.label.lower()}",
        topic="legal",
        significance="significant",
        parts=text.parts(contingency="If it fails", reason="Why"),
    )


@entries.on(ProceedingsIssued)
def _(event: ProceedingsIssued, text: Text) -> Entry:
    """Legal privilege: nobody else sees more than that they were issued, and that only who was at the last conference."""
    told = [present(of=event.conference, depth="title")] if event.conference else []
    return Entry(
        title="Care proceedings issued",
        topic="legal",
        significance="significant",
        parts=text.parts(court_reference="Court's reference", reason="Why"),
        seen_by=told,
    )


@entries.on(PreProceedingsEnded)
def _(event: PreProceedingsEnded, text: Text) -> Entry:
    return Entry(
        title=f"Pre-proceedings ended: {event.reason.label.lower()}",
        topic="legal",
        significance="significant",
        parts=text.parts(notes="Why"),
    )


def _each(parties: Iterable[Party]) -> list[OfOrganisation]:
    return [organisation(each.agency, each.organisation) for each in parties]


def _invited(parties: Iterable[Party], absent: Iterable[str]) -> list[OfOrganisation | OfAgency]:
    """Who was invited by the team, and whom the chair found not to have come."""
    named = list(parties)
    known = {each.agency for each in named}
    return [*_each(named), *(organisation(each, None) for each in absent if each not in known)]


def _meeting(text: Text) -> Parts:
    """Who was at a meeting, and what was agreed there."""
    said = (
        ("Present", attended_in_words(text.sealed.get("attended", ()))),
        ("Actions", actions_in_words(text.sealed.get("actions", ()))),
    )
    return tuple((label, words) for label, words in said if words)


def _to(to: Iterable[str]) -> str:
    return ", ".join(in_words(each) for each in to) or "nobody"
