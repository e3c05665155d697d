"""What a team knows of the people it is told about: a stream of its own log for each person.

So a command about an unknown child is refused by a read that the append guards, and a decision knows of each child what
it needs: age, looked after or not, who holds parental responsibility. Every team has it without writing it.

What People tells is recognised by the events' stored names and read by their fields, because the kernel imports no
team: `kind`, `born`, `due`, `disabled`, `looked_after`, `person`, `relation`, `parental_responsibility`, and `since` and
`until` for days. An event that leaves a day out happened on the day it says it happened.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, assert_never
from uuid import UUID

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.instants import local_date
from shared.domain.people import KnownPerson, PersonKind, Responsibility, Span
from shared.domain.policy import Policy

PEOPLE: Final = "people"
"""The team that tells everybody who there is."""


class PersonKnown(Event, name="team.PersonKnown", fixed=()):
    """People told this team of a person: now commands may be about them."""

    kind: PersonKind
    born: date | None = None
    due: date | None = None
    disabled: bool = False


class LookedAfterKnown(Event, name="team.LookedAfterKnown", fixed=()):
    """The child is looked after from a day, and, once it is said, until before another."""

    since: date | None = None
    until: date | None = None


class ResponsibilityKnown(Event, name="team.ResponsibilityKnown", fixed=()):
    """Somebody holds parental responsibility for the child from a day, and, once it is said, until before another.

    `relation` is what they are to the child: who is its mother and shares its household has it as its mother alone.
    """

    person: UUID
    relation: str
    since: date | None = None
    until: date | None = None


KnownEvent = PersonKnown | LookedAfterKnown | ResponsibilityKnown


class KnowPerson(Command, name="team.KnowPerson", opens=True, internal=True):
    """Take in what People says of a person. What it leaves out stays as it was known.

    `looked_after` and `responsible` begin something, or, with an `until`, end what runs.
    """

    kind: PersonKind | None = None
    born: date | None = None
    due: date | None = None
    disabled: bool | None = None
    looked_after: Span | None = None
    responsible: Responsibility | None = None


def _evolve(state: KnownPerson, event: KnownEvent) -> KnownPerson:
    match event:
        case PersonKnown(kind=kind, born=born, due=due, disabled=disabled):
            return replace(state, kind=kind, born=born, due=due, disabled=disabled)
        case LookedAfterKnown(since=since, until=until):
            return replace(state, looked_after=_with(state.looked_after, Span(since=since, until=until)))
        case ResponsibilityKnown(person=person, relation=relation, since=since, until=until):
            key = (person, relation)
            spans = _with(state.responsible.get(key, ()), Span(since=since, until=until))
            return replace(state, responsible={**state.responsible, key: spans})
        case _:
            assert_never(event)


def _with(spans: tuple[Span, ...], span: Span) -> tuple[Span, ...]:
    """The spans with this one, in place of the one that began on the same day."""
    return (*(each for each in spans if each.since != span.since), span)


def _decide(command: KnowPerson, state: KnownPerson, context: Context) -> list[KnownEvent]:
    known: list[KnownEvent] = []
    own = _own_facts(command, state)
    if own is not None and (own.kind, own.born, own.due, own.disabled) != (
        state.kind,
        state.born,
        state.due,
        state.disabled,
    ):
        known.append(own.model_copy(update={"child": context.child}))
    day = local_date(context.happened_at)
    if command.looked_after is not None:
        span = _changed(state.looked_after, command.looked_after, day)
        if span is not None:
            known.append(LookedAfterKnown(child=context.child, since=span.since, until=span.until))
    if (said := command.responsible) is not None:
        span = _changed(state.responsible.get((said.person, said.relation), ()), said, day)
        if span is not None:
            known.append(
                ResponsibilityKnown(
                    child=context.child,
                    person=said.person,
                    relation=said.relation,
                    since=span.since,
                    until=span.until,
                )
            )
    return known


def _own_facts(command: KnowPerson, state: KnownPerson) -> PersonKnown | None:
    """The person's own facts after the command; None as long as nobody said whether it is a child or an adult."""
    kind = command.kind or state.kind
    if kind is None:
        return None
    born = command.born or state.born
    return PersonKnown(
        kind=kind,
        born=born,
        due=None if born else command.due or state.due,
        disabled=state.disabled if command.disabled is None else command.disabled,
    )


def _changed(spans: tuple[Span, ...], said: Span, day: date) -> Span | None:
    """The span that begins, or ends, with what is said on a day; None where it is so already, or nothing runs to end.

    What begins on a day that nobody says has always been so; what begins again, begins on the day it is said.
    """
    running = next((span for span in spans if span.until is None), None)
    if said.until is None:
        return Span(since=said.since or (day if spans else None)) if running is None else None
    if running is None:
        return None
    began = running.since
    return Span(since=began, until=max(said.until, began) if began else said.until)


known_person = Stream(
    name="known_person",
    state=KnownPerson(),
    evolve=_evolve,
    decide=_decide,
    commands=KnowPerson,
    events=KnownEvent,
    per=Per.CHILD,
)
"""One stream for each person a team has been told of."""


# -- what People tells


def _of_the_person(event: Event, record: Record) -> KnowPerson:
    own = {name: getattr(event, name, None) for name in ("kind", "born", "due", "disabled")}
    looked_after = Span(since=_day(record)) if getattr(event, "looked_after", False) else None
    return KnowPerson(about=(record.stream,), looked_after=looked_after, **own)


def _looked_after(event: Event, record: Record) -> KnowPerson:
    return KnowPerson(
        about=(record.stream,), looked_after=Span(since=getattr(event, "since", None) or _day(record))
    )


def _looked_after_no_more(event: Event, record: Record) -> KnowPerson:
    return KnowPerson(
        about=(record.stream,), looked_after=Span(until=getattr(event, "until", None) or _day(record))
    )


def _related(event: Any, record: Record) -> KnowPerson:
    """Parental responsibility begins, or, where the relationship is said to carry none, ends."""
    since: date | None = getattr(event, "since", None)
    if event.parental_responsibility:
        return _responsible(event, record, since=since)
    return _responsible(event, record, until=since or _day(record))


def _related_no_more(event: Any, record: Record) -> KnowPerson:
    return _responsible(event, record, until=getattr(event, "until", None) or _day(record))


def _responsible(
    event: Any, record: Record, *, since: date | None = None, until: date | None = None
) -> KnowPerson:
    return KnowPerson(
        about=(record.stream,),
        responsible=Responsibility(
            person=event.person, relation=str(event.relation), since=since, until=until
        ),
    )


def _day(record: Record) -> date:
    return local_date(record.happened_at)


_TOLD: Final[Mapping[str, Callable[[Any, Record], KnowPerson]]] = {
    "people.PersonRegistered": _of_the_person,
    "people.PersonCorrected": _of_the_person,
    "people.ChildBorn": _of_the_person,
    "people.LookedAfterStarted": _looked_after,
    "people.LookedAfterEnded": _looked_after_no_more,
    "people.RelationshipRecorded": _related,
    "people.RelationshipEnded": _related_no_more,
}
"""What follows from each event of People that says something decisions need."""


def know_person(event: Event, record: Record) -> KnowPerson:
    """People said something of a person: from now on commands may be about them, and decisions know it."""
    return _TOLD[event.NAME](event, record)


def people_policy(service: str) -> Policy:
    """What every team does with what People tells."""
    policy = Policy(service)
    policy.on_names(*_TOLD)(know_person)
    return policy
