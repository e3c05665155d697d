"""What is told of a conference that is waited for: why, when it is held, who is invited, what is reported to it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.conference.codes import Category, LineManagement
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, PrimaryNeed
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Mark, MarkKind, Starts
from shared.domain.rules import Deadline
from shared.team.audience import Party


class ConferenceAwaited(Event, name="conference.ConferenceAwaited", fixed=("kind", "origin", "section_47")):
    """A conference on the child is waited for from now on: of this kind, because of this."""

    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None


class ConferenceExpected(Event, name="conference.ConferenceExpected", fixed=("section_47",)):
    """A strategy discussion decided on a section 47 enquiry: a conference is held within A5, unless none is needed."""

    section_47: UUID
    hold_by: Annotated[Deadline, Starts("A5")]


class ConferenceAskedFor(Event, name="conference.ConferenceAskedFor", fixed=("kind", "origin", "section_47")):
    """Assessment asks for a conference. Of an unborn child it is held well before the birth (C16)."""

    request: UUID
    """The event that asks."""
    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None
    hold_before_birth_by: Annotated[Deadline, Starts("C16")] | None = None
    """None too where fewer weeks remain than the rule asks for: then no clock starts."""


class ConferenceNotNeeded(Event, name="conference.ConferenceNotNeeded", ends=("A5",), fixed=()):
    """The enquiry concluded that no conference is needed. Ends A5."""

    section_47: UUID
    closes: bool
    """Whether nothing else waits for a conference."""


class ScheduleText(Sealed):
    """Who chairs it, at what hour, where, and why it was moved."""

    chair_name: str
    time: str = ""
    place: str = ""
    reason_for_new_date: str = ""


class ConferenceScheduled(
    Event,
    name="conference.ConferenceScheduled",
    crosses=True,
    text=ScheduleText,
    ends=("C25",),
    fixed=("date", "kind", "origin", "section_47", "chair_name", "chair_agency"),
):
    """The conference is to be held on this day, chaired by somebody independent (C7, C8). Starts C25, and anew with each
    new date; the parents' time before the old one ceases.
    """

    date: date
    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None
    chair: UUID
    chair_agency: str | None = None
    """Where it is another than that of who scheduled it."""
    show_report_by: Annotated[Deadline, Starts("C25")] | None = None
    """None where fewer working days remain."""


class InvitationText(Sealed):
    """The organisations invited by name, and why somebody is not invited."""

    organisations: tuple[str, ...] = ()
    why_not_invited: tuple[str, ...] = ()


class AgencyInvited(
    Event,
    name="conference.AgencyInvited",
    crosses=True,
    text=InvitationText,
    fixed=("invited", "organisations"),
):
    """These agencies and members of the family are invited; of somebody who is not, it is said why."""

    invited: tuple[Party, ...]
    family: tuple[UUID, ...] = ()
    not_invited: tuple[UUID, ...] = ()


class ReportText(Sealed):
    """What was reported to the conference, and why the parents did not see it."""

    summary: str = ""
    why_not_shown: str = ""
    organisation_name: str = ""


class ReportReceived(
    Event,
    name="conference.ReportReceived",
    crosses=True,
    text=ReportText,
    fixed=("from_agency", "from_organisation", "organisation_name", "shown_on", "not_shown", "shown_at"),
):
    """An agency's report came. Meets C25 where the parents were shown it, from the day of that, or it is said why not."""

    conference: UUID
    """The conference that waits, by its stream."""
    from_agency: str
    from_organisation: str | None = None
    shown_on: date | None = None
    not_shown: bool = False
    shown_at: Instant | None = None
    """From when C25 is answered: the end of the day on which the parents saw it, or when it was said why not."""
    scale: int | None = None

    def all_marks(self) -> tuple[Mark, ...]:
        """An act for C25, as of the day on which the parents saw it, whenever the report was filed."""
        return (Mark("C25", MarkKind.ACT, self.shown_at),) if self.shown_at is not None else ()


class ConferenceClosed(Event, name="conference.ConferenceClosed", fixed=()):
    """The conference that waited was held."""

    meeting: UUID


class BirthNoted(Event, name="conference.BirthNoted", ends=("C16",), fixed=()):
    """The child was born: what was to be done before the birth ceases (C16). Where a plan is open, it is reviewed. It happened
    at the beginning of the day of birth, as nobody records the hour.
    """

    born: date
    review_by: Annotated[Deadline, Starts("C16")] | None = None


class DueDateNoted(Event, name="conference.DueDateNoted", ends=("C16",), fixed=()):
    """The day on which the child is due was put right: the conference before birth is due anew (C16)."""

    due: date
    hold_before_birth_by: Annotated[Deadline, Starts("C16")] | None = None


class TransferInText(Sealed):
    """Which authority it was."""

    from_authority: str


class PlanTransferInReceived(
    Event,
    name="conference.PlanTransferInReceived",
    crosses=True,
    text=TransferInText,
    fixed=("category", "told_on", "moved_on", "previous_plans", "primary_need"),
):
    """A child on another authority's plan moved here. Until a conference is held the plan is theirs. Starts C15 from when
    we were told.
    """

    category: Category
    moved_on: date
    told_on: date | None = None
    their_plan_since: date | None = None
    temporary: bool = True
    previous_plans: int | None = None
    primary_need: PrimaryNeed | None = None
    hold_by: Annotated[Deadline, Starts("C15")]


class LineManagementNoted(Event, name="conference.LineManagementNoted", fixed=()):
    """Somebody decided in the child's case: they are no independent chair of its conference (C7)."""

    who: UUID
    did: LineManagement
