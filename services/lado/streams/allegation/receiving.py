"""A notification is received, and decided on against the threshold."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.lado.codes import Limb, Setting, Threshold
from services.lado.events import (
    AllegationReceived,
    AllegationText,
    IntakeItemTaken,
    ThresholdDecided,
    ThresholdText,
)
from services.lado.streams.allegation.state import (
    Allegation,
    AllegationAndItem,
    AllegationEvent,
    closed_already,
)
from services.lado.streams.intake_item import IntakeEvent
from shared.domain.command import Check, Command, refuse_all
from shared.domain.compared import ComparedLine
from shared.domain.decider import Context
from shared.domain.fields import Distinct, RequiredText, ShortText, Text
from shared.domain.instants import Day, Moment
from shared.domain.receipt import Received


class Adult(BaseModel):
    """The adult who works with children, as the LADO was told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ComparedLine
    role: ShortText = Field(repr=False)
    employer: ComparedLine
    aliases: tuple[ComparedLine, ...] = Field(default=(), max_length=20)
    born: Day | None = Field(default=None, repr=False)
    professional_body: ShortText | None = Field(default=None, repr=False)
    own_children: bool | None = None
    other_roles: Distinct[ShortText] = Field(default=(), repr=False)

    @property
    def words(self) -> tuple[UUID, ...]:
        """The words that say who they are, as keyed digests: of name, aliases and employer."""
        said = (self.name, *self.aliases, self.employer)
        return tuple(sorted({word for each in said for word in each.words}))


class ReceiveNotification(
    Received, name="lado.ReceiveNotification", opens=True, refers_to="intake_item", recorded_within="outside"
):
    """Take in a notification of an adult who works with children: with the contact that the front door sent (`re`), or of the
    LADO's own. L1 runs from when the organisation knew, L2 and L5 from when this was received. A second one of the same
    contact and adult is the same allegation.
    """

    adult: Adult
    alleged: RequiredText
    notified_by: ShortText = Field(repr=False)
    their_agency: ShortText | None = None
    organisation_knew: Moment | None = None
    setting: Setting | None = None
    historic: bool = False
    police_told: bool | None = None


class DecideThreshold(Command, name="lado.DecideThreshold"):
    """Decide whether it is an allegation (L2): by which limbs; or a low-level concern or advice, which stays with the employer."""

    limbs: Distinct[Limb]
    decision: Threshold
    reason: Text = ""
    advice: Text = ""


def receive_notification(
    command: ReceiveNotification, record: AllegationAndItem, context: Context
) -> list[AllegationEvent | IntakeEvent]:
    """It stands, of a contact and an adult once; what the front door sent waits no longer."""
    if stands_already(command, record) is not None:
        return []
    received, knew = context.received_at, _knew(command, context)
    refuse_all(
        (
            "E2",
            knew > received,
            "the organisation knew of it before it told the LADO, or then: correct when it knew, or when it was received",
        ),
    )
    opened: list[AllegationEvent | IntakeEvent] = [_received(command, received, knew, context)]
    if command.re is not None:
        opened.append(
            IntakeItemTaken(contact=command.re, adult=command.adult.name.whole, allegation=context.thing)
        )
    return opened


def stands_already(command: Command, record: AllegationAndItem) -> UUID | None:
    """The allegation that a notification would open and that stands already: of the same contact and adult."""
    if not isinstance(command, ReceiveNotification):
        return None
    return record.intake_item.allegations.get(command.adult.name.whole)


def _knew(command: ReceiveNotification, context: Context) -> datetime:
    """When the organisation that notified knew: as it says, else when it was known, else when it happened."""
    return command.organisation_knew or context.known_at


def _received(
    command: ReceiveNotification, received: datetime, knew: datetime, context: Context
) -> AllegationReceived:
    adult = command.adult
    return AllegationReceived(
        contact=command.re,
        adult=adult.name.whole,
        words=adult.words,
        knew_at=knew,
        received_at=received,
        setting=command.setting,
        historic=command.historic,
        police_told=command.police_told,
        own_children=adult.own_children,
        tell_by=context.deadline("L1", knew),
        decide_by=context.deadline("L2", received),
        conclude_by=context.deadline("L5", received),
        sealed=AllegationText(
            adult_name=adult.name.text,
            adult_role=adult.role,
            adult_employer=adult.employer.text,
            adult_aliases=tuple(each.text for each in adult.aliases),
            adult_born=adult.born,
            adult_professional_body=adult.professional_body,
            adult_other_roles=adult.other_roles,
            alleged=command.alleged,
            notified_by=command.notified_by,
            their_agency=command.their_agency,
        ),
    )


def may_decide_threshold(state: Allegation, _context: Context) -> tuple[Check, ...]:
    """Once (L2)."""
    return (
        closed_already(state),
        (
            "L2",
            state.threshold is not None,
            "the threshold is decided: what is new is a notification of its own, or a correction of that decision",
            "already_decided",
        ),
    )


def decide_threshold(
    command: DecideThreshold, state: Allegation, context: Context
) -> list[AllegationEvent | IntakeEvent]:
    """An allegation is met within five working days; of all else the advice is kept, and there is nothing to conclude."""
    allegation = command.decision is Threshold.ALLEGATION
    refuse_all(
        *may_decide_threshold(state, context),
        (
            "L2",
            allegation and not command.limbs,
            "say by which limbs it meets the threshold: harmed, a possible offence, a risk of harm, or unsuitable",
        ),
        before_receipt(state, context),
    )
    return [
        ThresholdDecided(
            decision=command.decision,
            limbs=command.limbs,
            meet_by=context.deadline("L3", context.happened_at) if allegation else None,
            sealed=ThresholdText(reason=command.reason, advice=command.advice),
        )
    ]


def before_receipt(state: Allegation, context: Context) -> Check:
    """Forbids (E2) what is said to have been done before the notification was received."""
    early = state.received_at is not None and context.happened_at < state.received_at
    return "E2", early, "nothing is done of a notification before it was received; correct the time"
