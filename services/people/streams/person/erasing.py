"""Keeping and erasing: a hold keeps a record whatever else is said of it; to erase takes a proposal, and another manager.

Nothing brings the words back, so no one person does it, and nothing does it by itself. It is said of all ids of a person at once.
"""

from uuid import UUID

from services.people.codes import ErasureBasis, HoldKind
from services.people.events import (
    ErasureProposed,
    ErasureText,
    ErasureWithdrawn,
    HoldLifted,
    HoldPlaced,
    HoldText,
    SubjectErased,
)
from services.people.streams.person.state import Hold, Person, PersonEvent
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import RequiredText, ThingId
from shared.domain.instants import Day, local_date


class PlaceHold(Command, name="people.PlaceHold"):
    """Have a record kept, whatever its retention period or a request says: for which kind of reason, and why."""

    kind: HoldKind
    reason: RequiredText
    until: Day | None = None


class LiftHold(Command, name="people.LiftHold"):
    """Let a hold end: the one that a command placed, or all that stand on the record. Say why."""

    reason: RequiredText
    hold: ThingId | None = None


class ProposeErasure(Command, name="people.ProposeErasure"):
    """Propose to erase a person (`about` all ids they go by): on which basis, and why. Another manager confirms it."""

    basis: ErasureBasis
    reason: RequiredText


class WithdrawErasure(Command, name="people.WithdrawErasure"):
    """Take back a proposal to erase a person, and say why."""

    reason: RequiredText


class ErasePerson(Command, name="people.ErasePerson"):
    """Erase a person as another manager proposed. Every team destroys their keys: nothing brings the words back."""


def place_hold(command: PlaceHold, state: Person, context: Context) -> list[PersonEvent]:
    """One more reason to keep it; said again as it stands, it is already so."""
    today = local_date(context.now)
    refuse_all(
        (
            "people",
            command.until is not None and command.until < today,
            "give a last day that is not past, or leave it out: then it holds until it is lifted",
        )
    )
    hold = Hold(command.kind, command.until)
    if hold in state.holding(today).values():
        return []
    return [
        HoldPlaced(
            hold=context.command_id,
            kind=command.kind,
            until=command.until,
            sealed=HoldText(reason=command.reason),
        )
    ]


def lift_hold(command: LiftHold, state: Person, _context: Context) -> list[PersonEvent]:
    """No longer held. What is lifted already is already so."""
    lifted = [hold for hold in state.holds if command.hold in (None, hold)]
    return [HoldLifted(hold=hold, sealed=HoldText(reason=command.reason)) for hold in lifted]


def may_propose_erasure(state: Person, context: Context) -> tuple[Check, ...]:
    """Only of whom no hold stands."""
    return (_not_held(state, context),)


def propose_erasure(command: ProposeErasure, state: Person, context: Context) -> list[PersonEvent]:
    """Proposed, in the place of what was proposed before; the same by the same person is already so."""
    refuse_all(*may_propose_erasure(state, context), _of_all_ids(state, context))
    if state.proposed is not None and state.proposed == (command.basis, context.actor.id):
        return []
    return [
        ErasureProposed(basis=command.basis, by=context.actor.id, sealed=ErasureText(reason=command.reason))
    ]


def withdraw_erasure(command: WithdrawErasure, state: Person, _context: Context) -> list[PersonEvent]:
    """Nothing is proposed any more."""
    if state.proposed is None:
        return []
    return [ErasureWithdrawn(sealed=ErasureText(reason=command.reason))]


def may_erase_person(state: Person, context: Context) -> tuple[Check, ...]:
    """Of whom it was proposed by somebody else, and whom no hold keeps."""
    return (
        _not_held(state, context),
        (
            "people",
            state.proposed is None,
            "another manager proposes it first, on which basis and why (people.ProposeErasure)",
        ),
        (
            "people",
            state.proposed is not None and context.actor.may_be(state.proposed[1]),
            "you proposed this: another manager confirms it",
        ),
    )


def erase_person(state: Person, context: Context) -> list[PersonEvent]:
    """Erased, for good."""
    refuse_all(*may_erase_person(state, context), _of_all_ids(state, context))
    assert state.proposed is not None
    basis, proposed_by = state.proposed
    return [SubjectErased(basis=basis, proposed_by=proposed_by, people=_ids(state, context))]


def not_erased(state: Person) -> Check:
    """Forbids whatever is said of a person who was erased."""
    return (
        "people",
        state.erased,
        "this record was erased, so nothing more can be written in it; register who they are as somebody new",
    )


def _not_held(state: Person, context: Context) -> Check:
    return (
        "people",
        bool(state.holding(local_date(context.now))),
        "a hold stands on this record: it is kept until the hold has ended or was lifted (people.LiftHold)",
    )


def _ids(state: Person, context: Context) -> tuple[UUID, ...]:
    return state.same.ids if state.same is not None else (context.thing,)


def _of_all_ids(state: Person, context: Context) -> Check:
    """Forbids to erase a part of a person: what stands under another id would go on speaking of them."""
    return (
        "people",
        set(_ids(state, context)) - set(context.children) != set(),
        "this person goes by several records: send it about all of them, or undo the merge first",
    )
