"""A conference that is waited for, as decisions see it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from services.conference.events import (
    AgencyInvited,
    BirthNoted,
    ConferenceAskedFor,
    ConferenceAwaited,
    ConferenceClosed,
    ConferenceExpected,
    ConferenceNotNeeded,
    ConferenceScheduled,
    DueDateNoted,
    PlanTransferInReceived,
    ReportReceived,
)
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.team.audience import Party

DueEvent: TypeAlias = (
    ConferenceAwaited
    | ConferenceExpected
    | ConferenceAskedFor
    | ConferenceNotNeeded
    | ConferenceScheduled
    | AgencyInvited
    | ReportReceived
    | ConferenceClosed
    | BirthNoted
    | DueDateNoted
    | PlanTransferInReceived
)


@dataclass(frozen=True)
class ConferenceDue:
    """What decisions need to know of the conference that waits, or of the last one that did."""

    awaited: bool = False
    kind: ConferenceKind | None = None
    origin: ConferenceOrigin | None = None
    section_47: UUID | None = None
    expected_for: frozenset[UUID] = frozenset()
    """The strategy discussions from which A5 runs."""
    expected_at: datetime | None = None
    """When the last of them was held."""
    asked_for: frozenset[UUID] = frozenset()
    """The requests of assessment that were taken in."""
    asked: bool = False
    day: date | None = None
    chair: UUID | None = None
    scheduled_at: datetime | None = None
    """When the day was set last."""
    invited: tuple[Party, ...] = ()
    reports_to: UUID | None = None
    """Its own stream, as the reports to it name it."""
    transfer: bool = False
    before_birth: bool = False
    closed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether a conference is to be held."""
        return self.awaited and self.closed_at is None

    def took_place_before(self, at: datetime) -> bool:
        """Whether nothing of it waited any more at an instant."""
        return self.closed_at is not None and at > self.closed_at


def evolve(state: ConferenceDue, event: DueEvent) -> ConferenceDue:
    """The conference that waits after one more fact."""
    match event:
        case ConferenceAwaited(kind=kind, origin=origin, section_47=section_47):
            return ConferenceDue(awaited=True, kind=kind, origin=origin, section_47=section_47)
        case ConferenceExpected(section_47=section_47, happened_at=at):
            return replace(state, expected_for=state.expected_for | {section_47}, expected_at=at)
        case ConferenceAskedFor(kind=kind, origin=origin, section_47=section_47, request=request):
            return replace(
                state,
                asked=True,
                kind=kind,
                origin=origin,
                section_47=section_47 or state.section_47,
                asked_for=state.asked_for | {request},
                before_birth=event.hold_before_birth_by is not None or state.before_birth,
            )
        case ConferenceNotNeeded(happened_at=at, closes=closes, section_47=section_47):
            left = state.expected_for - {section_47}
            return replace(state, expected_for=left, closed_at=at if closes else state.closed_at)
        case ConferenceScheduled():
            return replace(
                state,
                day=event.date,
                chair=event.chair,
                scheduled_at=event.happened_at,
                kind=event.kind,
                origin=event.origin,
                section_47=event.section_47,
            )
        case AgencyInvited(invited=invited):
            return replace(state, invited=tuple(dict.fromkeys((*state.invited, *invited))))
        case ReportReceived(conference=conference):
            return replace(state, reports_to=conference)
        case ConferenceClosed(happened_at=at):
            return replace(state, closed_at=at)
        case PlanTransferInReceived():
            return replace(state, transfer=True)
        case BirthNoted() | DueDateNoted():
            return replace(state, before_birth=False)
        case _:
            assert_never(event)
