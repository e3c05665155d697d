"""A contact: somebody's worry about a child, from the moment the front door hears of it to the word to the referrer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from services.mash.events import (
    CLOCKS,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
)
from services.mash.streams.contact.consent import (
    DispenseWithConsent,
    RecordConsent,
    WithdrawConsent,
    dispense_with_consent,
    may_withdraw,
    record_consent,
    withdraw_consent,
)
from services.mash.streams.contact.deciding import (
    DecideContact,
    HoldContact,
    HoldDailyMeeting,
    IdentifyImmediateHarm,
    MeetingDecision,
    decide_contact,
    hold_contact,
    identify_immediate_harm,
    may_decide,
    may_hold,
    may_identify_harm,
    review_decision,
)
from services.mash.streams.contact.matching import Match, MatchChildren, join, match_children
from services.mash.streams.contact.receiving import (
    ChildSaid,
    ReceiveContact,
    ReceiveWrittenReferral,
    Referrer,
    receive_contact,
    receive_written_referral,
)
from services.mash.streams.contact.screening import Missing, ScreenContact, may_screen, screen_contact
from services.mash.streams.contact.state import (
    Consent,
    Contact,
    ContactAndCase,
    ContactEvent,
    about_a_stranger,
    evolve,
    joined,
    on_a_note,
)
from services.mash.streams.contact.telling import (
    AssessDomesticAbuseRisk,
    InformReferrer,
    InformSchool,
    RestrictContact,
    assess_risk,
    inform_referrer,
    inform_school,
    may_inform,
    restrict_contact,
)
from services.mash.streams.out_of_hours_shift import HandOverShift
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, ForFew, Per, Precondition, Stream, members

__all__ = [
    "AssessDomesticAbuseRisk",
    "ChildSaid",
    "Consent",
    "Contact",
    "ContactAndCase",
    "ContactCommand",
    "ContactEvent",
    "DecideContact",
    "DispenseWithConsent",
    "HoldContact",
    "HoldDailyMeeting",
    "IdentifyImmediateHarm",
    "InformReferrer",
    "InformSchool",
    "Match",
    "MatchChildren",
    "MeetingDecision",
    "Missing",
    "ReceiveContact",
    "ReceiveWrittenReferral",
    "RecordConsent",
    "Referrer",
    "RestrictContact",
    "ScreenContact",
    "WithdrawConsent",
    "contact",
    "decide",
    "evolve",
]

OnContact: TypeAlias = (
    ReceiveWrittenReferral
    | ScreenContact
    | RecordConsent
    | DispenseWithConsent
    | WithdrawConsent
    | IdentifyImmediateHarm
    | HoldContact
    | HoldDailyMeeting
    | HandOverShift
    | InformReferrer
    | InformSchool
    | AssessDomesticAbuseRisk
    | RestrictContact
)
ContactCommand: TypeAlias = ReceiveContact | MatchChildren | DecideContact | OnContact


_OF_NOTES: Final = (
    ReceiveContact,
    MatchChildren,
    IdentifyImmediateHarm,
    InformSchool,
    RestrictContact,
    HandOverShift,
)
"""What may be done with a note on an open case (M9); all else is done in the team that has the case."""
_OF_STRANGERS: Final = (
    ReceiveContact,
    MatchChildren,
    ReceiveWrittenReferral,
    ScreenContact,
    HoldContact,
    DecideContact,
    HoldDailyMeeting,
    InformReferrer,
    RestrictContact,
    HandOverShift,
)
"""What may be done with a contact while nobody knows which children it is about."""


def decide(command: ContactCommand, state: ContactAndCase, context: Context) -> list[ContactEvent]:
    """What follows from a command on one child's contact.

    Raises:
        Refused: M1 where it is decided already, M3 where nobody can be told, M4 for an outcome before the decision, M5
            for a second hold, M6 for harm after another decision, M9 for a note on an open case, and for an open case
            that there is not, M10 for consent by somebody who cannot give it, M12 where nobody was asked about young
            carers, M16 and F14 for family wellbeing without signed consent or criterion, M17 for a decision that a
            meeting cannot change so, M18 for a high risk kept from the MARAC without a reason, E2 for what is said to
            have been done with it before it was received (only the referrer may be told before); by no rule what is done
            only for a child who is known.
    """
    refuse_all(*_before_all(type(command), state.contact, context))
    match command:
        case ReceiveContact():
            return receive_contact(command, state.open_case, context)
        case MatchChildren() if context.child is None:
            return match_children(command, state.contact, context)
        case MatchChildren():
            return join(state.contact, state.open_case, context)
        case DecideContact():
            return decide_contact(command, state.contact, state.open_case, context)
        case _:
            return _decide_on_contact(command, state.contact, context)


def _decide_on_contact(command: OnContact, state: Contact, context: Context) -> list[ContactEvent]:
    """What no other stream is looked at for."""
    match command:
        case ReceiveWrittenReferral():
            return receive_written_referral(command, state, context)
        case ScreenContact():
            return screen_contact(command, state, context)
        case RecordConsent():
            return record_consent(command, state, context)
        case DispenseWithConsent():
            return dispense_with_consent(command, state, context)
        case WithdrawConsent():
            return withdraw_consent(command, state, context)
        case IdentifyImmediateHarm():
            return identify_immediate_harm(command, state, context)
        case HoldContact():
            return hold_contact(command, state, context)
        case HoldDailyMeeting():
            return review_decision(state, context)
        case HandOverShift():
            return []  # it is one that stands; what is said of it stands with the shift
        case InformReferrer():
            return inform_referrer(command, state, context)
        case InformSchool():
            return inform_school(command, state, context)
        case AssessDomesticAbuseRisk():
            return assess_risk(command, state, context)
        case RestrictContact():
            return restrict_contact(command, state, context)
        case _:
            assert_never(command)


_MAY: Final[Mapping[type[Command], Callable[[Contact], Sequence[Check]]]] = {
    ScreenContact: may_screen,
    WithdrawConsent: may_withdraw,
    IdentifyImmediateHarm: may_identify_harm,
    HoldContact: may_hold,
    DecideContact: may_decide,
    InformReferrer: may_inform,
}
"""What the record of a contact that is its own, about somebody known, holds against a command."""


def _before_all(command: type[Command], state: Contact, context: Context) -> tuple[Check, ...]:
    """What stands alone in a refusal: that it is a note (M9), that nobody knows whom it is about."""
    checks = (
        *(() if command in _OF_NOTES else (on_a_note(state),)),
        *(() if command in _OF_STRANGERS else (about_a_stranger(context),)),
    )
    return tuple(check for check in checks if check[1])


def _precondition(command: type[Command]) -> Precondition:
    def forbids(state: ContactAndCase, context: Context) -> Sequence[Check]:
        before = _before_all(command, state.contact, context)
        return before or (_MAY[command](state.contact) if command in _MAY else ())

    return forbids


contact = Stream(
    name="contact",
    state=Contact(),
    evolve=evolve,
    decide=decide,
    commands=ContactCommand,
    events=ContactEvent,
    per=Per.THING,
    record=ContactAndCase,
    clocks=CLOCKS,
    childless=True,
    joined=joined,
    for_few=ForFew(
        reading="read:restricted:mash",
        named=lambda state: state.for_few,
        said_by=(ContactReceived, ContactPassedToOpenCase, ContactRestricted),
    ),
    preconditions={command: _precondition(command) for command in members(ContactCommand)},
)
