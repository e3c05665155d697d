"""What a team knows of the people it is told about: a stream of its own log for each person.

So a command about an unknown child is refused by a read that the append guards, and a decision knows of each child what
it needs: age, looked after or not, who holds parental responsibility. Every team has it without writing it.

What People tells is recognised by the events' stored names and read by their fields, because the kernel imports no
team: `kind`, `born`, `due`, `disabled`, `looked_after`, `person`, `relation`, `parental_responsibility`, and `since` and
`until` for days. An event that leaves a day out happened on the day it says it happened.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, assert_never
from uuid import UUID

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.erasure import ERASED_BY_PEOPLE
from shared.domain.event import Event, Record
from shared.domain.instants import local_date
from shared.domain.people import KnownPerson, PersonKind, Responsibility, SamePerson, Span
from shared.domain.policy import Policy
from shared.team.erasure import ErasureKnown
from shared.team.tasks import RaiseTaskWhereOpen

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


class MergeKnown(Event, name="team.MergeKnown", fixed=()):
    """From now on these ids mean one person, of which the first was kept; or, without `others`, this id one by itself.

    `told_at` is where in People's log that stands, by which the later of two is known whatever order they come in.
    """

    kept: UUID
    others: tuple[UUID, ...] = ()
    told_at: int


KnownEvent = PersonKnown | LookedAfterKnown | ResponsibilityKnown | MergeKnown | ErasureKnown


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


class KnowMerge(Command, name="team.KnowMerge", opens=True, internal=True):
    """Take in which ids are one person, for each of them, or (without `others`) that they are so no longer.

    It comes once for each id, on that id's key: whichever comes first says it of all, so that no service takes part of a
    person for the whole. What comes late, after what was recorded after it, says nothing any more.
    """

    kept: UUID
    others: tuple[UUID, ...] = ()
    told_at: int


class KnowErasure(Command, name="team.KnowErasure", opens=True, internal=True):
    """Take in that a person was erased, on which basis. From then on this team's keys of them are destroyed."""

    basis: str


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
        case MergeKnown(kept=kept, others=others, told_at=told_at):
            return replace(state, same=SamePerson(kept, others) if others else None, told_at=told_at)
        case ErasureKnown():
            return replace(state, erased=True)
        case _:
            assert_never(event)


def _with(spans: tuple[Span, ...], span: Span) -> tuple[Span, ...]:
    """The spans with this one, in place of the one that began on the same day."""
    return (*(each for each in spans if each.since != span.since), span)


def _decide(
    command: KnowPerson | KnowMerge | KnowErasure, state: KnownPerson, context: Context
) -> list[KnownEvent]:
    match command:
        case KnowPerson():
            return know_person_as_told(command, state, context)
        case KnowMerge():
            return know_merge_as_told(command, state, context)
        case KnowErasure():
            return [] if state.erased else [ErasureKnown(basis=command.basis)]
        case _:
            assert_never(command)


def know_merge_as_told(command: KnowMerge, state: KnownPerson, context: Context) -> list[KnownEvent]:
    """Known, unless something later is, or the same."""
    same = SamePerson(command.kept, command.others) if command.others else None
    if command.told_at <= state.told_at or same == state.same:
        return []
    kept = command.kept if same else context.child
    assert kept is not None
    return [MergeKnown(kept=kept, others=command.others, told_at=command.told_at)]


def know_person_as_told(command: KnowPerson, state: KnownPerson, context: Context) -> list[KnownEvent]:
    """What is news of it."""
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
    commands=KnowPerson | KnowMerge | KnowErasure,
    events=KnownEvent,
    per=Per.CHILD,
    each_id=True,
)
"""One stream for each person a team has been told of, by each id they were registered under."""


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


def people_policy(service: str, manager: str, episodes: Sequence[str] = ()) -> Policy:
    """What every team does with what People tells.

    Args:
        service: the team.
        manager: the role that looks where a merge leaves two of a kind open, or something is open about who died.
        episodes: the kinds of stream of which a child has one open at a time.
    """
    policy = Policy(service)
    policy.on_names(*_TOLD)(know_person)

    @policy.on_names("people.PeopleMerged")
    def know_merge(event: Any, record: Record) -> list[Command]:
        """Records turned out to be of one person: from now on their ids mean the same. Where two episodes of a kind are
        open, a manager gets a task; nothing closes, and no clock changes.
        """
        kept, others = event.kept, tuple(each for each in event.people if each != event.kept)
        told = KnowMerge(about=(kept, *others), kept=kept, others=others, told_at=record.position)
        return [
            told,
            *(
                RaiseTaskWhereOpen(
                    about=(kept,),
                    role=manager,
                    reason="two_open_after_merge",
                    regarding=record.envelope.command_id,
                    source=PEOPLE,
                    team=service,
                    kind=kind,
                    least=2,
                )
                for kind in episodes
            ),
        ]

    @policy.on_names("people.PeopleUnmerged")
    def know_unmerge(event: Any, record: Record) -> KnowMerge:
        """They were two people after all: each id is one by itself again, with what was recorded for it."""
        return KnowMerge(about=event.people, kept=event.people[0], told_at=record.position)

    @policy.on_names(ERASED_BY_PEOPLE)
    def know_erasure(event: Any, record: Record) -> KnowErasure:
        """People erased a person: this team destroys what it keeps of them in words, and goes on keeping what was done."""
        return KnowErasure(about=(record.stream,), basis=str(event.basis))

    @policy.on_names("people.DeathRecorded")
    def look_at_what_is_open(_event: Any, record: Record) -> RaiseTaskWhereOpen:
        """Somebody died: where something is open about them, a manager gets a task. Nothing closes by itself."""
        return RaiseTaskWhereOpen(
            about=(record.stream,),
            role=manager,
            reason="death_recorded",
            regarding=record.envelope.event_id,
            source=PEOPLE,
            team=service,
        )

    return policy
