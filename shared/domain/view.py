"""What a view is: a pure function from an event to changes of rows, so live following, rebuild and tests share it.

A view belongs to a service. Its table is `<service>_views.<name>`, with one column a field of its row's dataclass and
nothing else. Handlers read the event and its record; they know no clock and no database, and never what already
stands in the table: a change says what is so, and the table finds the rows.

Nothing here refuses a fact. A handler that raises, or a value the table cannot hold (a NUL byte in a text, a whole
number beyond 64 bits), stops the view at that event, where it shows; the log and all other views go on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from shared.domain.corrections import Corrected, RecordCorrected, records_as_corrected
from shared.domain.erasure import ERASURES
from shared.domain.event import Event, Record
from shared.domain.view_changes import After, Change, Delete, Insert, Update, Upsert, UpsertLike
from shared.domain.view_columns import NAME, BadView, columns_of

__all__ = [
    "After",
    "Change",
    "Corrected",
    "Delete",
    "Derivation",
    "Index",
    "Insert",
    "Update",
    "Upsert",
    "UpsertLike",
    "View",
    "Wall",
    "Words",
]

_KINDS: Final = (Insert, Upsert, UpsertLike, Update, Delete)


_NEW: Final = (Insert, Upsert)  # a tuple, as this is asked of every change: twice as fast as a union


Changes = Change | Iterable[Change] | None


Handler = Callable[..., Changes]
"""`(event, record) -> changes`; of a view that reads words `(event, record, words) -> changes`."""


class Words(Protocol):
    """Opens sealed parts for a view that reads words, and makes keyed digests of what it finds in them.

    Such a view stores digests alone: a list of likely names, held against its table, finds nobody without the key.
    """

    def text(self, record: Record) -> Mapping[str, Any] | None:
        """The sealed part of an event; of what was corrected the right one. None: there is none, or it was erased."""

    def digest(self, text: str) -> UUID:
        """A keyed digest of a text: the same for the same text, under the key of this service alone."""


RowT = TypeVar("RowT")


HandlerT = TypeVar("HandlerT", bound=Handler)


CorrectedHandler = Callable[[Any, Corrected, Record], Changes]
"""`(right, corrected, correction) -> changes`: the event as it should have been (None: withdrawn), the event that was
recorded, and the record of the correction.
"""


CorrectedHandlerT = TypeVar("CorrectedHandlerT", bound=CorrectedHandler)


StreamCorrectedHandler = Callable[[Sequence[Record], Record], Changes]
"""`(right, correction) -> changes`: the stream's records that the view handles, as they are right by now, and the record
of the correction.
"""


StreamCorrectedHandlerT = TypeVar("StreamCorrectedHandlerT", bound=StreamCorrectedHandler)


@dataclass(frozen=True, slots=True)
class Index:
    """An index, for some rows only where `where` (SQL over the row's columns) says which.

    `include`: columns that stand in it beside those it orders by, so that a list is filtered without its rows.
    """

    columns: tuple[str, ...]
    where: str = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wall:
    """Which rows of a view the login may read that readers' questions are asked as, whatever it asks (row security).

    A second wall behind the question itself, for views where a row too many shows somebody's record.

    `rows` is a condition in SQL over the row's columns and the settings `safeguarding.<name>` of the transaction, which
    say who reads. In it `{table}` is the table itself; `through` names the views that it looks at, which are declared
    before this one.
    """

    rows: str
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """Columns of a view that follow from several of its rows together: set by one statement after a page's changes.

    The handlers never set these columns, and each of their changes names the lane: the derived columns of a row depend
    on no row of another lane.
    """

    lane: str
    """The column that says which rows belong together."""
    statement: Callable[..., str]
    """`(table, *, some)`: the SQL; with `some`, for the lanes in $1 (an array), else for all rows."""


class View(Generic[RowT]):
    """One read table of a service and the handlers that fill it.

    Args:
        name: of the table.
        row: a dataclass, one field a column: UUID, str, int, bool, datetime (aware), date, bytes, lists of these,
            each `| None`; also Literal, StrEnum, NewType and Annotated of these.
        key: the columns that tell rows apart.
        indexes: further indexes, as tuples of columns or `Index`.
        derived: columns that follow from several rows together.
        anew: the column of the key that holds the id of the stream whose events make a row. After a correction the rows
            of that stream are made anew, of the corrected events in the old ones' places (E3).
        reads_words: its handlers are given what opens the sealed parts, as their third argument. What they make of it
            are digests: no word stands in a table.
        of_subject: of a view that reads words: the column that says of whom its rows are. When that person is erased the
            rows go, whose digests could be tried out for ever.
        wall: which rows readers may read; None: the service's own login reads all, and no other any.
        edition: raise it when the handlers change what they write: then the next start builds the table again, as it
            does by itself when columns, key or indexes change.

    Raises:
        BadView: a name or type the table cannot have.
    """

    def __init__(
        self,
        name: str,
        *,
        row: type[RowT],
        key: Sequence[str],
        indexes: Sequence[Index | Sequence[str]] = (),
        derived: Derivation | None = None,
        anew: str | None = None,
        wall: Wall | None = None,
        reads_words: bool = False,
        of_subject: str | None = None,
        edition: int = 1,
    ) -> None:
        self.name = name
        self.row = row
        self.key = tuple(key)
        self.indexes = tuple(one if isinstance(one, Index) else Index(tuple(one)) for one in indexes)
        self.derived = derived
        self.anew = anew
        self.wall = wall
        self.reads_words = reads_words
        self.of_subject = of_subject
        self.edition = edition
        self.columns = columns_of(name, row)
        self._required = frozenset(column.name for column in self.columns.values() if column.required)
        self._handlers: dict[type[Event], list[Handler]] = {}
        self._every: list[Handler] = []
        self._on_corrected: dict[str, list[CorrectedHandler]] = {}
        self._on_stream_corrected: dict[str, list[StreamCorrectedHandler]] = {}
        self._checked: set[tuple[Any, ...]] = set()
        if not NAME.fullmatch(name):
            raise BadView(f"view {name}: a name is up to 40 lower-case letters, digits and underscores")
        beside = {column for index in self.indexes for column in index.include}
        for named in (self.key, *(index.columns for index in self.indexes)):
            if not named or not self.columns.keys() >= set(named) | beside:
                raise BadView(f"view {name}: its key and indexes are made of columns of {row.__name__}")
        if any(
            self.columns[column].nullable or self.columns[column].sql.endswith("[]") for column in self.key
        ):
            raise BadView(f"view {name}: no column of its key may be None or a list")
        if of_subject is not None and of_subject not in self.columns:
            raise BadView(f"view {self.name}: `of_subject` names the column that says of whom its rows are")
        if anew is not None and anew not in self.key:
            raise BadView(f"view {name}: `anew` names the column of its key that holds the stream's id")

    def on(self, *events: type[Event]) -> Callable[[HandlerT], HandlerT]:
        """Have the function handle these events; several functions may handle one, in the order they are given."""
        if not events or not all(event.NAME for event in events):
            raise BadView(f"view {self.name}: a handler is for named events")
        if RecordCorrected in events and self._follows_corrections:
            raise self._twice()

        def handle(handler: HandlerT) -> HandlerT:
            for event in events:
                self._handlers.setdefault(event, []).append(handler)
            return handler

        return handle

    def on_every(self, handler: HandlerT) -> HandlerT:
        """Have the function handle every event of the service's log, before those for single events."""
        self._every.append(handler)
        return handler

    def on_corrected(self, *events: type[Event]) -> Callable[[CorrectedHandlerT], CorrectedHandlerT]:
        """Have the function say what changes when one of these events is corrected or withdrawn.

        For a view whose rows are not those of one stream, or where a row can be put right by itself: the changes stand
        on what was recorded, and on any correction before this one.
        """
        if not events or not all(event.NAME for event in events):
            raise BadView(f"view {self.name}: a handler is for named events")
        if self.anew is not None or RecordCorrected in self._handlers:
            raise self._twice()

        def handle(handler: CorrectedHandlerT) -> CorrectedHandlerT:
            for event in events:
                self._on_corrected.setdefault(event.NAME, []).append(handler)
            return handler

        return handle

    def on_stream_corrected(
        self, *events: type[Event]
    ) -> Callable[[StreamCorrectedHandlerT], StreamCorrectedHandlerT]:
        """Have the function say what changes when one of these events is corrected, from its whole stream as it is right.

        For a view whose rows are of several streams, where what is right depends on more than the event corrected: on
        whether a later one stands over it, or what is left of earlier ones.
        """
        if not events or not all(event.NAME for event in events):
            raise BadView(f"view {self.name}: a handler is for named events")
        if self.anew is not None or RecordCorrected in self._handlers:
            raise self._twice()

        def handle(handler: StreamCorrectedHandlerT) -> StreamCorrectedHandlerT:
            for event in events:
                self._on_stream_corrected.setdefault(event.NAME, []).append(handler)
            return handler

        return handle

    @property
    def needs_history(self) -> bool:
        """Whether what follows from a correction takes the other events of its stream."""
        return self.anew is not None or bool(self._on_stream_corrected)

    @property
    def _follows_corrections(self) -> bool:
        return self.anew is not None or bool(self._on_corrected) or bool(self._on_stream_corrected)

    def _twice(self) -> BadView:
        return BadView(
            f"view {self.name}: say once what follows from a correction: `anew`, `on_corrected` or "
            "`on_stream_corrected`, or a handler of RecordCorrected"
        )

    @property
    def topics(self) -> list[str] | None:
        """The stored names of the events it handles, so that no other is read; None: all."""
        if self._every:
            return None
        named = {event.NAME for event in self._handlers}
        if self.of_subject is not None:
            named |= {*ERASURES}
        return sorted(named | {RecordCorrected.NAME} if self._follows_corrections else named)

    def unsaid(self) -> list[type[Event]]:
        """The events that it handles without saying what follows from a correction of them."""
        if self.anew is not None or self._every or RecordCorrected in self._handlers:
            return []
        said = self._on_corrected.keys() | self._on_stream_corrected.keys()
        return [event for event in self._handlers if event.NAME not in said]

    def table(self, service: str) -> str:
        """The table's full name, quoted for SQL."""
        return f'"{service}_views"."{self.name}"'

    def changes(
        self, record: Record, history: Sequence[Record] = (), words: Words | None = None
    ) -> list[Change]:
        """What this event changes, in order.

        Args:
            record: the event.
            history: of a correction, where the view `needs_history`: the events of its stream that the view handles, this
                one among them; later ones do not matter.
            words: what opens the sealed parts, for a view that reads words.

        Raises:
            BadView: a change that does not fit the row, or nothing that opens words is at hand.
            Exception: whatever a handler raises.
        """
        if type(record.event) is RecordCorrected and self._follows_corrections:
            found = self._follows_from(record.event, record, history, words)
        else:
            found = self._handled(record, words)
        if self.of_subject is not None and record.event.NAME in ERASURES:
            found.append(Delete(**{self.of_subject: record.event.child}))
        for change in found:
            self._check(change)
        return found

    def _handled(self, record: Record, words: Words | None) -> list[Change]:
        found: list[Change] = []
        event = record.event
        beside: tuple[Words, ...] = ()
        if self.reads_words:
            if words is None:
                raise BadView(f"view {self.name}: it reads words, and nothing that opens them is at hand")
            beside = (words,)
        handlers = self._handlers.get(type(event), ())
        for handler in (*self._every, *handlers) if self._every else handlers:
            _add(found, handler(event, record, *beside))
        if self.anew is not None:
            for change in found:
                if _named(change).get(self.anew) != record.stream:
                    raise BadView(
                        f"view {self.name}: rows made anew with their stream are changed by it alone"
                    )
        return found

    def _follows_from(
        self, event: RecordCorrected, record: Record, history: Sequence[Record], words: Words | None
    ) -> list[Change]:
        """What a correction changes: its stream's rows made anew, or what the handlers say."""
        found: list[Change] = []
        if self.anew is None:
            if self._every:
                found += self._handled(record, words)
            for handler in self._on_corrected.get(event.corrects.name, ()):
                _add(found, handler(event.right(), event.corrects, record))
            if handlers := self._on_stream_corrected.get(event.corrects.name):
                right = self._as_corrected(record, history)
                for on_stream in handlers:
                    _add(found, on_stream(right, record))
            return found
        if not self._every and all(event.corrects.name != known.NAME for known in self._handlers):
            return found
        right = self._as_corrected(record, history)
        found.append(Delete(**{self.anew: record.stream}))
        for one in right:
            found += self._handled(one, words)
        return found

    def _as_corrected(self, record: Record, history: Sequence[Record]) -> list[Record]:
        """The stream up to a correction, as it is right by now."""
        if all(one.version != record.version for one in history):
            raise BadView(f"view {self.name}: a correction needs the events of its stream")
        return list(records_as_corrected(one for one in history if one.version <= record.version))

    def _whole_key(self, named: frozenset[str], match: frozenset[str]) -> bool:
        """Whether the key of a row like another is given: each column of it matched or named, and not both."""
        return set(self.key) <= named | match and not named & match

    def _check(self, change: Change) -> None:
        shape: tuple[Any, ...]
        if isinstance(change, _NEW):  # first, as a rebuild asks this of every event
            shape = (type(change), tuple(change.columns), ())
        else:
            shape = (
                type(change),
                () if isinstance(change, Delete) else tuple(change.columns),
                tuple(change.match),
            )
        if shape in self._checked:
            return
        kind, named, match = type(change).__name__, frozenset(shape[1]), frozenset(shape[2])
        if strange := sorted((named | match) - self.columns.keys()):
            raise BadView(
                f"view {self.name}: {kind} names {', '.join(strange)}, no column of {self.row.__name__}"
            )
        if isinstance(change, Insert | Upsert) and (missing := sorted(self._required - named)):
            raise BadView(
                f"view {self.name}: {kind} must name {', '.join(missing)}; or give the field a default"
            )
        if isinstance(change, UpsertLike) and not self._whole_key(named, match):
            raise BadView(f"view {self.name}: {kind} must name every column of the key, once")
        if isinstance(change, Update) and named & set(self.key):
            raise BadView(f"view {self.name}: a key never changes; use Delete and Insert")
        if isinstance(change, Update | UpsertLike | Delete) and not match:
            raise BadView(f"view {self.name}: say which rows {kind} is for")
        if self.derived is not None and self.derived.lane not in (
            named if isinstance(change, _NEW) else match
        ):
            raise BadView(
                f"view {self.name}: {kind} must name {self.derived.lane}, which others are derived by"
            )
        if isinstance(change, Update) and not named:
            raise BadView(f"view {self.name}: say what Update sets")
        self._checked.add(shape)


def _add(found: list[Change], made: Changes) -> None:
    if isinstance(made, _KINDS):
        found.append(made)
    elif made is not None:
        found.extend(made)


def _named(change: Change) -> dict[str, Any]:
    """What a change says of which rows it is for."""
    return change.columns if isinstance(change, _NEW) else change.match
