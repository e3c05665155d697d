"""What consent and checks of an assessment say in the chronology."""

from services.assessment.entries.team import entries
from services.assessment.events import (
    AgencyCheckRequested,
    AgencyInformationShared,
    ConsentRecorded,
    ConsentWithdrawn,
)
from shared.domain.command import in_words
from shared.team.audience import agency, asked, organisation, party, worked
from shared.team.entries import Entry, Text


@entries.on(ConsentRecorded)
def _(event: ConsentRecorded, text: Text) -> Entry:
    signed = ", signed" if event.signed else ""
    return Entry(
        title=f"Consent given: {_list(event.scope)}{signed}",
        topic="consent",
        parts=text.parts(young_person_says="What the young person says"),
    )


@entries.on(ConsentWithdrawn)
def _(event: ConsentWithdrawn, text: Text) -> Entry:
    return Entry(
        title=f"Consent withdrawn: {_list(event.scope)}", topic="consent", parts=text.parts(reason="Why")
    )


@entries.on(AgencyCheckRequested)
def _(event: AgencyCheckRequested, text: Text) -> Entry:
    """Seen by who was asked."""
    return Entry(
        title=f"{in_words(event.agency).capitalize()} asked for information ({in_words(event.extent)})",
        topic="agency_check",
        parts=text.parts(organisation_name="Asked", reason="Why", questions="Questions"),
        seen_by=[asked(party(event.agency, event.organisation))],
    )


@entries.on(AgencyInformationShared)
def _(event: AgencyInformationShared, text: Text) -> Entry:
    """Seen by those whom the answer itself names; and by who gave it, also where the team wrote it down for them."""
    found = "nothing known" if event.nothing_known else "information shared"
    return Entry(
        title=f"{in_words(event.agency).capitalize()} answered: {found}",
        topic="agency_check",
        parts=text.parts(findings="Findings"),
        seen_by=[
            organisation(event.agency, event.organisation),
            *(agency(each) for each in event.shareable_with),
        ],
        involves=[worked(event.agency, event.organisation)],
    )


def _list(codes: tuple[str, ...]) -> str:
    return ", ".join(in_words(each) for each in codes)
