"""A consultation: another agency asks the front door for advice about a child (M8). It is no referral."""

from dataclasses import dataclass

from pydantic import Field

from services.mash.events import ConsultationRecorded, ConsultationText
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Organisation, RequiredText, ShortText, Text


class RecordConsultation(Command, name="mash.RecordConsultation", opens=True):
    """Record a consultation: with whom, what was advised, and whether the family knows, or why not (M8)."""

    consulted_by: ShortText = Field(alias="with")
    their_agency: Agency
    their_organisation: Organisation | None = None
    advice: RequiredText
    family_aware: bool
    why_not_aware: Text = ""
    referral_to_follow: bool
    about_what: Text = ""


@dataclass(frozen=True)
class Consultation:
    """No decision looks at what was advised before."""


def decide(
    command: RecordConsultation, _state: Consultation, _context: Context
) -> list[ConsultationRecorded]:
    """Record it: one that says nothing of why the family does not know is recorded too, and shows it."""
    school = command.their_organisation
    return [
        ConsultationRecorded(
            their_agency=command.their_agency,
            their_organisation=school.id if school else None,
            family_aware=command.family_aware,
            referral_to_follow=command.referral_to_follow,
            sealed=ConsultationText(
                consulted_by=command.consulted_by,
                advice=command.advice,
                about_what=command.about_what,
                why_not_aware=command.why_not_aware,
                their_organisation_name=school.name if school else None,
            ),
        )
    ]


consultation = Stream(
    name="consultation",
    state=Consultation(),
    evolve=lambda state, _event: state,
    decide=decide,
    commands=RecordConsultation,
    events=ConsultationRecorded,
    per=Per.THING,
)
