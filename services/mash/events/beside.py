"""What the front door tells beside decisions: consultations, risk, schools and police told, a child's own file, the daily meeting."""

from datetime import date
from typing import Any
from uuid import UUID

from services.mash.codes import (
    CaseKind,
    Fgm,
    FosteringNotifier,
    LinkWhy,
    PrivateFosterer,
    RiskLevel,
    StatusAnswer,
    WhyPolice,
)
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant


class ConsultationText(Sealed):
    """Between whom, about what, and what was advised."""

    consulted_by: str
    advice: str
    about_what: str = ""
    why_not_aware: str = ""
    their_organisation_name: str | None = None


class ConsultationRecorded(
    Event,
    name="mash.ConsultationRecorded",
    version=2,
    crosses=True,
    text=ConsultationText,
    fixed=("their_organisation", "their_organisation_name"),
):
    """Another agency asked for advice about a child (M8). It is no referral: that is made separately."""

    their_agency: str
    their_organisation: str | None = None
    """The id of this school, that ward; its name is sealed."""
    family_aware: bool
    referral_to_follow: bool

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """An organisation that was written by its name is no id of anybody: it stays what was said."""


class RiskText(Sealed):
    """Why the specialist judges so, what support was offered, and how to reach who is harmed without adding to it."""

    rationale: str = ""
    support_offered: tuple[str, ...] = ()
    safe_to_contact: str = ""


class DomesticAbuseRiskAssessed(
    Event,
    name="mash.DomesticAbuseRiskAssessed",
    crosses=True,
    text=RiskText,
    fixed=("specialist_risk", "marac"),
):
    """A specialist graded the risk of domestic abuse (M18); a high one goes to the MARAC, or it is said why not."""

    contact: UUID
    police_risk: RiskLevel
    specialist_risk: RiskLevel
    who_is_harmed: tuple[UUID, ...] = ()
    marac: bool
    marac_date: date | None = None


class SchoolText(Sealed):
    """Which school, who was told what; or why it was not told."""

    school: str
    told: str = ""
    message: str = ""
    not_told_because: str = ""


class SchoolTold(Event, name="mash.SchoolTold", crosses=True, text=SchoolText, meets=("M23",), fixed=()):
    """The child's school was told before its next day began, or it was said why not (M23)."""

    contact: UUID
    told: bool
    how: ToldHow | None = None


class YoungCarerText(Sealed):
    """Which service, and why without consent."""

    referred_to: str = ""
    reason: str = ""


class YoungCarerIdentified(
    Event, name="mash.YoungCarerIdentified", crosses=True, text=YoungCarerText, fixed=("lawful_basis",)
):
    """The child cares for somebody (M12): the commissioned service is asked to assess, with consent or on a basis."""

    contact: UUID | None = None
    consent: bool
    lawful_basis: LawfulBasis | None = None


class FosteringText(Sealed):
    """Who the carer is, where the child lives, and how the parents can be reached."""

    carer_name: str
    carer_address: str = ""
    parents_contact: str = ""
    address_of_child: str = ""


class PrivateFosteringNotified(
    Event,
    name="mash.PrivateFosteringNotified",
    crosses=True,
    text=FosteringText,
    fixed=("relation", "aware_at"),
):
    """A child lives with somebody who is no close relative, for 28 days or more: assessment visits, from when the
    authority knew (A9).
    """

    contact: UUID | None = None
    relation: PrivateFosterer
    began: date | None = None
    expected_to_last_days: int | None = None
    notified_by: FosteringNotifier | None = None
    aware_at: Instant


class FgmReportText(Sealed):
    """Which duty, to whom, under which reference."""

    police_reference: str
    reported_to: str = ""
    role_duty: str = ""


class FgmPoliceReportRecorded(
    Event,
    name="mash.FgmPoliceReportRecorded",
    crosses=True,
    text=FgmReportText,
    meets=("M14",),
    beside={"M14": "contact"},
    fixed=("how_known",),
):
    """A regulated professional reported to the police what they were told or saw (M14). Meets M14."""

    contact: UUID | None = None
    how_known: Fgm


class PreventText(Sealed):
    """Who leads, why, and what the police call it."""

    lead: str = ""
    reason: str
    police_reference: str = ""


class PreventReferralMade(Event, name="mash.PreventReferralMade", crosses=True, text=PreventText, fixed=()):
    """The Prevent lead is told of a child who may be drawn into terrorism (M15)."""

    contact: UUID | None = None
    immediate_risk: bool
    consent: bool | None = None
    lawful_basis: LawfulBasis | None = None


class PoliceText(Sealed):
    """Whom of the police, why, and under which reference."""

    told: str = ""
    reason: str = ""
    police_reference: str = ""


class PoliceTold(Event, name="mash.PoliceTold", crosses=True, text=PoliceText, fixed=("why",)):
    """The police were told at once (M13, M15)."""

    contact: UUID | None = None
    why: WhyPolice


class EnquiryText(Sealed):
    """Who asked, why, and what they were told."""

    asked_by: str
    why: str
    told: str = ""


class StatusEnquiryAnswered(Event, name="mash.StatusEnquiryAnswered", text=EnquiryText, fixed=()):
    """An agency asked whether the child is known, and was answered on this basis (M20)."""

    their_agency: str
    lawful_basis: LawfulBasis
    answer: StatusAnswer


class ContactsLinked(Event, name="mash.ContactsLinked", fixed=("other",)):
    """Two contacts belong together (M21)."""

    contact: UUID
    other: UUID
    why: LinkWhy


class DailyMeetingHeld(Event, name="mash.DailyMeetingHeld", fixed=("contacts",)):
    """The daily meeting looked at these decisions (M17); what it did not name is carried to the next."""

    present: tuple[str, ...]
    contacts: tuple[UUID, ...]


class CaseOpenNoted(Event, name="mash.CaseOpenNoted", fixed=("kind", "case")):
    """Another team opened a case on the child: what is reported of them from now on is a note on it (M9)."""

    kind: CaseKind
    case: UUID


class CaseClosedNoted(Event, name="mash.CaseClosedNoted", fixed=("kind", "case")):
    """Another team closed its case on the child."""

    kind: CaseKind
    case: UUID
