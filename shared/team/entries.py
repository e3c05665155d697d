"""What a team's facts say in the chronology: one pure function an event, in the team's own `entries.py`.

    entries = Entries("missing")

    @entries.on(ChildReportedMissing)
    def _(event: ChildReportedMissing, text: Text) -> Entry:
        return Entry(title="Reported missing", topic="missing", significance="critical",
                     parts=text.parts(circumstances="What is known"), seen_by=[agency("police")])

The title is made from codes alone, as it may be shown to who may not see the text. An event that crosses to other
teams makes an entry, or its team says why not (`entries.none`); a contract test asks for one of the two.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.domain.event import Event, Record
from shared.domain.rules import NoSuchRule, Rulebook
from shared.team.audience import Involvement, Only, Term, Widening

Significance = Literal["critical", "significant", "routine"]
"""How an entry weighs, by rule; a practitioner may change it with a reason."""

Parts = tuple[tuple[str, str], ...]
"""A text in parts: what each is called, and what it says."""


@dataclass(frozen=True)
class Entry:
    """What one fact says in the chronology.

    Attributes:
        title: in plain words, from codes alone.
        topic: what it belongs to, as `contact`.
        significance: how it weighs by rule.
        parts: the sealed words, under the names that people know them by.
        care_parts: those of them that children's social care alone may read, as who told of a worry.
        seen_by: who sees it, beside children's social care and who recorded it.
        widens: what it opens of what its thing's earlier entries told.
        involves: which organisations it shows to act, and to work with the child.
        part_of: the contact or meeting that it was made for, where its own thing is another: an agency check's contact. Where
            that is for few to read, so is this.
    """

    title: str
    topic: str
    significance: Significance = "routine"
    parts: Parts = ()
    care_parts: Parts = ()
    seen_by: Sequence[Term] = ()
    widens: Sequence[Widening] = ()
    involves: Sequence[Involvement] = ()
    part_of: UUID | None = None

    def __post_init__(self) -> None:
        if len(self.seen_by) > 1 and any(isinstance(term, Only) for term in self.seen_by):
            raise ValueError(f"{self.title}: `only` stands alone; name all who see it within it")


@dataclass(frozen=True)
class Text:
    """What a writer may use beside the event: its sealed words, and the words of its team's rules."""

    sealed: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rules: Rulebook | None = None

    def parts(self, **labels: str) -> Parts:
        """Parts of the sealed text by field, under the names given. What is empty, or erased, is left out."""
        return tuple(
            (label, _said(self.sealed[name])) for name, label in labels.items() if self.sealed.get(name)
        )

    def rule(self, rule_id: str, at: datetime) -> str:
        """What a rule of the team asks for, with its id, as `tell the referrer the outcome (M4)`.

        By the row in force at `at`. A rule that has no row by now is named by its id: what was once a fact is told.
        """
        try:
            task = self.rules.rule_at(rule_id, at).task if self.rules else "a rule of this team"
        except NoSuchRule:
            task = "a rule that is no longer kept"
        return f"{task[:1].lower()}{task[1:]} ({rule_id})"


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "; ".join(str(part) for part in value) if isinstance(value, Iterable) else str(value)


Writer = Callable[[Any, Text], Entry]
"""From an event and its text to what it says."""


@dataclass(frozen=True)
class Told:
    """What a fact says in the chronology, with what its team declared of facts of its kind.

    Attributes:
        entry: what it says.
        stands_for_thing: later facts may open it, and `also_of` its thing means whoever sees it.
        one_of: facts of one command with the same word here say one thing, and make one entry.
    """

    entry: Entry
    stands_for_thing: bool = False
    one_of: str | None = None


@dataclass(frozen=True)
class Restriction:
    """That a contact or meeting is for few to read, whatever was told of it before.

    Attributes:
        title: what all others are shown of each of its entries, and nothing else.
        roles: who may read it by their role.
        named: the professionals who may read it beside them.
        only_marks: it keeps no entry from anybody: `title` alone is shown to those named, beside the child's entries, and nothing
            to all others.
        until_decided: whether it is so only until its team decides otherwise (`Entries.settles`).
    """

    title: str
    roles: tuple[str, ...]
    named: tuple[UUID, ...] = ()
    only_marks: bool = False
    until_decided: bool = False


Restricting = Callable[[Any], Restriction | None]
"""From an event to whom the thing it belongs to is for; None: it says nothing of that."""

Settling = Callable[[Any], bool | None]
"""From an event to whether what was held back until a decision is open from then on, or held back again; None: neither."""


class Entries:
    """All entries of one team.

    >>> entries = Entries("mash")
    """

    def __init__(self, team: str) -> None:
        self.team = team
        self._writers: dict[type[Event], Writer] = {}
        self._none: dict[type[Event], str] = {}
        self._for_thing: set[type[Event]] = set()
        self._one_of: dict[type[Event], str] = {}
        self._restricts: dict[type[Event], Restricting] = {}
        self._settles: dict[type[Event], Settling] = {}

    def on(self, *events: type[Event], stands_for_thing: bool = False) -> Callable[[Writer], Writer]:
        """The function writes the entry of these events.

        `stands_for_thing`: it is the entry of a contact or meeting itself, which later facts may open to others.

        Raises:
            ValueError: an event has an entry already, or a reason why it makes none.
        """

        def register(writer: Writer) -> Writer:
            for event in events:
                self._once(event)
                self._writers[event] = writer
            if stands_for_thing:
                self._for_thing.update(events)
            return writer

        return register

    def none(self, *events: type[Event], because: str) -> None:
        """These events make no entry, for a reason that a colleague understands. Raises ValueError as `on`."""
        if not because.strip():
            raise ValueError("say why these events make no entry")
        for event in events:
            self._once(event)
            self._none[event] = because

    def restricts(self, event: type[Event], to: Restricting) -> None:
        """This event says for whom the thing is that it belongs to, with all its entries, those told before and those to
        come. It makes no entry, but where one was written of it before: that entry is restricted as it comes in.
        """
        if event not in self._writers:
            self.none(event, because="it says who may read what it belongs to, and nothing of the child")
        self._restricts[event] = to

    def settles(self, event: type[Event], to: Settling) -> None:
        """This event decides what was held back until then: its entries are open from now on, or held back again."""
        self._settles[event] = to

    def one(self, *events: type[Event]) -> None:
        """Where one command writes several of these, they say one thing: the first makes the entry, with its audience.

        Raises:
            ValueError: an event without an entry of its own, for where it stands by itself.
        """
        for event in events:
            if event not in self._writers:
                raise ValueError(f"write the entry of {event.NAME} first: it also comes by itself")
            self._one_of[event] = events[0].NAME

    def _once(self, event: type[Event]) -> None:
        if event in self._writers or event in self._none:
            raise ValueError(f"{self.team} says twice what {event.NAME} tells in the chronology")

    def writes(self, event: type[Event]) -> bool:
        """Whether events of this class say something in the chronology."""
        return event in self._writers

    def word_of(self, event: type[Event]) -> str | None:
        """The word by which facts of this kind, of one command, make one entry; None: each makes its own."""
        return self._one_of.get(event)

    @property
    def tell(self) -> bool:
        """Whether any fact of the team says something in the chronology."""
        return bool(self._writers)

    @property
    def reasons(self) -> Mapping[type[Event], str]:
        """The events that make no entry, and why."""
        return self._none

    def restriction(self, record: Record) -> Restriction | None:
        """For whom the thing is that a fact belongs to; None: the fact says nothing of that."""
        to = self._restricts.get(type(record.event))
        return to(record.event) if to is not None else None

    def settled(self, record: Record) -> bool | None:
        """Whether what was held back until a decision is open by this fact, or held back again; None: it decides nothing."""
        to = self._settles.get(type(record.event))
        return to(record.event) if to is not None else None

    def decides(self, event: type[Event]) -> bool:
        """Whether facts of this kind decide what was held back until then."""
        return event in self._settles

    def told(self, record: Record, rules: Rulebook | None = None) -> Told | None:
        """What a fact says; None: nothing.

        Raises:
            ValueError: it opens an entry that was not declared to stand for its thing.
        """
        kind = type(record.event)
        writer = self._writers.get(kind)
        if writer is None:
            return None
        entry = writer(record.event, Text(record.text or {}, rules))
        known = {event.NAME for event in self._for_thing}
        if strange := [each.event for each in entry.widens if each.event not in known]:
            raise ValueError(
                f"{kind.NAME} opens {', '.join(strange)}: declare its entry with stands_for_thing=True"
            )
        return Told(entry, kind in self._for_thing, self._one_of.get(kind))


class AllEntries:
    """The entries of all teams, beside those that every team has: what the chronology reads facts with."""

    def __init__(self, every_team: Entries, teams: Mapping[str, tuple[Entries, Rulebook]]) -> None:
        self._every_team = every_team
        self._teams = teams

    def told(self, record: Record) -> Told | None:
        """What a fact says, by the team it came from; None: nothing, or a team that is not known here."""
        if record.service not in self._teams:
            return None
        entries, rules = self._teams[record.service]
        own = entries.told(record, rules)
        return own if own is not None else self._every_team.told(record, rules)

    def restriction(self, record: Record) -> Restriction | None:
        """For whom the thing is that a fact belongs to, by the team it came from; None: it says nothing of that."""
        return self._teams[record.service][0].restriction(record) if record.service in self._teams else None

    def settled(self, record: Record) -> bool | None:
        """As `Entries.settled`, by the team it came from."""
        return self._teams[record.service][0].settled(record) if record.service in self._teams else None

    def decides(self, service: str, event: type[Event]) -> bool:
        """As `Entries.decides`, of a fact of one team."""
        return service in self._teams and self._teams[service][0].decides(event)

    def word_of(self, service: str, event: type[Event]) -> str | None:
        """As `Entries.word_of`, of a fact of one team."""
        return self._teams[service][0].word_of(event) if service in self._teams else None

    def makes(self, service: str, event: type[Event]) -> str | None:
        """Of a fact of one team: None where it makes no entry; else the word by which such facts of one command make one,
        empty where each makes its own.
        """
        if service not in self._teams:
            return None
        for entries in (self._teams[service][0], self._every_team):
            if entries.writes(event):
                return entries.word_of(event) or ""
        return None

    def writes(self, event: type[Event]) -> bool:
        """Whether any team's events of this class say something."""
        return any(
            each.writes(event) for each in (self._every_team, *(one for one, _ in self._teams.values()))
        )
