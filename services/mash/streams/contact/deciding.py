"""Deciding a contact: immediate harm before all else, held once, decided once, and anew where the daily meeting says so."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.mash.codes import REFERRALS, Criterion, Outcome, StrategyWhen
from services.mash.events import (
    AllegationRouted,
    ContactDecided,
    ContactDecisionReviewed,
    ContactHeld,
    ContactPassedToOpenCase,
    ContactRestricted,
    DecisionText,
    EarlyHelpRequested,
    HarmText,
    HeldText,
    ImmediateHarmIdentified,
    LadoNotified,
    LadoText,
    ReferralAccepted,
    WhyText,
)
from services.mash.streams.contact.state import Contact, ContactEvent, decided_already, too_early
from services.mash.streams.open_case import OpenCase
from shared.domain.code_lists import ConsentScope, PrimaryNeed, ReceivingTeam
from shared.domain.command import Check, Command, Over, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Distinct, PersonId, RequiredText, ShortText, Text, ThingId
from shared.domain.rules import Deadline

_TO_A_SERVICE: Final = frozenset({Outcome.SIGNPOSTED, Outcome.OTHER_SPECIALIST_SERVICE})
_OF_STRANGERS: Final = frozenset(
    {Outcome.ADVICE_AND_INFORMATION, Outcome.SIGNPOSTED, Outcome.NO_FURTHER_ACTION}
)
"""What can be decided while nobody knows whom a contact is about."""
MOST_DECISIONS: Final = 500
"""Decisions of one daily meeting: more than a borough's front door takes in a week."""


class IdentifyImmediateHarm(Command, name="mash.IdentifyImmediateHarm", recorded_within="significant"):
    """Say that a child is at immediate harm (M6): the referral opens at once, and the child is seen the same day (A1)."""

    reason: RequiredText
    address_now: Text = ""
    primary_need: PrimaryNeed | None = None


class HoldContact(Command, name="mash.HoldContact"):
    """Hold a contact for more information: once, for one working day (M5)."""

    reason: RequiredText


class DecideContact(Command, name="mash.DecideContact"):
    """Decide a contact: the outcome, the level of need, and why (M1). The indicators guide and never decide."""

    outcome: Outcome
    level: Annotated[int, Field(ge=1, le=4, strict=True)]
    primary_need: PrimaryNeed | None = None
    rationale: RequiredText
    indicators: Distinct[ShortText] = ()
    criteria: Distinct[Criterion] = ()
    service: ShortText | None = None
    strategy: StrategyWhen | None = None
    team: ReceivingTeam | None = None

    @model_validator(mode="after")
    def _complete(self) -> "DecideContact":
        refuse_fields(
            (
                "primary_need",
                self.outcome in REFERRALS and self.primary_need is None,
                "say the child's primary need: an accepted referral goes on with it",
                "missing",
            ),
            (
                "service",
                self.outcome in _TO_A_SERVICE and self.service is None,
                "name the service that the family is sent to",
                "missing",
            ),
            (
                "strategy",
                self.outcome is Outcome.STRATEGY_DISCUSSION_NOW and self.strategy is None,
                "say how soon the strategy discussion is held",
                "missing",
            ),
        )
        return self


class MeetingDecision(BaseModel):
    """What the daily meeting says of one decision; `about` names the children who were decided apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    contact: ThingId
    about: Distinct[PersonId] = ()
    upheld: bool
    changed_to: Outcome | None = None
    reason: Text = ""


class HoldDailyMeeting(
    Command, name="mash.HoldDailyMeeting", opens=True, over=Over("decisions", stream="contact")
):
    """Look at the decisions since the last meeting (M17): each upheld, or changed with the reason. A decision that is not
    named is carried to the next meeting.
    """

    present: Distinct[Agency] = Field(min_length=1)
    decisions: tuple[MeetingDecision, ...] = Field(min_length=1, max_length=MOST_DECISIONS)


def may_identify_harm(state: Contact) -> tuple[Check, ...]:
    """Harm is identified on a contact that is open, or that was accepted (M6)."""
    otherwise = state.decided and state.outcome not in REFERRALS
    return (
        (
            "M6",
            otherwise,
            "the contact is decided otherwise: receive what is new as a contact, and identify the harm there",
        ),
    )


def identify_immediate_harm(
    command: IdentifyImmediateHarm, state: Contact, context: Context
) -> list[ContactEvent]:
    """Once: the referral opens with it."""
    refuse_all(*may_identify_harm(state), too_early(state, context))
    if state.harm:
        return []
    assert state.source is not None
    assert state.received_at is not None
    return [
        ImmediateHarmIdentified(
            contact=context.thing,
            received_at=state.received_at,
            source=state.source,
            referrer_agency=state.referrer_agency,
            tell_referrer=state.reachable and not state.note,
            primary_need=command.primary_need,
            sealed=HarmText(reason=command.reason, address_now=command.address_now),
        )
    ]


def may_hold(state: Contact) -> tuple[Check, ...]:
    """A contact is held once (M5), and before it is decided (M1)."""
    return (
        ("M5", state.held, "a contact is held once: decide it now"),
        decided_already(state, "there is nothing left to hold"),
    )


def hold_contact(command: HoldContact, state: Contact, context: Context) -> list[ContactEvent]:
    """Hold it, once."""
    refuse_all(*may_hold(state), too_early(state, context))
    return [
        ContactHeld(
            contact=context.thing,
            decide_by=context.deadline("M5", context.happened_at),
            sealed=HeldText(reason=command.reason),
        )
    ]


def may_decide(state: Contact) -> tuple[Check, ...]:
    """A contact is decided once (M1), but for what a daily meeting changed."""
    return (decided_already(state, "what follows is done where it was sent"),)


def decide_contact(
    command: DecideContact, state: Contact, open_case: OpenCase, context: Context
) -> list[ContactEvent]:
    """Decide it, once, or once more where the daily meeting changed it; then those are told whom it goes to."""
    early_help = command.outcome is Outcome.FAMILY_WELLBEING
    refuse_all(
        *may_decide(state),
        (
            "M9",
            command.outcome is Outcome.PASSED_TO_OPEN_CASE and not open_case,
            "no case is open on this child, as far as the front door knows: decide otherwise",
        ),
        (
            "M16",
            early_help and not state.agreed(ConsentScope.REFERRAL, signed=True),
            "family wellbeing needs the family's signed consent to the referral: record it first",
        ),
        (
            "F14",
            early_help and not command.criteria,
            "name the criteria that make the family eligible for family wellbeing",
        ),
        (
            "",
            context.child is None and command.outcome not in _OF_STRANGERS,
            (
                "nobody can do that for children who are not known: match those who were said first (mash.MatchChildren), or name "
                "those who are known"
            ),
            "not_matched",
        ),
        too_early(state, context),
    )
    return [
        ContactDecided(
            contact=context.thing,
            outcome=command.outcome,
            level=command.level,
            primary_need=command.primary_need,
            criteria=command.criteria,
            strategy=command.strategy,
            team=command.team,
            tell_by=_tell_by(state, context),
            sealed=DecisionText(
                rationale=command.rationale, indicators=command.indicators, service=command.service
            ),
        ),
        *_told_to(command, state, context),
    ]


def _told_to(command: DecideContact, state: Contact, context: Context) -> Sequence[ContactEvent]:
    """What the team learns that the contact goes to."""
    assert state.received_at is not None
    assert state.source is not None
    match command.outcome:
        case outcome if outcome in REFERRALS:
            assert command.primary_need is not None
            return [
                ReferralAccepted(
                    contact=context.thing,
                    received_at=state.received_at,
                    source=state.source,
                    referrer_agency=state.referrer_agency,
                    tell_referrer=state.reachable,
                    level=command.level,
                    primary_need=command.primary_need,
                    strategy=command.strategy,
                    team=command.team,
                )
            ]
        case Outcome.FAMILY_WELLBEING:
            return [
                EarlyHelpRequested(
                    contact=context.thing,
                    source=state.source,
                    referrer_agency=state.referrer_agency,
                    level=command.level,
                    primary_need=command.primary_need,
                    criteria=command.criteria,
                    consented_by=state.agreed(ConsentScope.REFERRAL, signed=True),
                    children=context.children,
                )
            ]
        case Outcome.PASSED_TO_OPEN_CASE:
            return [
                ContactPassedToOpenCase(
                    contact=context.thing,
                    source=state.source,
                    referrer_agency=state.referrer_agency,
                    received_at=state.received_at,
                    known_at=state.known_at,
                )
            ]
        case Outcome.ROUTED_TO_LADO:
            stands = state.restricted_to is not None and not state.until_decided
            restricted = [] if stands else [ContactRestricted(contact=context.thing)]
            notified = LadoNotified(
                contact=context.thing,
                received_at=state.received_at,
                source=state.source,
                referrer_agency=state.referrer_agency,
                sealed=LadoText(rationale=command.rationale),
            )
            return [AllegationRouted(contact=context.thing), *restricted, notified]
        case _:
            return []


def _tell_by(state: Contact, context: Context) -> Deadline | None:
    """M4, where there is somebody to tell and a way to reach them."""
    return context.deadline("M4", context.happened_at) if state.reachable else None


def review_decision(state: Contact, context: Context) -> list[ContactEvent]:
    """One contact's decision, as the daily meeting sees it."""
    item = context.item
    assert isinstance(item, MeetingDecision)
    refuse_all(
        (
            "M17",
            state.outcome is None,
            "a contact that the meeting names is not decided yet: leave it out until it is",
        ),
        (
            "M17",
            not item.upheld and (item.changed_to is None or not item.reason.strip()),
            "say of a decision that is not upheld what it is changed to, and why",
        ),
        (
            "M17",
            not item.upheld and state.reviewed,
            "this contact was decided anew after a meeting already: receive what is new as a contact",
        ),
        (
            "M17",
            not item.upheld and state.to_decide_anew,
            "a meeting changed this decision already: decide the contact anew first",
        ),
    )
    assert state.outcome is not None
    return [
        ContactDecisionReviewed(
            contact=context.thing,
            meeting=context.command_id,
            outcome=state.outcome,
            upheld=item.upheld,
            changed_to=None if item.upheld else item.changed_to,
            sealed=WhyText(reason=item.reason),
        )
    ]
