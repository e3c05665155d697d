"""A contact: somebody's worry about a child, from the moment the front door hears of it to the word to the referrer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.mash.events import (
    ContactDecided,
    ContactHeld,
    ContactReceived,
    ContactScreened,
    ContactText,
    DecisionText,
    HeldText,
    InformedText,
    Outcome,
    Potential,
    ReferralAccepted,
    ReferrerInformed,
)
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Distinct, PersonId, RequiredText, ShortText, Text
from shared.domain.receipt import Received
from shared.domain.rules import Deadline

ContactEvent = (
    ContactReceived | ContactScreened | ContactHeld | ContactDecided | ReferralAccepted | ReferrerInformed
)

_GATHER = frozenset({Potential.CHILD_PROTECTION, Potential.CHILD_IN_NEED})
_TO_A_SERVICE = frozenset({Outcome.SIGNPOSTED, Outcome.OTHER_SPECIALIST_SERVICE})


@dataclass(frozen=True)
class Contact:
    """What decisions on a contact need to know."""

    received_at: datetime | None = None
    source: ReferralSource | None = None
    referrer_agency: str | None = None
    screened_as: Potential | None = None
    young_carer: bool = False
    held: bool = False
    outcome: Outcome | None = None
    decided_at: datetime | None = None


def evolve(state: Contact, event: ContactEvent) -> Contact:
    """The contact after one more fact."""
    match event:
        case ReferrerInformed() | ReferralAccepted():  # first: most facts of a long contact are these
            return state
        case ContactReceived(received_at=at, source=source, referrer_agency=agency):
            return replace(state, received_at=at, source=source, referrer_agency=agency)
        case ContactScreened(potential=potential, young_carer=young_carer):
            return replace(state, screened_as=potential, young_carer=young_carer)
        case ContactHeld():
            return replace(state, held=True)
        case ContactDecided(outcome=outcome, happened_at=at):
            return replace(state, outcome=outcome, decided_at=at)
        case _:
            assert_never(event)


class Referrer(BaseModel):
    """Who told us, and how to reach them. Of no agency: a member of the family or the public."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText = Field(repr=False)
    agency: Agency | None = None
    organisation: ShortText | None = None
    """Of their agency: this school, that ward. Given, it alone sees the contact, and not the whole agency."""
    contact: ShortText = Field(repr=False)

    @model_validator(mode="after")
    def _of_an_agency(self) -> "Referrer":
        if self.organisation is not None and self.agency is None:
            raise ValueError("name the `agency` that the referrer's `organisation` belongs to")
        return self


class ReceiveContact(Received, name="mash.ReceiveContact", opens=True, recorded_within="outside"):
    """Take in a worry about one or more children: from whom, what is worrying, what is working well.

    M1 and M3 run from the moment of this command, or from `received` where our own staff write it up later, whenever
    the worrying thing happened.
    """

    source: ReferralSource
    referrer: Referrer
    worries: RequiredText
    strengths: Text = ""
    family_aware: bool


class ScreenContact(Command, name="mash.ScreenContact"):
    """Say what a contact may be, and ask of each child whether they are a young carer (M12).

    A potential child-protection or child-in-need contact starts M2: information is gathered that working day.
    """

    potential: Potential
    young_carers: Distinct[PersonId] = ()


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
    service: ShortText | None = None

    @model_validator(mode="after")
    def _complete(self) -> "DecideContact":
        if self.outcome is Outcome.REFERRAL_ACCEPTED and self.primary_need is None:
            raise ValueError("an accepted referral needs the child's `primary_need`")
        if self.outcome in _TO_A_SERVICE and self.service is None:
            raise ValueError(f"the outcome {self.outcome.value} names the `service`")
        return self


class InformReferrer(Command, name="mash.InformReferrer"):
    """Tell the referrer what happens next (M3), or, once it is decided, the outcome (M4)."""

    message: RequiredText
    outcome: bool


ContactCommand = ReceiveContact | ScreenContact | HoldContact | DecideContact | InformReferrer


def decide(command: ContactCommand, state: Contact, context: Context) -> list[ContactEvent]:
    """What follows from a command on one child's contact.

    Raises:
        Refused: M1 where it is decided already, M4 for an outcome before the decision, M5 for a second hold, M12 for a
            young carer who is not part of it, E2 for what is said to have been done with it before it was received
            (only the referrer may be told before).
    """
    match command:
        case ReceiveContact():
            return receive_contact(command, context)
        case ScreenContact():
            return screen_contact(command, state, context)
        case HoldContact():
            return hold_contact(command, state, context)
        case DecideContact():
            return decide_contact(command, state, context)
        case InformReferrer():
            return inform_referrer(command, state, context)
        case _:
            assert_never(command)


def receive_contact(command: ReceiveContact, context: Context) -> list[ContactEvent]:
    """Take it in: whoever tells of a worry is never refused."""
    return [
        ContactReceived(
            contact=context.thing,
            source=command.source,
            referrer_agency=command.referrer.agency,
            referrer_organisation=command.referrer.organisation,
            family_aware=command.family_aware,
            received_at=context.received_at,
            decide_by=context.deadline("M1", context.received_at),
            inform_by=context.deadline("M3", context.received_at),
            sealed=ContactText(
                worries=command.worries,
                strengths=command.strengths,
                referrer_name=command.referrer.name,
                referrer_contact=command.referrer.contact,
            ),
        )
    ]


def screen_contact(command: ScreenContact, state: Contact, context: Context) -> list[ContactEvent]:
    """Screen it, again where it turns out to be something else; M2 starts once."""
    refuse_all(
        (
            "M12",
            not set(command.young_carers) <= set(context.children),
            "a child named as young carer is not part of what is screened",
        ),
        _decided_already(state, "it can no longer be screened"),
        _too_early(state, context),
    )
    young_carer = context.child in command.young_carers
    if (state.screened_as, state.young_carer) == (command.potential, young_carer):
        return []
    return [
        ContactScreened(
            contact=context.thing,
            potential=command.potential,
            young_carer=young_carer,
            gather_by=_gather_by(command.potential, context),
        )
    ]


def hold_contact(command: HoldContact, state: Contact, context: Context) -> list[ContactEvent]:
    """Hold it, once."""
    refuse_all(
        ("M5", state.held, "a contact is held once: decide it now"),
        _decided_already(state, "there is nothing left to hold"),
        _too_early(state, context),
    )
    return [
        ContactHeld(
            contact=context.thing,
            decide_by=context.deadline("M5", context.happened_at),
            sealed=HeldText(reason=command.reason),
        )
    ]


def decide_contact(command: DecideContact, state: Contact, context: Context) -> list[ContactEvent]:
    """Decide it, once; an accepted referral is told to assessment with what it rests on."""
    refuse_all(_decided_already(state, "what follows is done where it was sent"), _too_early(state, context))
    decided = ContactDecided(
        contact=context.thing,
        outcome=command.outcome,
        level=command.level,
        primary_need=command.primary_need,
        tell_by=context.deadline("M4", context.happened_at),
        sealed=DecisionText(
            rationale=command.rationale, indicators=command.indicators, service=command.service
        ),
    )
    if command.outcome is not Outcome.REFERRAL_ACCEPTED:
        return [decided]
    assert state.received_at is not None
    assert state.source is not None
    assert command.primary_need is not None
    return [
        decided,
        ReferralAccepted(
            contact=context.thing,
            received_at=state.received_at,
            source=state.source,
            referrer_agency=state.referrer_agency,
            level=command.level,
            primary_need=command.primary_need,
        ),
    ]


def inform_referrer(command: InformReferrer, state: Contact, context: Context) -> list[ContactEvent]:
    """Tell the referrer what happens next, at any time; the outcome only once there is one."""
    refuse_all(
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
            sealed=InformedText(message=command.message),
        )
    ]


def _gather_by(potential: Potential, context: Context) -> Deadline | None:
    """M2, once: screening a contact again as something graver starts no second clock. One that was withdrawn never ran."""
    started = any(clock.rule == "M2" and clock.ended_at is None for clock in context.clocks)
    if potential not in _GATHER or started:
        return None
    return context.deadline("M2", context.happened_at)


def _decided_already(state: Contact, so: str) -> Check:
    return "M1", state.outcome is not None, f"the contact is decided: {so}", "already_decided"


def _too_early(state: Contact, context: Context) -> Check:
    early = state.received_at is not None and context.happened_at < state.received_at
    return "E2", early, "nothing is done with a contact before it is received; correct the time"


contact = Stream(
    name="contact",
    state=Contact(),
    evolve=evolve,
    decide=decide,
    commands=ContactCommand,
    events=ContactEvent,
    per=Per.THING,
    clocks=("M1", "M2", "M3", "M4", "M5"),
)
