"""A child's own file at the front door: what is written with a contact or without one. What every team has is added to it."""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.mash.codes import (
    CLOSE_RELATIVES,
    TO_BE_REPORTED,
    Fgm,
    FosteringNotifier,
    LinkWhy,
    PrivateFosterer,
    StatusAnswer,
    WhyPolice,
)
from services.mash.events import (
    ContactsLinked,
    EnquiryText,
    FgmPoliceReportRecorded,
    FgmReportText,
    FosteringText,
    PoliceText,
    PoliceTold,
    PreventReferralMade,
    PreventText,
    PrivateFosteringNotified,
    StatusEnquiryAnswered,
    YoungCarerIdentified,
    YoungCarerText,
)
from services.mash.streams.contact import Contact
from services.mash.streams.contact.state import on_a_note
from shared.domain.code_lists import ConsentScope, LawfulBasis
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, RequiredText, ShortText, Text, ThingId
from shared.domain.instants import Day, local_date

FileEvent: TypeAlias = (
    YoungCarerIdentified
    | PrivateFosteringNotified
    | FgmPoliceReportRecorded
    | PreventReferralMade
    | PoliceTold
    | StatusEnquiryAnswered
    | ContactsLinked
)

FOSTERED_UNDER: Final = 16
"""Years of age from which a child is no longer privately fostered (A9) ..."""
FOSTERED_UNDER_IF_DISABLED: Final = 18
"""... and of a disabled child."""
FOSTERED_FROM_DAYS: Final = 28
"""Days for which a child must be expected to stay (A9)."""
A_GIRL_UNDER: Final = 18
"""Years of age up to which the duty to report mutilation is the professional's own (M14)."""


@dataclass(frozen=True)
class ChildFile:
    """Of what was written before, decisions look at whether the police were told alone."""

    police_told: bool = False


@dataclass(frozen=True)
class FileAndContact:
    """What a decision takes: the child's file, and the contact that `re` names, if it does."""

    child_file: ChildFile
    contact: Contact


def evolve(state: ChildFile, event: FileEvent) -> ChildFile:
    """The file after one more fact."""
    return replace(state, police_told=True) if isinstance(event, PoliceTold) else state


class IdentifyYoungCarer(Command, name="mash.IdentifyYoungCarer", refers_to="contact"):
    """A child cares for somebody: refer them to the commissioned service, with consent or on a lawful basis (M12)."""

    referred_to: ShortText | None = None
    consent: bool | None = None
    lawful_basis: LawfulBasis | None = None
    reason: Text = ""


class Carer(BaseModel):
    """Who looks after a child that is not theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText = Field(repr=False)
    relation: PrivateFosterer
    address: Text = Field(default="", repr=False)


class NotifyPrivateFostering(Command, name="mash.NotifyPrivateFostering", refers_to="contact"):
    """A child lives, or is to live, with somebody who is no close relative for 28 days or more (A9).

    Visits are due from when the authority knew: when the contact in `re` was received, else when it happened.
    """

    carer: Carer
    began: Day | None = None
    expected_to_last_days: int | None = Field(default=None, ge=1, le=10_000, strict=True)
    notified_by: FosteringNotifier | None = None
    parents_contact: Text = ""
    address_of_child: Text = ""


class RecordFgmPoliceReport(Command, name="mash.RecordFgmPoliceReport", refers_to="contact"):
    """A regulated professional records that they reported to the police what they were told or saw (M14)."""

    how_known: Fgm
    reported_to: ShortText | None = None
    police_reference: ShortText
    role_duty: ShortText | None = None


class ReferToPrevent(Command, name="mash.ReferToPrevent", refers_to="contact"):
    """Tell the Prevent lead of a child who may be drawn into terrorism; of immediate risk the police first (M15)."""

    lead: ShortText | None = None
    immediate_risk: bool
    police_reference: ShortText | None = None
    consent: bool | None = None
    lawful_basis: LawfulBasis | None = None
    reason: RequiredText


class TellPolice(Command, name="mash.TellPolice", refers_to="contact"):
    """Tell the police at once (M13, M15)."""

    why: WhyPolice
    police_reference: ShortText | None = None
    told: ShortText | None = None
    reason: Text = ""


class AnswerStatusEnquiry(Command, name="mash.AnswerStatusEnquiry"):
    """Answer an agency that asks whether a child is known and who works with them, and log it with its basis (M20)."""

    asked_by: ShortText
    their_agency: Agency
    basis: LawfulBasis
    why: RequiredText
    answer: StatusAnswer
    told: Text = ""

    def shows(self) -> str:
        """It tells an agency what is known of the child: whom, and on which basis."""
        return f"status_enquiry:{self.their_agency}:{self.basis.value}"


class LinkContacts(Command, name="mash.LinkContacts", refers_to="contact", refers_also="other"):
    """Say that two contacts belong together: `re` the one, `other` the other. It stands with the children of both: of
    harmful sexual behaviour between children each is referred (M21).
    """

    other: ThingId
    why: LinkWhy

    @model_validator(mode="after")
    def _two(self) -> "LinkContacts":
        refuse_fields(
            ("re", self.re is None, "name the contact that the other belongs with", "missing"),
            ("other", self.re == self.other, "name another contact than the first"),
        )
        return self


FileCommand: TypeAlias = (
    IdentifyYoungCarer
    | NotifyPrivateFostering
    | RecordFgmPoliceReport
    | ReferToPrevent
    | TellPolice
    | AnswerStatusEnquiry
    | LinkContacts
)


def decide(command: FileCommand, state: FileAndContact, context: Context) -> list[FileEvent]:
    """What follows from a command on a child's file.

    Raises:
        Refused: A9 for what is no private fostering, M12 and M15 as their decisions say, M14 for what is not the
            professional's own duty to report.
    """
    match command:
        case IdentifyYoungCarer():
            return identify_young_carer(command, state.contact)
        case NotifyPrivateFostering():
            return notify_private_fostering(command, state.contact, context)
        case RecordFgmPoliceReport():
            return record_fgm_report(command, context)
        case ReferToPrevent():
            return refer_to_prevent(command, state.child_file)
        case TellPolice():
            return tell_police(command)
        case AnswerStatusEnquiry():
            return answer_status_enquiry(command)
        case LinkContacts(re=one, other=other, why=why):
            assert one is not None
            linked = other if context.thing == one else one
            return [ContactsLinked(contact=context.thing, other=linked, why=why)]
        case _:
            assert_never(command)


def identify_young_carer(command: IdentifyYoungCarer, contact: Contact) -> list[FileEvent]:
    """Refer the child, where somebody agreed to it or a basis stands in for that."""
    agreed = bool(command.consent) or bool(contact.agreed(ConsentScope.REFERRAL))
    refuse_all(on_a_note(contact))
    refuse_all(
        (
            "M12",
            not agreed and command.lawful_basis is None,
            "a young carer is referred with consent, or on a lawful basis: record the one or name the other",
        ),
    )
    return [
        YoungCarerIdentified(
            contact=command.re,
            consent=agreed,
            lawful_basis=command.lawful_basis,
            sealed=YoungCarerText(referred_to=command.referred_to or "", reason=command.reason),
        )
    ]


def notify_private_fostering(
    command: NotifyPrivateFostering, contact: Contact, context: Context
) -> list[FileEvent]:
    """Take the notice, where it is private fostering."""
    assert context.child is not None
    child = context.person(context.child)
    age = child.age_on(local_date(context.happened_at))
    under = FOSTERED_UNDER_IF_DISABLED if child.disabled else FOSTERED_UNDER
    days = command.expected_to_last_days
    refuse_all(on_a_note(contact))
    refuse_all(
        (
            "A9",
            command.carer.relation in CLOSE_RELATIVES,
            "a child with a close relative is not privately fostered: record whom they live with instead",
        ),
        (
            "A9",
            days is not None and days < FOSTERED_FROM_DAYS,
            f"a stay of fewer than {FOSTERED_FROM_DAYS} days is no private fostering; correct the days, or leave the notice",
        ),
        (
            "A9",
            age is not None and age >= under,
            f"private fostering is of children under {FOSTERED_UNDER}, or under {FOSTERED_UNDER_IF_DISABLED} where disabled",
        ),
    )
    return [
        PrivateFosteringNotified(
            contact=command.re,
            relation=command.carer.relation,
            began=command.began,
            expected_to_last_days=days,
            notified_by=command.notified_by,
            aware_at=contact.received_at or context.happened_at,
            sealed=FosteringText(
                carer_name=command.carer.name,
                carer_address=command.carer.address,
                parents_contact=command.parents_contact,
                address_of_child=command.address_of_child,
            ),
        )
    ]


def record_fgm_report(command: RecordFgmPoliceReport, context: Context) -> list[FileEvent]:
    """The professional's own report."""
    assert context.child is not None
    age = context.person(context.child).age_on(local_date(context.happened_at))
    refuse_all(
        (
            "M14",
            command.how_known not in TO_BE_REPORTED,
            (
                "only what was told or seen is reported so; of a suspicion or a risk, tell the police (mash.TellPolice) and "
                "follow child protection procedures"
            ),
        ),
        (
            "M14",
            age is not None and age >= A_GIRL_UNDER,
            f"the duty to report is of girls under {A_GIRL_UNDER}: tell the police instead (mash.TellPolice)",
        ),
    )
    return [
        FgmPoliceReportRecorded(
            contact=command.re,
            how_known=command.how_known,
            sealed=FgmReportText(
                police_reference=command.police_reference,
                reported_to=command.reported_to or "",
                role_duty=command.role_duty or "",
            ),
        )
    ]


def refer_to_prevent(command: ReferToPrevent, state: ChildFile) -> list[FileEvent]:
    """Tell the lead; of immediate risk the police know first."""
    refuse_all(
        (
            "M15",
            command.immediate_risk and not state.police_told and command.police_reference is None,
            "of an immediate risk the police are told first: record that (mash.TellPolice), or give their reference",
        )
    )
    return [
        PreventReferralMade(
            contact=command.re,
            immediate_risk=command.immediate_risk,
            consent=command.consent,
            lawful_basis=command.lawful_basis,
            sealed=PreventText(
                lead=command.lead or "",
                reason=command.reason,
                police_reference=command.police_reference or "",
            ),
        )
    ]


def tell_police(command: TellPolice) -> list[FileEvent]:
    """The police know."""
    return [
        PoliceTold(
            contact=command.re,
            why=command.why,
            sealed=PoliceText(
                told=command.told or "",
                reason=command.reason,
                police_reference=command.police_reference or "",
            ),
        )
    ]


def answer_status_enquiry(command: AnswerStatusEnquiry) -> list[FileEvent]:
    """The answer, with its basis."""
    return [
        StatusEnquiryAnswered(
            their_agency=command.their_agency,
            lawful_basis=command.basis,
            answer=command.answer,
            sealed=EnquiryText(asked_by=command.asked_by, why=command.why, told=command.told),
        )
    ]


child_file = Stream(
    name="child_file",
    state=ChildFile(),
    evolve=evolve,
    decide=decide,
    commands=FileCommand,
    events=FileEvent,
    per=Per.CHILD,
    record=FileAndContact,
    preconditions={
        IdentifyYoungCarer: lambda state, _context: (on_a_note(state.contact),),
        NotifyPrivateFostering: lambda state, _context: (on_a_note(state.contact),),
    },
    found_by={"contact": "re"},
)
