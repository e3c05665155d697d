"""What the front door's facts say in the chronology, and who sees it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.mash.codes import Outcome
from services.mash.events import (
    AgencyCheckRequested,
    AgencyInformationShared,
    AllegationRouted,
    ConsentDispensed,
    ConsentRecorded,
    ConsentWithdrawn,
    ConsultationRecorded,
    ContactDecided,
    ContactDecisionReviewed,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactScreened,
    DomesticAbuseRiskAssessed,
    EarlyHelpRequested,
    FgmPoliceReportRecorded,
    ImmediateHarmIdentified,
    MissingNoticeReceived,
    PoliceTold,
    PreventReferralMade,
    PrivateFosteringNotified,
    ReferralAccepted,
    ReferrerInformed,
    SchoolTold,
    YoungCarerIdentified,
)
from shared.domain.code_lists import Extent
from shared.domain.command import in_words
from shared.team.audience import (
    OF_ORGANISATIONS,
    Depth,
    OpenTerm,
    agency,
    asked,
    opens,
    organisation,
    party,
    referrer,
    worked,
)
from shared.team.entries import Entries, Entry, Restriction, Text

entries = Entries("mash")

_REPORTED: Final[Mapping[str, str]] = {
    "worries": "What is worrying",
    "strengths": "What is working well",
    "child_words": "The child's words",
    "why_not_aware": "Why the family does not know",
}
"""What was reported, of a contact and of a note alike."""
_REFERRER: Final[Mapping[str, str]] = {
    "referrer_name": "Told by",
    "referrer_relation": "Who is",
    "referrer_organisation_name": "Of",
}
"""Who reported it: for children's social care alone."""


_RESTRICTED = "A contact was made and is restricted"
"""All that most are shown of a contact about an adult who works with children."""


def _for_few(named: tuple[UUID, ...] = (), *, until_decided: bool) -> Restriction:
    """For who decides contacts, the LADO, and who is named."""
    roles = ("mash_manager", "senior_practitioner", "lado", "lado_deputy")
    return Restriction(_RESTRICTED, roles, named, until_decided=until_decided)


@entries.on(ContactReceived, stands_for_thing=True)
def _(event: ContactReceived, text: Text) -> Entry:
    """Seen by the organisation that the referrer speaks for; their name by children's social care alone."""
    told_by = (
        [party(event.referrer_agency, event.referrer_organisation)]
        if event.referrer_agency is not None
        else []
    )
    return Entry(
        title=f"Contact received from {event.source.label}",
        topic="contact",
        parts=text.parts(**_REPORTED),
        care_parts=text.parts(**_REFERRER),
        seen_by=[referrer(*told_by)],
    )


@entries.on(ContactPassedToOpenCase)
def _(event: ContactPassedToOpenCase, text: Text) -> Entry:
    """Seen by nobody beside social care and who reported it, until the allocated worker shares it."""
    return Entry(
        title=f"Note on the open case: from {event.source.label}",
        topic="contact",
        parts=text.parts(**_REPORTED),
        care_parts=text.parts(**_REFERRER),
    )


@entries.on(ContactScreened)
def _(event: ContactScreened, text: Text) -> Entry:
    carer = "; may be a young carer" if event.young_carer else ""
    return Entry(title=f"Contact screened: potential {in_words(event.potential)}{carer}", topic="contact")


@entries.on(ContactDecided)
def _(event: ContactDecided, text: Text) -> Entry:
    """Of one for the LADO no word is told; the LADO sees the contact from now on."""
    if event.outcome is Outcome.ROUTED_TO_LADO:
        to_lado = opens(ContactReceived, to=[agency("lado")])
        return Entry(title=_RESTRICTED, topic="contact", significance="significant", widens=[to_lado])
    return Entry(
        title=f"Contact decided: {in_words(event.outcome)}, level {event.level}",
        topic="contact",
        significance="significant",
        parts=text.parts(rationale="Why", indicators="Indicators considered", service="Service"),
    )


entries.one(ContactDecided, ContactPassedToOpenCase)
entries.none(
    ReferralAccepted, because="said by the decision it stands beside, and by the referral that is then opened"
)
entries.none(
    AllegationRouted, because="to all but the LADO it says no more than the decision it stands beside"
)
entries.restricts(
    ContactReceived, to=lambda event: _for_few(until_decided=True) if event.person_in_trust else None
)
entries.restricts(
    ContactRestricted, to=lambda event: _for_few(event.named, until_decided=event.until_decided)
)
entries.settles(ContactDecided, to=lambda event: None if event.outcome is Outcome.ROUTED_TO_LADO else True)
entries.settles(ContactDecisionReviewed, to=lambda event: None if event.upheld else False)
entries.none(
    MissingNoticeReceived,
    because="said by the contact or screening it stands beside, and by the missing episode",
)


@entries.on(ReferrerInformed)
def _(event: ReferrerInformed, text: Text) -> Entry:
    """Seen by the referrer's organisation, which was told."""
    what = "the outcome" if event.outcome else "what happens next"
    return Entry(
        title=f"Referrer told {what}",
        topic="contact",
        parts=text.parts(message="Message"),
        seen_by=[referrer(of=event.contact)],
    )


@entries.on(ContactDecisionReviewed)
def _(event: ContactDecisionReviewed, text: Text) -> Entry:
    what = (
        "upheld" if event.upheld or event.changed_to is None else f"changed to {in_words(event.changed_to)}"
    )
    return Entry(
        title=f"Contact decision looked at by the daily meeting: {what}",
        topic="contact",
        parts=text.parts(reason="Why"),
    )


@entries.on(ImmediateHarmIdentified)
def _(event: ImmediateHarmIdentified, text: Text) -> Entry:
    return Entry(
        title="Immediate harm identified: the child is to be seen today",
        topic="contact",
        significance="critical",
        parts=text.parts(reason="Why", address_now="Where the child is"),
    )


@entries.on(EarlyHelpRequested)
def _(event: EarlyHelpRequested, text: Text) -> Entry:
    return Entry(
        title=f"Early help requested, level {event.level}",
        topic="early_help",
        seen_by=[agency("family_wellbeing")],
    )


# -- consent, and what other agencies are asked


@entries.on(ConsentRecorded)
def _(event: ConsentRecorded, text: Text) -> Entry:
    signed = ", signed" if event.signed else ""
    return Entry(
        title=f"Consent given: {_list(event.scope)}{signed}",
        topic="consent",
        parts=text.parts(young_person_says="What the young person says"),
    )


@entries.on(ConsentDispensed)
def _(event: ConsentDispensed, text: Text) -> Entry:
    return Entry(
        title=f"Consent not sought: {event.lawful_basis.label}",
        topic="consent",
        parts=text.parts(reason="Why"),
    )


@entries.on(ConsentWithdrawn)
def _(event: ConsentWithdrawn, text: Text) -> Entry:
    return Entry(
        title=f"Consent withdrawn: {_list(event.scope)}", topic="consent", parts=text.parts(reason="Why")
    )


@entries.on(AgencyCheckRequested)
def _(event: AgencyCheckRequested, text: Text) -> Entry:
    """Seen by who was asked, who from then on sees the contact too: whole where all was asked for, else its title."""
    who = party(event.agency, event.organisation)
    depth: Depth = "whole" if event.extent is Extent.FULL else "title"
    return Entry(
        title=f"{in_words(event.agency).capitalize()} asked for information ({in_words(event.extent)})",
        topic="agency_check",
        parts=text.parts(organisation_name="Asked", reason="Why", questions="Questions"),
        seen_by=[asked(who)],
        widens=[opens(ContactReceived, to=[asked(who, depth=depth)], of=event.contact)],
        part_of=event.contact,
    )


@entries.on(AgencyInformationShared)
def _(event: AgencyInformationShared, text: Text) -> Entry:
    """Seen by those whom the answer itself names; and by who gave it, also where the front door wrote it down for them."""
    found = "nothing known" if event.nothing_known else "information shared"
    return Entry(
        title=f"{in_words(event.agency).capitalize()} answered: {found}",
        topic="agency_check",
        parts=text.parts(findings="Findings"),
        seen_by=[organisation(event.agency, event.organisation), *_agencies(event.shareable_with)],
        involves=[worked(event.agency, event.organisation)],
        part_of=event.contact,
    )


# -- what else the front door does


@entries.on(ConsultationRecorded)
def _(event: ConsultationRecorded, text: Text) -> Entry:
    aware = "the family knows" if event.family_aware else "the family does not know"
    return Entry(
        title=f"Consultation with {in_words(event.their_agency)}: {aware}",
        topic="consultation",
        parts=text.parts(
            consulted_by="Consulted by",
            their_organisation_name="Of",
            about_what="About",
            advice="Advice",
            why_not_aware="Why the family does not know",
        ),
        seen_by=_the_other(event),
    )


@entries.on(DomesticAbuseRiskAssessed)
def _(event: DomesticAbuseRiskAssessed, text: Text) -> Entry:
    marac = "; referred to the MARAC" if event.marac else ""
    return Entry(
        title=f"Domestic abuse risk: {in_words(event.specialist_risk)} (police: {in_words(event.police_risk)}){marac}",
        topic="domestic_abuse",
        parts=text.parts(
            rationale="Why", support_offered="Support offered", safe_to_contact="How to make contact safely"
        ),
    )


@entries.on(SchoolTold)
def _(event: SchoolTold, text: Text) -> Entry:
    """Seen by the child's schools, and by the police, whose duty it is."""
    return Entry(
        title="School told of domestic abuse" if event.told else "School not told of domestic abuse",
        topic="domestic_abuse",
        parts=text.parts(
            school="School", told="Who was told", message="Message", not_told_because="Why it was not told"
        ),
        seen_by=[agency("education"), agency("police")] if event.told else [agency("police")],
    )


@entries.on(YoungCarerIdentified)
def _(event: YoungCarerIdentified, text: Text) -> Entry:
    return Entry(
        title="Young carer identified and referred",
        topic="young_carer",
        parts=text.parts(referred_to="Referred to", reason="Why"),
        part_of=event.contact,
    )


@entries.on(PrivateFosteringNotified)
def _(event: PrivateFosteringNotified, text: Text) -> Entry:
    return Entry(
        title=f"Private fostering notified: with {in_words(event.relation)}",
        topic="private_fostering",
        parts=text.parts(
            carer_name="Carer",
            carer_address="Where the carer lives",
            parents_contact="How to reach the parents",
            address_of_child="Where the child lives",
        ),
        part_of=event.contact,
    )


@entries.on(FgmPoliceReportRecorded)
def _(event: FgmPoliceReportRecorded, text: Text) -> Entry:
    return Entry(
        title=f"Female genital mutilation ({in_words(event.how_known)}) reported to the police",
        topic="police",
        parts=text.parts(
            police_reference="Police reference", reported_to="Reported to", role_duty="Whose duty it was"
        ),
        seen_by=[agency("police")],
        part_of=event.contact,
    )


@entries.on(PreventReferralMade)
def _(event: PreventReferralMade, text: Text) -> Entry:
    risk = "; immediate risk" if event.immediate_risk else ""
    return Entry(
        title=f"Prevent lead told{risk}",
        topic="prevent",
        parts=text.parts(lead="Lead", reason="Why", police_reference="Police reference"),
        part_of=event.contact,
    )


@entries.on(PoliceTold)
def _(event: PoliceTold, text: Text) -> Entry:
    return Entry(
        title=f"Police told: {in_words(event.why)}",
        topic="police",
        parts=text.parts(told="Who was told", reason="Why", police_reference="Police reference"),
        seen_by=[agency("police")],
        part_of=event.contact,
    )


def _the_other(event: ConsultationRecorded) -> list[OpenTerm]:
    """The party that asked: this school where it was named; of an agency that is one, the agency."""
    if event.their_organisation or event.their_agency in OF_ORGANISATIONS:
        return [organisation(event.their_agency, event.their_organisation)]
    return [agency(event.their_agency)]


def _agencies(names: tuple[str, ...]) -> list[OpenTerm]:
    return [agency(each) for each in names]


def _list(codes: tuple[str, ...]) -> str:
    return ", ".join(in_words(each) for each in codes)
