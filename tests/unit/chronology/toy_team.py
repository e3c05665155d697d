"""A team made up for tests: a contact, checks, meetings, a case, each with an entry that uses a term."""

from uuid import UUID

from shared.domain.event import Event
from shared.domain.rules import Rulebook
from shared.team.audience import (
    Depth,
    Party,
    agency,
    also_of,
    asked,
    began_work,
    ended_work,
    only,
    opens,
    organisation,
    present,
    recorder_of,
    referrer,
    worked,
    working_with_the_child,
)
from shared.team.entries import Entries, Entry

RULES = Rulebook((), edition="2026-11")
entries = Entries("toy")


class Told(Event, name="test_sights.Told", crosses=True):
    by: Party


class CheckAsked(Event, name="test_sights.CheckAsked", crosses=True):
    contact: UUID
    of: Party
    depth: Depth


class CheckReturned(Event, name="test_sights.CheckReturned", crosses=True):
    by: Party


class Met(Event, name="test_sights.Met", crosses=True):
    contact: UUID
    there: tuple[Party, ...]


class MetBehindDoors(Event, name="test_sights.MetBehindDoors", crosses=True, sensitivity="restricted"):
    there: tuple[Party, ...]


class Enquired(Event, name="test_sights.Enquired", crosses=True):
    meeting: UUID


class Published(Event, name="test_sights.Published", crosses=True):
    """To agencies as such."""


class Noted(Event, name="test_sights.Noted", crosses=True):
    contact: UUID


class Answered(Event, name="test_sights.Answered", crosses=True):
    contact: UUID


class Named(Event, name="test_sights.Named", crosses=True):
    school: str


class Began(Event, name="test_sights.Began", crosses=True):
    by: Party


class Ended(Event, name="test_sights.Ended", crosses=True):
    by: Party


class Marked(Event, name="test_sights.Marked", crosses=True, sensitivity="sealed"):
    """For two agencies and nobody else."""


class Allocated(Event, name="test_sights.Allocated", crosses=True):
    """Comes with Started, or by itself."""


class Started(Event, name="test_sights.Started", crosses=True):
    """Comes with Allocated, or by itself."""


@entries.on(Told, stands_for_thing=True)
def _(event, text):
    return Entry("Told", "toy", seen_by=[referrer(event.by)])


@entries.on(CheckAsked)
def _(event, text):
    return Entry(
        "Check asked",
        "toy",
        seen_by=[asked(event.of, of=event.contact)],
        widens=[opens(Told, to=[asked(event.of, depth=event.depth)], of=event.contact)],
    )


@entries.on(CheckReturned)
def _(event, text):
    return Entry("Check returned", "toy", involves=[worked(event.by.agency, event.by.organisation)])


@entries.on(Met, stands_for_thing=True)
def _(event, text):
    referrers = referrer(of=event.contact, depth="title")
    return Entry("Met", "toy", seen_by=[present(*event.there), referrers, working_with_the_child()])


@entries.on(MetBehindDoors)
def _(event, text):
    return Entry("Met behind doors", "toy", seen_by=[present(*event.there), agency("police")])


@entries.on(Enquired)
def _(event, text):
    return Entry("Enquired", "toy", "critical", seen_by=[present(of=event.meeting)])


@entries.on(Published)
def _(event, text):
    return Entry("Published", "toy", seen_by=[agency("education"), agency("police", depth="title")])


@entries.on(Noted)
def _(event, text):
    return Entry("Noted", "toy", seen_by=[also_of(event.contact)])


@entries.on(Answered)
def _(event, text):
    return Entry("Answered", "toy", seen_by=[recorder_of(Told, of=event.contact), recorder_of(event)])


@entries.on(Named)
def _(event, text):
    return Entry("Named", "toy", seen_by=[organisation("education", event.school)])


@entries.on(Began)
def _(event, text):
    return Entry("Began", "toy", involves=[began_work(event.by.agency, event.by.organisation)])


@entries.on(Ended)
def _(event, text):
    return Entry("Ended", "toy", involves=[ended_work(event.by.agency, event.by.organisation)])


@entries.on(Marked)
def _(event, text):
    return Entry("Marked", "toy", seen_by=[only(agency("police"), agency("lado"))])


@entries.on(Allocated)
def _(event, text):
    return Entry("Allocated", "toy", seen_by=[agency("police")])


@entries.on(Started)
def _(event, text):
    return Entry("Started", "toy", seen_by=[agency("probation")])


entries.one(Allocated, Started)
