"""A team with every kind of stream: things, episodes with and without a code, a child's own file, what is about no child."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID, uuid5

from pydantic import BaseModel

from shared.domain.command import Command, Over, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event
from shared.domain.fields import PersonId, ThingId
from shared.domain.instants import local_date
from shared.team.known_people import known_person

PANELS = UUID("9d2f3a36-6f0c-4c56-9d3f-6a3f1b0f0c11")


# -- a contact, decided by itself and reviewed by a meeting; a meeting about no child


class ContactTaken(Event, name="toy_kinds.ContactTaken"):
    pass


class DecisionReviewed(Event, name="toy_kinds.DecisionReviewed"):
    meeting: UUID
    upheld: bool
    children: tuple[UUID, ...]


class MeetingHeld(Event, name="toy_kinds.MeetingHeld", crosses=True):
    contacts: tuple[UUID, ...]


class TakeContact(Command, name="mash.TakeContact", opens=True):
    pass


class Reviewed(BaseModel):
    contact: ThingId
    about: tuple[PersonId, ...] = ()
    upheld: bool


class HoldMeeting(Command, name="mash.HoldMeeting", opens=True, over=Over("decisions", stream="contact")):
    decisions: tuple[Reviewed, ...]


class Minute(Command, name="mash.Minute"):
    pass


class MinuteTaken(Event, name="toy_kinds.MinuteTaken"):
    pass


def decide_contact(
    command: TakeContact | HoldMeeting, state: int, context: Context
) -> list[ContactTaken | DecisionReviewed]:
    match command:
        case TakeContact():
            return [ContactTaken()]
        case HoldMeeting():
            item = context.item
            assert isinstance(item, Reviewed)
            if state > 1 and not item.upheld:
                raise Refused("it was reviewed already", rule="M17")
            return [
                DecisionReviewed(meeting=context.command_id, upheld=item.upheld, children=context.children)
            ]
        case _:
            assert_never(command)


contact = Stream(
    "contact",
    0,
    lambda state, _event: state + 1,
    decide_contact,
    TakeContact | HoldMeeting,
    ContactTaken | DecisionReviewed,
    childless=True,
)


def decide_meeting(
    command: HoldMeeting | Minute, _state: int, _context: Context
) -> list[MeetingHeld | MinuteTaken]:
    match command:
        case HoldMeeting():
            return [MeetingHeld(contacts=tuple(each.contact for each in command.decisions))]
        case Minute():
            return [MinuteTaken()]
        case _:
            assert_never(command)


meeting = Stream(
    "meeting",
    0,
    lambda state, _event: state + 1,
    decide_meeting,
    HoldMeeting | Minute,
    MeetingHeld | MinuteTaken,
    Per.ALONE,
)


# -- a panel, one a day


class PanelPrepared(Event, name="toy_kinds.PanelPrepared"):
    pass


class PreparePanel(Command, name="mash.PreparePanel", opens=True):
    day: date

    def own_id(self) -> UUID:
        return uuid5(PANELS, self.day.isoformat())


panel = Stream(
    "panel",
    0,
    lambda state, _event: state + 1,
    lambda _command, state, _context: [] if state else [PanelPrepared()],
    PreparePanel,
    PanelPrepared,
    Per.ALONE,
)


# -- a child's own file, of what goes with a contact or without


class CarerNoted(Event, name="toy_kinds.CarerNoted"):
    contact: UUID | None = None
    reviews: int
    age: int | None = None


class NoteCarer(Command, name="mash.NoteCarer", refers_to="contact"):
    pass


@dataclass(frozen=True)
class FileAndContact:
    child_file: int
    contact: int


def note_carer(command: NoteCarer, state: FileAndContact, context: Context) -> list[CarerNoted]:
    assert context.child is not None
    age = context.person(context.child).age_on(local_date(context.happened_at))
    return [CarerNoted(contact=command.re, reviews=state.contact, age=age)]


child_file = Stream(
    "child_file",
    0,
    lambda state, _event: state + 1,
    note_carer,
    NoteCarer,
    CarerNoted,
    Per.CHILD,
    record=FileAndContact,
    found_by={"contact": "re"},
)


# -- a case of a receiving team: one open for each child and team


class CaseOffered(Event, name="toy_kinds.CaseOffered"):
    team: str


class CaseClosed(Event, name="toy_kinds.CaseClosed"):
    pass


class OfferCase(Command, name="mash.OfferCase", opens=True):
    team: str


class CloseCase(Command, name="mash.CloseCase"):
    team: str | None = None


def decide_case(
    command: OfferCase | CloseCase, state: bool, _context: Context
) -> list[CaseOffered | CaseClosed]:
    if state == isinstance(command, OfferCase):
        raise Refused("a case is open, or none is", rule="Z1")
    return [CaseOffered(team=command.team)] if isinstance(command, OfferCase) else [CaseClosed()]


case = Stream(
    "case",
    False,
    lambda _state, event: isinstance(event, CaseOffered),
    decide_case,
    OfferCase | CloseCase,
    CaseOffered | CaseClosed,
    Per.EPISODE,
    is_open=bool,
    opened_by=(CaseOffered,),
    code="team",
)


# -- a conference that makes a plan


class ConferenceHeld(Event, name="toy_kinds.ConferenceHeld"):
    pass


class PlanMade(Event, name="toy_kinds.PlanMade"):
    pass


class PlanReviewed(Event, name="toy_kinds.PlanReviewed"):
    pass


class PlanEnded(Event, name="toy_kinds.PlanEnded"):
    pass


class Forgotten(Event, name="toy_kinds.Forgotten"):
    """Of no stream."""


class HoldConference(Command, name="mash.HoldConference", opens=True):
    careless: bool = False
    forgetful: bool = False
    astray: bool = False
    again: bool = False


class EndPlan(Command, name="mash.EndPlan"):
    pass


@dataclass(frozen=True)
class ConferenceAndPlan:
    conference: int
    plan: bool


def hold_conference(command: HoldConference, state: ConferenceAndPlan, _context: Context) -> list[Event]:
    held: list[Event] = [ConferenceHeld()]
    if command.again:
        return [*held, PlanEnded(), PlanMade()]
    if command.forgetful:
        return [*held, Forgotten()]
    if command.astray:
        return [*held, ContactTaken()]
    if command.careless:
        return [*held, PlanReviewed() if not state.plan else PlanMade()]
    return [*held, PlanReviewed() if state.plan else PlanMade()]


conference = Stream(
    "conference",
    0,
    lambda state, _event: state + 1,
    hold_conference,
    HoldConference,
    ConferenceHeld,
    Per.EPISODE,
    is_open=lambda _state: False,
    opened_by=(ConferenceHeld,),
    record=ConferenceAndPlan,
)
plan = Stream(
    "plan",
    False,
    lambda _state, event: not isinstance(event, PlanEnded),
    lambda _command, _state, _context: [PlanEnded()],
    EndPlan,
    PlanMade | PlanReviewed | PlanEnded,
    Per.EPISODE,
    is_open=bool,
    opened_by=(PlanMade,),
)

STREAMS = (contact, meeting, panel, child_file, case, conference, plan, known_person)
