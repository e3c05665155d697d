"""Telling those who have to know of a contact: the referrer, the school, and the few who may read a restricted one."""

from pydantic import Field, model_validator

from services.mash.codes import RiskLevel
from services.mash.events import (
    ContactRestricted,
    DomesticAbuseRiskAssessed,
    InformedText,
    ReferrerInformed,
    RestrictionText,
    RiskText,
    SchoolText,
    SchoolTold,
)
from services.mash.streams.contact.state import NAMELESS, Contact, ContactEvent, too_early
from shared.domain.code_lists import ToldHow
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Distinct, PersonId, Professional, RequiredText, ShortText, Text
from shared.domain.instants import Day


class InformReferrer(Command, name="mash.InformReferrer"):
    """Tell the referrer what happens next (M3), or, once it is decided, the outcome (M4)."""

    message: RequiredText
    outcome: bool
    how: ToldHow | None = None


class InformSchool(Command, name="mash.InformSchool"):
    """Tell the child's school of domestic abuse before its next day begins, or say why not (M23)."""

    school: ShortText
    told: ShortText | None = None
    how: ToldHow | None = None
    message: Text = ""
    not_told_because: Text = ""

    @model_validator(mode="after")
    def _told_or_not(self) -> "InformSchool":
        nobody = self.told is None and not self.not_told_because.strip()
        refuse_fields(("told", nobody, "say who at the school was told, or why nobody was", "missing"))
        return self


class AssessDomesticAbuseRisk(Command, name="mash.AssessDomesticAbuseRisk"):
    """Grade the risk of domestic abuse as a specialist sees it (M18): a high one goes to the MARAC, or it is said why not."""

    police_risk: RiskLevel
    specialist_risk: RiskLevel
    who_is_harmed: Distinct[PersonId] = ()
    rationale: Text
    marac: bool
    marac_date: Day | None = None
    support_offered: Distinct[ShortText] = ()
    safe_to_contact: Text = ""


class RestrictContact(Command, name="mash.RestrictContact"):
    """Say who alone may read a contact, beside those who always may, and why."""

    named: tuple[Professional, ...] = Field(max_length=100)
    reason: RequiredText


def may_inform(state: Contact) -> tuple[Check, ...]:
    """Somebody has to be known who told of it (M3)."""
    return (("M3", state.source in NAMELESS, "nobody knows who told of this: there is nobody to tell"),)


def inform_referrer(command: InformReferrer, state: Contact, context: Context) -> list[ContactEvent]:
    """Tell the referrer what happens next, at any time; the outcome only once there is one."""
    refuse_all(
        *may_inform(state),
        (
            "M4",
            command.outcome and state.outcome is None,
            "the contact is not decided yet: tell the referrer what happens next",
        ),
        (
            "M4",
            command.outcome and state.decided_at is not None and context.happened_at < state.decided_at,
            "nobody is told an outcome before it is decided: correct when the referrer was told",
        ),
    )
    return [
        ReferrerInformed(
            contact=context.thing,
            outcome=command.outcome,
            how=command.how,
            sealed=InformedText(message=command.message),
        )
    ]


def inform_school(command: InformSchool, state: Contact, context: Context) -> list[ContactEvent]:
    """The school, told or not."""
    refuse_all(too_early(state, context))
    return [
        SchoolTold(
            contact=context.thing,
            told=command.told is not None,
            how=command.how,
            sealed=SchoolText(
                school=command.school,
                told=command.told or "",
                message=command.message,
                not_told_because=command.not_told_because,
            ),
        )
    ]


def assess_risk(command: AssessDomesticAbuseRisk, state: Contact, context: Context) -> list[ContactEvent]:
    """The specialist's grade."""
    refuse_all(
        (
            "M18",
            command.specialist_risk is RiskLevel.HIGH and not command.marac and not command.rationale.strip(),
            "a high risk goes to the MARAC: say so, or give the reason why not",
        ),
        too_early(state, context),
    )
    return [
        DomesticAbuseRiskAssessed(
            contact=context.thing,
            police_risk=command.police_risk,
            specialist_risk=command.specialist_risk,
            who_is_harmed=command.who_is_harmed,
            marac=command.marac,
            marac_date=command.marac_date,
            sealed=RiskText(
                rationale=command.rationale,
                support_offered=command.support_offered,
                safe_to_contact=command.safe_to_contact,
            ),
        )
    ]


def restrict_contact(command: RestrictContact, state: Contact, context: Context) -> list[ContactEvent]:
    """For these to read; who was named before stays named, and the fact names them all."""
    named = {each.id: each.name for each in command.named}
    before = state.restricted_to or frozenset()
    if state.restricted_to is not None and named.keys() <= before and not state.until_decided:
        return []
    return [
        ContactRestricted(
            contact=context.thing,
            named=(*sorted(before - named.keys()), *named),
            sealed=RestrictionText(named=tuple(named.values()), reason=command.reason),
        )
    ]
