"""What other agencies may be asked of a child, and who was: consent given here or at the front door, and every check (A7, A6).

One for each child, for good: consent counts from one episode to the next, until it is withdrawn.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from services.assessment.events import (
    AgencyAsked,
    ConsentRecorded,
    ConsentTaken,
    ConsentText,
    ConsentWithdrawn,
    DispensingTaken,
    PlanConsentWithdrawn,
    WithdrawalTaken,
    WithdrawnText,
)
from shared.domain.code_lists import ConsentHow, ConsentScope, LawfulBasis
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Distinct, PersonId, Text
from shared.domain.instants import local_date

if TYPE_CHECKING:  # its decisions ask who may consent, and so import this
    from services.assessment.streams.child_in_need_plan import ChildInNeedPlan

AskingEvent: TypeAlias = (
    ConsentRecorded | ConsentWithdrawn | ConsentTaken | DispensingTaken | WithdrawalTaken | AgencyAsked
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An agency that was asked: about which contact (None: here), and when."""

    agency: str
    contact: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """What decisions need to know."""

    consents: tuple[tuple[UUID, frozenset[ConsentScope]], ...] = ()
    """Who agreed to what, as far as it still stands."""
    dispensed: bool = False
    """Whether the front door asks without consent, on a lawful basis."""
    checks: tuple[Asked, ...] = ()

    def agreed(self, scope: ConsentScope) -> tuple[UUID, ...]:
        """Who agreed to this, and has not withdrawn it."""
        return tuple(given_by for given_by, scopes in self.consents if scope in scopes)

    @property
    def may_ask(self) -> bool:
        """Whether other agencies may be asked: with consent, or without it on a lawful basis."""
        return self.dispensed or bool(self.agreed(ConsentScope.INFORMATION_SHARING))

    def asked(self, contact: UUID | None, since: datetime | None) -> set[str]:
        """The agencies asked about a contact at the front door, and those asked here since."""
        return {
            each.agency
            for each in self.checks
            if (contact is not None and each.contact == contact)
            or (each.contact is None and since is not None and each.at >= since)
        }


def evolve(state: Asking, event: AskingEvent) -> Asking:
    """What is known after one more fact."""
    match event:
        case ConsentRecorded(given_by=given_by, scope=scope) | ConsentTaken(given_by=given_by, scope=scope):
            return replace(state, consents=(*state.consents, (given_by, frozenset(scope))))
        case ConsentWithdrawn(scope=scope) | WithdrawalTaken(scope=scope):
            return replace(state, consents=_without(state.consents, frozenset(scope)))
        case DispensingTaken():
            return replace(state, dispensed=True)
        case AgencyAsked(agency=agency, contact=contact, happened_at=at):
            assert at is not None
            return replace(state, checks=(*state.checks, Asked(agency, contact, at)))
        case _:
            assert_never(event)


def _without(
    consents: tuple[tuple[UUID, frozenset[ConsentScope]], ...], scope: frozenset[ConsentScope]
) -> tuple[tuple[UUID, frozenset[ConsentScope]], ...]:
    """Whoever withdraws it, what was agreed to in this scope counts no longer."""
    left = ((given_by, scopes - scope) for given_by, scopes in consents)
    return tuple((given_by, scopes) for given_by, scopes in left if scopes)


@dataclass(frozen=True, slots=True)
class AskingRecord:
    """What a decision takes: what may be asked of the child, and the plan that rests on consent."""

    asking: Asking
    child_in_need_plan: "ChildInNeedPlan"


class RecordConsent(Command, name="assessment.RecordConsent"):
    """Record that somebody with parental responsibility agreed, or a young person who is Gillick competent (A7, A14)."""

    given_by: PersonId
    scope: Distinct[ConsentScope] = Field(min_length=1)
    signed: bool
    young_person_asked: bool
    young_person_says: Text = ""
    gillick_competent: bool = False
    how: ConsentHow | None = None


class WithdrawConsent(Command, name="assessment.WithdrawConsent"):
    """Record that consent was withdrawn, whoever gave it and wherever it was recorded."""

    withdrawn_by: PersonId
    scope: Distinct[ConsentScope] = Field(min_length=1)
    reason: Text = ""


class TakeConsent(Command, name="assessment.TakeConsent", opens=True, internal=True):
    """At the front door somebody agreed who could: it counts here too."""

    contact: UUID
    given_by: UUID
    scope: tuple[ConsentScope, ...]


class TakeDispensing(Command, name="assessment.TakeDispensing", opens=True, internal=True):
    """At the front door it was decided to ask others without consent: that counts here too."""

    contact: UUID
    lawful_basis: LawfulBasis


class TakeWithdrawal(Command, name="assessment.TakeWithdrawal", opens=True, internal=True):
    """At the front door consent was withdrawn: it counts no longer here either."""

    contact: UUID
    withdrawn_by: UUID
    scope: tuple[ConsentScope, ...]


class TakeCheck(Command, name="assessment.TakeCheck", opens=True, internal=True):
    """At the front door an agency was asked of the child: it is told the outcome (A6)."""

    check: UUID
    agency: str
    contact: UUID


AskingCommand: TypeAlias = (
    RecordConsent | WithdrawConsent | TakeConsent | TakeDispensing | TakeWithdrawal | TakeCheck
)


def decide(
    command: AskingCommand, state: AskingRecord, context: Context
) -> list[AskingEvent | PlanConsentWithdrawn]:
    """What follows from a command on what may be asked of a child.

    Raises:
        Refused: A14 for consent by somebody who may not give it.
    """
    match command:
        case RecordConsent():
            return record_consent(command, context)
        case WithdrawConsent():
            return withdraw_consent(command, state, context)
        case TakeConsent(contact=contact, given_by=given_by, scope=scope):
            return [ConsentTaken(contact=contact, given_by=given_by, scope=scope)]
        case TakeDispensing(contact=contact, lawful_basis=basis):
            return [DispensingTaken(contact=contact, lawful_basis=basis)]
        case TakeWithdrawal(contact=contact, withdrawn_by=withdrawn_by, scope=scope):
            withdrawn = WithdrawalTaken(contact=contact, scope=scope)
            return [withdrawn, *_plan_rested_on_it(withdrawn_by, scope, state, context)]
        case TakeCheck(check=check, agency=agency, contact=contact):
            return [AgencyAsked(check=check, agency=agency, contact=contact)]
        case _:
            assert_never(command)


def record_consent(command: RecordConsent, context: Context) -> list[AskingEvent | PlanConsentWithdrawn]:
    """Consent, by somebody who may give it for this child."""
    refuse_all(may_consent(command.given_by, context, gillick_competent=command.gillick_competent))
    return [
        ConsentRecorded(
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
    """Forbids (A14) consent by somebody without parental responsibility for the child on the day they gave it."""
    assert context.child is not None
    holders = context.person(context.child).responsible_on(local_date(context.happened_at))
    themselves = gillick_competent and given_by == context.child
    return (
        "A14",
        given_by not in holders and not themselves,
        (
            "whoever consents needs parental responsibility for each of the children: record it with the person first, name "
            "somebody who has it, or name fewer children"
        ),
    )


def withdraw_consent(
    command: WithdrawConsent, state: AskingRecord, context: Context
) -> list[AskingEvent | PlanConsentWithdrawn]:
    """Withdrawn. Where nothing of it stands, it is so already."""
    of_plan = _plan_rested_on_it(command.withdrawn_by, command.scope, state, context)
    if not of_plan and not any(state.asking.agreed(scope) for scope in command.scope):
        return []
    return [
        ConsentWithdrawn(
            withdrawn_by=command.withdrawn_by,
            scope=command.scope,
            sealed=WithdrawnText(reason=command.reason),
        ),
        *of_plan,
    ]


def _plan_rested_on_it(
    withdrawn_by: UUID, scope: tuple[ConsentScope, ...], state: AskingRecord, context: Context
) -> list[PlanConsentWithdrawn]:
    """A child-in-need plan that rests on consent to help goes on until a manager has decided what becomes of it (A14)."""
    rests = ConsentScope.HELP in scope and state.child_in_need_plan.rests_on(
        withdrawn_by, context.happened_at
    )
    return [PlanConsentWithdrawn(withdrawn_by=withdrawn_by)] if rests else []


asking = Stream(
    name="asking",
    state=Asking(),
    evolve=evolve,
    decide=decide,
    commands=AskingCommand,
    events=AskingEvent,
    per=Per.CHILD,
    record=AskingRecord,
)
