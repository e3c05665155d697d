"""Why a conference is waited for: a section 47 enquiry, a request, a child moved here with a plan, a birth."""

from collections.abc import Sequence
from uuid import UUID

from services.conference.codes import Category
from services.conference.events import (
    BirthNoted,
    ConferenceAskedFor,
    ConferenceAwaited,
    ConferenceExpected,
    ConferenceNotNeeded,
    DueDateNoted,
    PlanTransferInReceived,
    TransferInText,
)
from services.conference.plans import Plans, together
from services.conference.rules import AFTER_BIRTH
from services.conference.streams.conference_due.state import ConferenceDue, DueEvent
from services.conference.streams.plan_state import ChildProtectionPlan
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, PrimaryNeed
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import ShortText
from shared.domain.instants import Day, start_of_day
from shared.domain.rules import Deadline


class ExpectConference(Command, name="conference.ExpectConference", opens=True, internal=True):
    """A strategy discussion began a section 47 enquiry: a conference is held within A5, unless none is needed."""

    section_47: UUID


class TakeRequest(Command, name="conference.TakeRequest", opens=True, internal=True):
    """Assessment asks for a conference."""

    request: UUID
    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None


class NoConferenceNeeded(Command, name="conference.NoConferenceNeeded", internal=True):
    """An enquiry concluded that no conference is needed."""

    section_47: UUID


class NoteBirth(Command, name="conference.NoteBirth", opens=True, internal=True):
    """An unborn child was born."""

    born: Day


class NoteDueDate(Command, name="conference.NoteDueDate", internal=True):
    """The day on which a child is due was put right."""

    due: Day


class TransferPlanIn(Command, name="conference.TransferPlanIn", opens=True):
    """Take in that a child on another authority's plan moved here: a conference is held within C15, from when we were told."""

    from_authority: ShortText
    told_on: Day | None = None
    their_plan_since: Day | None = None
    category: Category
    moved_on: Day
    temporary: bool = True
    previous_plans: Plans | None = None
    primary_need: PrimaryNeed | None = None


def awaited(
    state: ConferenceDue,
    kind: ConferenceKind,
    origin: ConferenceOrigin,
    section_47: UUID | None = None,
) -> list[ConferenceAwaited]:
    """That one is waited for, unless one is: each episode begins with this."""
    return [] if state.waits else [ConferenceAwaited(kind=kind, origin=origin, section_47=section_47)]


def expect(
    command: ExpectConference, state: ConferenceDue, plan: ChildProtectionPlan, context: Context
) -> Sequence[DueEvent]:
    """A5 runs from the discussion. Of a child on a plan it is a review."""
    if command.section_47 in state.expected_for:
        return []
    kind = ConferenceKind.REVIEW if plan.is_open else ConferenceKind.INITIAL
    return [
        *awaited(state, kind, ConferenceOrigin.SECTION_47, command.section_47),
        ConferenceExpected(
            section_47=command.section_47, hold_by=context.deadline("A5", context.happened_at)
        ),
    ]


def take_request(command: TakeRequest, state: ConferenceDue, context: Context) -> Sequence[DueEvent]:
    """It is asked for, once; before a birth it has a limit of its own."""
    if command.request in state.asked_for:
        return []
    return [
        *awaited(state, command.kind, command.origin, command.section_47),
        ConferenceAskedFor(
            request=command.request,
            kind=command.kind,
            origin=command.origin,
            section_47=command.section_47,
            hold_before_birth_by=_before_birth(context),
        ),
    ]


def not_needed(command: NoConferenceNeeded, state: ConferenceDue) -> Sequence[DueEvent]:
    """A5 ends; where nothing else waits for a conference, none is waited for any more."""
    if command.section_47 not in state.expected_for or not state.waits:
        return []
    others = state.expected_for - {command.section_47}
    closes = not (others or state.asked or state.day or state.transfer)
    return [ConferenceNotNeeded(section_47=command.section_47, closes=closes)]


def note_birth(
    command: NoteBirth, state: ConferenceDue, plan: ChildProtectionPlan, context: Context
) -> Sequence[DueEvent]:
    """What was to be done before the birth ceases; where a plan is open, it is reviewed within a month of it."""
    born_at = start_of_day(command.born)
    if not plan.is_open:
        noted = BirthNoted(born=command.born, happened_at=born_at)
        return [noted] if state.waits and state.before_birth else []
    return [
        *awaited(state, ConferenceKind.REVIEW, ConferenceOrigin.OTHER),
        BirthNoted(
            born=command.born,
            review_by=context.deadline("C16", born_at, stage=AFTER_BIRTH),
            happened_at=born_at,
        ),
    ]


def note_due_date(command: NoteDueDate, state: ConferenceDue, context: Context) -> Sequence[DueEvent]:
    """The limit before the birth runs anew from the right day."""
    if not (state.waits and state.asked):
        return []
    return [
        DueDateNoted(
            due=command.due,
            hold_before_birth_by=context.deadline_before("C16", command.due, context.happened_at),
        )
    ]


def transfer_in(
    command: TransferPlanIn, state: ConferenceDue, plan: ChildProtectionPlan, context: Context
) -> Sequence[DueEvent]:
    """They moved here: until a conference is held the plan is shown as the other authority's."""
    refuse_all(
        (
            "C8",
            plan.is_open,
            "the child is on a plan of ours: a plan elsewhere is taken in only for a child who is on none here",
        )
    )
    previous = command.previous_plans
    return [
        *awaited(state, ConferenceKind.TRANSFER_IN, ConferenceOrigin.TRANSFER_IN),
        PlanTransferInReceived(
            category=command.category,
            moved_on=command.moved_on,
            told_on=command.told_on,
            their_plan_since=command.their_plan_since,
            temporary=command.temporary,
            previous_plans=None if previous is None else together(previous),
            primary_need=command.primary_need,
            hold_by=context.deadline("C15", context.happened_at),
            sealed=TransferInText(from_authority=command.from_authority),
        ),
    ]


def _before_birth(context: Context) -> Deadline | None:
    """C16, of a child who is not born yet, and where enough weeks remain."""
    assert context.child is not None
    person = context.person(context.child)
    if not person.unborn or person.due is None:
        return None
    return context.deadline_before("C16", person.due, context.happened_at)
