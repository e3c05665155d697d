"""Receiving a contact: from whom, what is worrying, what is working well; and what came after it in writing."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.mash.codes import TO_BE_REPORTED, Channel, Fgm, Notice, RiskLevel
from services.mash.events import (
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    ContactText,
    MissingNoticeReceived,
    MissingText,
    SaidChild,
    WrittenReferralReceived,
    WrittenText,
)
from services.mash.streams.contact.state import NAMELESS, Contact, ContactEvent, too_early
from services.mash.streams.open_case import OpenCase
from shared.domain.code_lists import ReferralSource, Sex
from shared.domain.command import MAX_CHILDREN, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Organisation, RequiredText, ShortText, Text
from shared.domain.instants import Day
from shared.domain.receipt import Received
from shared.domain.rules import Deadline

BY_TELEPHONE: Final = Channel.TELEPHONE


class Referrer(BaseModel):
    """Who told us, and how to reach them. Of no agency: a member of the family or the public."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText | None = Field(default=None, repr=False)
    agency: Agency | None = None
    organisation: Organisation | None = None
    """Of their agency: this school, that ward. Given, it alone sees the contact, and not the whole agency."""
    contact: ShortText | None = Field(default=None, repr=False)
    relation: ShortText | None = Field(default=None, repr=False)
    confidential: bool = False

    @model_validator(mode="after")
    def _of_an_agency(self) -> "Referrer":
        alone = self.organisation is not None and self.agency is None
        refuse_fields(
            ("agency", alone, "name the agency that the referrer's organisation belongs to", "missing")
        )
        return self


class ChildSaid(BaseModel):
    """A child whom whoever tells us cannot register: who they say it is, for the screener to match."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText | None = Field(default=None, repr=False)
    born: Day | None = Field(default=None, repr=False)
    age: int | None = Field(default=None, ge=0, le=18, strict=True)
    """In years, estimated, where nobody can say the day of birth."""
    sex: Sex | None = None
    school: ShortText | None = Field(default=None, repr=False)
    address: Text = Field(default="", repr=False)

    @model_validator(mode="after")
    def _says_something(self) -> "ChildSaid":
        nothing = not self.model_dump(exclude_none=True, exclude={"sex"}, exclude_defaults=True)
        known = "say of each child what is known: a name, an age, a school, an address"
        refuse_fields(("name", nothing, known, "missing"))
        return self


class ReceiveContact(Received, name="mash.ReceiveContact", opens=True, recorded_within="outside"):
    """Take in a worry about one or more children: from whom, what is worrying, what is working well.

    Who may not register a child says in `children_said` who it is; the front door matches them later (MatchChildren). M1 and M3 run from the moment of this command, or from `received` where our own staff write it up later, whenever
    the worrying thing happened. Only of an anonymous or unknown source is no name asked.
    """

    source: ReferralSource
    referrer: Referrer = Referrer()
    channel: Channel = Channel.WRITTEN
    worries: RequiredText
    strengths: Text = ""
    child_words: Text = ""
    family_aware: bool | None = None
    why_not_aware: Text = ""
    notice: Notice | None = None
    police_reference: ShortText | None = None
    police_risk: RiskLevel | None = None
    fgm: Fgm | None = None
    person_in_trust: bool = False
    children_said: tuple[ChildSaid, ...] = Field(default=(), max_length=MAX_CHILDREN)

    def about_strangers(self) -> bool:
        """Whether children are said who are not known here."""
        return bool(self.children_said)

    @model_validator(mode="after")
    def _about_somebody(self) -> "ReceiveContact":
        nobody = not self.about and not self.children_said
        who = "say which children this concerns: their ids, or who they are said to be"
        refuse_fields(("about", nobody, who, "missing"))
        return self

    @model_validator(mode="after")
    def _named(self) -> "ReceiveContact":
        unnamed = self.referrer.name is None and self.source not in NAMELESS
        refuse_fields(("referrer.name", unnamed, "say who told us, and how to reach them", "missing"))
        return self


class ReceiveWrittenReferral(Command, name="mash.ReceiveWrittenReferral"):
    """Take in the form that confirms a telephone call (M22), and what it says otherwise than the call."""

    form: ShortText | None = None
    differs: Text = ""


def receive_contact(command: ReceiveContact, open_case: OpenCase, context: Context) -> list[ContactEvent]:
    """Take it in: whoever tells of a worry is never refused. Of a child with an open case it is a note on that (M9), but
    where it is about somebody in trust. Of children who are only said it runs M1 and M3 until they are matched.
    """
    received = ContactReceived(
        contact=context.thing,
        source=command.source,
        referrer_agency=command.referrer.agency,
        referrer_organisation=_organisation_id(command),
        confidential=command.referrer.confidential,
        channel=command.channel,
        notice=command.notice,
        police_risk=command.police_risk,
        fgm=command.fgm,
        person_in_trust=command.person_in_trust,
        family_aware=command.family_aware,
        said=0 if context.child else len(command.children_said),
        received_at=context.received_at,
        known_at=context.known_at,
        decide_by=context.deadline("M1", context.received_at),
        inform_by=_inform_by(command, context),
        sealed=_text(command, context),
    )
    restricted = (
        [ContactRestricted(contact=context.thing, until_decided=True)] if command.person_in_trust else []
    )
    if context.child is None:
        return [received, *restricted]
    return [of_a_child(received, open_case, context), *_missing(command, context), *restricted]


def of_a_child(
    received: ContactReceived, open_case: OpenCase, context: Context
) -> ContactReceived | ContactPassedToOpenCase:
    """A receipt as it stands with a child who is known: with the clocks that run of a child alone; of one with an open case a
    note (M9), but where it is about somebody in trust.
    """
    tell_school_by, report_fgm_by = _tell_school_by(received, context), _report_fgm_by(received, context)
    if not open_case or received.person_in_trust:
        return received.model_copy(
            update={
                "said": 0,
                "confirm_by": _confirm_by(received, context),
                "tell_school_by": tell_school_by,
                "report_fgm_by": report_fgm_by,
            }
        )
    return ContactPassedToOpenCase(
        happened_at=received.happened_at,
        contact=received.contact,
        source=received.source,
        referrer_agency=received.referrer_agency,
        referrer_organisation=received.referrer_organisation,
        confidential=received.confidential,
        channel=received.channel,
        notice=received.notice,
        police_risk=received.police_risk,
        fgm=received.fgm,
        family_aware=received.family_aware,
        received_at=received.received_at,
        known_at=received.known_at,
        tell_school_by=tell_school_by,
        report_fgm_by=report_fgm_by,
        sealed=received.sealed,
    )


def _organisation_id(command: ReceiveContact) -> str | None:
    return command.referrer.organisation.id if command.referrer.organisation else None


def _text(command: ReceiveContact, context: Context) -> ContactText:
    """What was said; who else was said stands with nobody who is known."""
    strangers = command.children_said if context.child is None else ()
    organisation = command.referrer.organisation
    return ContactText(
        worries=command.worries,
        strengths=command.strengths,
        referrer_name=command.referrer.name or "",
        referrer_contact=command.referrer.contact or "",
        referrer_relation=command.referrer.relation,
        referrer_organisation_name=organisation.name if organisation else None,
        child_words=command.child_words or None,
        why_not_aware=command.why_not_aware or None,
        police_reference=command.police_reference,
        children_said=tuple(SaidChild(**each.model_dump(exclude_defaults=True)) for each in strangers)
        or None,
    )


def _missing(command: ReceiveContact, context: Context) -> list[ContactEvent]:
    if command.notice is not Notice.MISSING:
        return []
    return [missing_notice(context, None, command.police_reference, context.received_at)]


def missing_notice(
    context: Context, missing_from: object, police_reference: str | None, received_at: datetime
) -> MissingNoticeReceived:
    """That the child is missing, for the team that looks for them; from where, where that was said."""
    return MissingNoticeReceived.model_validate(
        {
            "contact": context.thing,
            "missing_from": missing_from,
            "received_at": received_at,
            "sealed": MissingText(police_reference=police_reference or ""),
        }
    )


def receive_written_referral(
    command: ReceiveWrittenReferral, state: Contact, context: Context
) -> list[ContactEvent]:
    """The form came."""
    refuse_all(too_early(state, context))
    return [
        WrittenReferralReceived(
            contact=context.thing, sealed=WrittenText(form=command.form or "", differs=command.differs)
        )
    ]


def _inform_by(command: ReceiveContact, context: Context) -> Deadline | None:
    """M3, where there is somebody to tell and a way to reach them."""
    if command.source in NAMELESS or not command.referrer.contact:
        return None
    return context.deadline("M3", context.received_at)


def _confirm_by(received: ContactReceived, context: Context) -> Deadline | None:
    """M22: a professional who rang confirms it in writing."""
    if received.channel is not BY_TELEPHONE or received.referrer_agency is None:
        return None
    return context.deadline("M22", received.received_at)


def _tell_school_by(received: ContactReceived, context: Context) -> Deadline | None:
    """M23: of domestic abuse the school is told before its next day begins."""
    if received.notice is not Notice.DOMESTIC_ABUSE:
        return None
    return context.deadline("M23", received.received_at)


def _report_fgm_by(received: ContactReceived, context: Context) -> Deadline | None:
    """M14 runs from when the professional knew."""
    if received.fgm not in TO_BE_REPORTED:
        return None
    return context.deadline("M14", received.known_at or received.received_at)
