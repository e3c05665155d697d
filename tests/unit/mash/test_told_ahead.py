"""What is told ahead of a command at the front door is what its decision says, after whatever has happened.

Every story compares the two for each command that is sent in it (`shared.testing.ahead`); here every command is sent after
every kind of history.
"""

from datetime import timedelta

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from services.mash.streams.contact import RestrictContact, WithdrawConsent
from shared.domain.instants import london
from tests.unit.mash.contacts import (
    ACCEPT,
    ACKNOWLEDGE,
    CHECK,
    CLOSE,
    CONFIRM,
    CONSENT,
    DISPENSE,
    EARLY_HELP,
    HARM,
    HOLD,
    LADO,
    RECEIVE,
    RISK,
    SCREEN,
    STRATEGY,
    TELL_OUTCOME,
    TELL_SCHOOL,
    front_door,
)

START = london(2026, 3, 27, 9)
WITHDRAW = WithdrawConsent(withdrawn_by=CONSENT.given_by, scope=CONSENT.scope)
ON_A_CONTACT = (
    SCREEN, CONSENT, DISPENSE, WITHDRAW, HARM, HOLD, ACCEPT, CLOSE, EARLY_HELP, STRATEGY, LADO, ACKNOWLEDGE,
    TELL_OUTCOME, TELL_SCHOOL, CONFIRM, RISK, RestrictContact(named=(), reason="A colleague's child."), CHECK,
)  # fmt: skip


@settings(max_examples=60)
@examples(st.lists(st.sampled_from(ON_A_CONTACT), max_size=8))
def test_whatever_was_done_what_is_told_ahead_is_what_is_decided(history):
    story = front_door.when(RECEIVE, at=START)
    contact = story.id
    for number, command in enumerate(history, 1):
        story = story.when(command.model_copy(update={"re": contact}), at=START + timedelta(hours=number))
    for command in ON_A_CONTACT:
        story.when(command.model_copy(update={"re": contact}), at=START + timedelta(hours=20))
