"""Consent to a contact's children being asked about (M10): given, done without, withdrawn."""

from uuid import UUID

from pydantic import Field

from services.mash.events import (
    ConsentDispensed,
    ConsentRecorded,
    ConsentText,
    ConsentWithdrawn,
    WhyText,
)
from services.mash.streams.contact.state import Contact, ContactEvent, too_early
from shared.domain.code_lists import ConsentHow, ConsentScope, LawfulBasis
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Distinct, PersonId, RequiredText, Text
from shared.domain.instants import local_date


class RecordConsent(Command, name="mash.RecordConsent"):
    """Record that somebody with parental responsibility agreed, or a young person who is Gillick competent (M10)."""

    given_by: PersonId
    scope: Distinct[ConsentScope] = Field(min_length=1)
    signed: bool
    young_person_asked: bool
    young_person_says: Text = ""
    gillick_competent: bool = False
    how: ConsentHow | None = None


class DispenseWithConsent(Command, name="mash.DispenseWithConsent"):
    """Record that other agencies are asked without consent: on which lawful basis, and why seeking it would add to the
    risk (M10).
    """

    lawful_basis: LawfulBasis
    reason: RequiredText


class WithdrawConsent(Command, name="mash.WithdrawConsent"):
    """Record that consent was withdrawn: what was asked on it is called back."""

    withdrawn_by: PersonId
    scope: Distinct[ConsentScope] = Field(min_length=1)
    reason: Text = ""


def record_consent(command: RecordConsent, state: Contact, context: Context) -> list[ContactEvent]:
    """Consent, by somebody who may give it for this child."""
    refuse_all(
        may_consent(command.given_by, context, gillick_competent=command.gillick_competent),
        too_early(state, context),
    )
    return [
        ConsentRecorded(
            contact=context.thing,
            given_by=command.given_by,
            scope=command.scope,
            signed=command.signed,
            young_person_asked=command.young_person_asked,
            gillick_competent=command.gillick_competent,
            how=command.how,
            sealed=ConsentText(young_person_says=command.young_person_says),
        )
    ]


def may_consent(given_by: UUID, context: Context, *, gillick_competent: bool) -> Check:
    """Forbids (M10) consent by somebody without parental responsibility for the child on the day they gave it."""
    assert context.child is not None
    holders = context.person(context.child).responsible_on(local_date(context.happened_at))
    themselves = gillick_competent and given_by == context.child
    return (
        "M10",
        given_by not in holders and not themselves,
        (
            "whoever consents needs parental responsibility for each of the children: record it with the person first, name "
            "somebody who has it, or name fewer children"
        ),
    )


def dispense_with_consent(
    command: DispenseWithConsent, state: Contact, context: Context
) -> list[ContactEvent]:
    """Done without, on a basis."""
    refuse_all(too_early(state, context))
    return [
        ConsentDispensed(
            contact=context.thing,
            lawful_basis=command.lawful_basis,
            sealed=WhyText(reason=command.reason),
        )
    ]


def may_withdraw(state: Contact) -> tuple[Check, ...]:
    """Only what somebody consented to is withdrawn (M10)."""
    return (
        ("M10", not state.consents, "nobody has consented to anything here: there is nothing to withdraw"),
    )


def withdraw_consent(command: WithdrawConsent, state: Contact, context: Context) -> list[ContactEvent]:
    """Withdrawn: of what stands, this scope."""
    stands = any(state.agreed(scope) for scope in command.scope)
    refuse_all(
        *may_withdraw(state),
        ("M10", not stands, "nobody has consented to that here: there is nothing to withdraw"),
        too_early(state, context),
    )
    return [
        ConsentWithdrawn(
            contact=context.thing,
            withdrawn_by=command.withdrawn_by,
            scope=command.scope,
            sealed=WhyText(reason=command.reason),
        )
    ]
