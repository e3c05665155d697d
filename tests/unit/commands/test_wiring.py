"""Streams that do not fit together are refused before the first command, with what to change."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from services import all_teams
from shared.commands.wiring import BadWiring, Wiring
from shared.domain.command import Command, Joins, Over
from shared.domain.decider import Per, Stream
from shared.domain.event import Event


class Taken(Event, name="test_wiring.Taken"):
    pass


class Held(Event, name="test_wiring.Held"):
    pass


class Made(Event, name="test_wiring.Made"):
    pass


class Take(Command, name="mash.Take", opens=True):
    pass


class Hold(Command, name="mash.Hold", opens=True):
    contact: UUID | None = None


class Make(Command, name="mash.Make", opens=True):
    pass


class HoldOver(Command, name="mash.HoldOver", opens=True, over=Over("contacts", stream="contact")):
    contacts: tuple[UUID, ...] = ()


class HoldOverNothing(Command, name="mash.HoldOverNothing", opens=True, over=Over("x", stream="plan")):
    pass


class NoteOnContact(Command, name="mash.NoteOnContact", refers_to="contact"):
    pass


class TakeNext(Command, name="mash.TakeNext", takes_next=True):
    pass


class Send(Command, name="mash.Send", thing_in="of"):
    of: UUID | None = None


class SendOfNothing(Command, name="mash.SendOfNothing", thing_in="of"):
    pass


class NoteOnPlan(Command, name="mash.NoteOnPlan", refers_to="plan"):
    pass


class Audit(Command, name="mash.Audit", of_step=True):
    pass


@dataclass(frozen=True)
class WithPlan:
    plan: Any


@dataclass(frozen=True)
class WithContact:
    contact: Any


def decide_held(_command: Any, _state: Any, _context: Any) -> list[Held]:
    return [Held()]


def decide_both(_command: Any, _state: Any, _context: Any) -> list[Held | Made]:
    return [Held(), Made()]


def kind(name: str, command: Any, event: Any, **more: Any) -> Stream:
    return Stream(name, 0, lambda state, _event: state, decide_held, command, event, **more)


CONTACT = replace(kind("contact", Take, Taken), decide=lambda *_: [])
MEETING = kind("meeting", Hold, Held)
PLAN = replace(kind("plan", Make, Made, per=Per.EPISODE, opened_by=(Made,)), decide=lambda *_: [Made()])


def test_what_fits_is_taken() -> None:
    wiring = Wiring((CONTACT, replace(MEETING, record=WithPlan, decide=decide_both), PLAN))
    assert wiring.of_command(Hold).name == wiring.of_event(Held).name == "meeting"
    over = replace(CONTACT, commands=Take | HoldOver)
    wiring = Wiring((over, replace(MEETING, commands=HoldOver, per=Per.ALONE)))
    assert wiring.of_command(HoldOver).name == "meeting"


class Compare(Command, name="mash.Compare", refers_to="contact", refers_also="other"):
    """Refers to a second contact by a field that it does not have."""


class Bring(Command, name="mash.Bring", joins=Joins("guests")):
    """Brings children by a field that it does not have."""


@pytest.mark.parametrize("team", all_teams(), ids=lambda team: team.name)
def test_every_team_fits(team: Any) -> None:
    assert Wiring(team.streams).streams == team.streams


@pytest.mark.parametrize(
    ("streams", "what"),
    [
        ((CONTACT, replace(CONTACT, commands=Hold, events=Held)), "one name"),
        ((CONTACT, replace(MEETING, commands=Take)), "Take is decided by contact and meeting"),
        ((CONTACT, replace(MEETING, events=Taken)), "Taken stands on contact and meeting"),
        (
            (replace(CONTACT, clocks=("M1",)), replace(MEETING, clocks=("M1",))),
            "clocks of M1 run on contact and meeting",
        ),
        ((replace(MEETING, record=WithPlan),), "names plan, and there is no such stream"),
        ((replace(MEETING, record=int),), "must be a dataclass"),
        ((replace(MEETING, decide=decide_both), PLAN), "decides test_wiring.Made, which stands on no stream"),
        ((replace(MEETING, record=WithContact), CONTACT), "which field of a command names the contact"),
        (
            (replace(MEETING, record=WithContact, found_by={"contact": "x"}), CONTACT),
            "none of its commands has the field `x`",
        ),
        ((replace(MEETING, record=WithPlan, found_by={"plan": "re"}), PLAN), "leave it out of `found_by`"),
        ((replace(MEETING, found_by={"plan": "re"}), PLAN), "which its record does not"),
        ((replace(MEETING, per=Per.ALONE, record=WithPlan), PLAN), "about no child"),
        ((replace(MEETING, record=WithPlan), replace(PLAN, code="contact")), "Make opens one, and must have"),
        (
            (replace(PLAN, code="contact", commands=Hold), replace(MEETING, commands=Make, record=WithPlan)),
            "Make must have the field `contact`",
        ),
        ((replace(PLAN, opened_by=()),), "which events open an episode"),
        ((replace(PLAN, opened_by=(Held,)),), "none of its events"),
        ((replace(PLAN, per=Per.CHILD),), "only an episode is opened by an event"),
        ((replace(MEETING, per=Per.ALONE, childless=True),), "only a thing can be `childless`"),
        ((replace(MEETING, joined=lambda _state: ()),), "only what may be about no child"),
        ((replace(MEETING, commands=Bring),), "say in `joined` who has joined"),
        (
            (replace(MEETING, commands=Bring, childless=True, joined=lambda _state: ()),),
            "no field `guests` that names children",
        ),
        ((replace(MEETING, commands=HoldOver, per=Per.ALONE), CONTACT), "among the commands of contact too"),
        ((replace(MEETING, commands=HoldOver, per=Per.ALONE),), "over contact, which is no stream of things"),
        ((replace(MEETING, commands=HoldOverNothing), PLAN), "over plan, which is no stream of things"),
        ((replace(MEETING, commands=NoteOnPlan, per=Per.CHILD), PLAN), "refers to plan, which is no stream"),
        ((replace(MEETING, commands=Compare, per=Per.CHILD), CONTACT), "names a second thing in `other`"),
        ((replace(MEETING, commands=NoteOnContact), CONTACT), "must stand on the child's own stream"),
        ((replace(MEETING, waits=lambda state: state),), "only what stands alone waits to be taken"),
        ((replace(MEETING, per=Per.CHILD, begun_by=lambda *_: None),), "or a thing, begins by itself"),
        ((replace(MEETING, commands=TakeNext, per=Per.ALONE),), "say in `waits` which does"),
        ((replace(PLAN, each_id=True),), "an episode is the child's, under whichever id"),
        ((replace(MEETING, as_one=lambda own, _others: own),), "is read as one"),
        (
            (replace(MEETING, commands=Audit),),
            "is of any step, so it stands on the child's or person's own stream",
        ),
        ((replace(MEETING, commands=Send),), "say in `latest` which is meant"),
        ((replace(MEETING, commands=SendOfNothing),), "have that field, and stand on things"),
        ((replace(MEETING, commands=Send, per=Per.CHILD),), "have that field, and stand on things"),
        ((replace(PLAN, latest=lambda state: state),), "only of things is there a `latest`"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_change(streams: tuple[Stream, ...], what: str) -> None:
    with pytest.raises(BadWiring, match=what):
        Wiring(streams)


def test_a_field_that_names_things_must_be_there() -> None:
    class HoldMissing(Command, name="mash.HoldMissing", opens=True, over=Over("x", stream="contact")):
        pass

    streams = (
        replace(CONTACT, commands=Take | HoldMissing),
        replace(MEETING, commands=HoldMissing, per=Per.ALONE),
    )
    with pytest.raises(BadWiring, match="no field `x`"):
        Wiring(streams)


def test_things_are_named_by_id_or_within_an_object() -> None:
    command = HoldOver(contacts=(UUID(int=1), UUID(int=2)))
    assert HoldOver.OVER is not None
    assert [(each.item, each.thing, each.about) for each in HoldOver.OVER.items(command)] == [
        (UUID(int=n), UUID(int=n), ()) for n in (1, 2)
    ]
