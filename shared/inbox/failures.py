"""What to do with an event that could not be taken: hold it, park it, or try it again. Pure.

One table says it for every kind of error, so that what parks an event, and so stops a child's later events until a
person has looked, can be read at a glance.
"""

import enum
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.domain.codec import UnknownEvent
from shared.domain.command import Refused
from shared.eventstore.append import (
    AnotherBody,
    Conflict,
    KeyGone,
    LogUnavailable,
    NotStorable,
    SubjectErased,
)
from shared.inbox.positions import Why
from shared.infrastructure.postgres import DATABASE_AWAY

AWAY: Final = (*DATABASE_AWAY, LogUnavailable, sqlite3.OperationalError)
"""The database, or the store of keys, is away: no event's fault, so none is held or parked, and the consumer backs off."""


TRIES: Final = 3
"""Tries in place before an event is parked."""


PAUSES: Final = (0.1, 0.6)
"""Seconds between them."""


CONFLICTS: Final = 3
"""Times an event is decided again because others wrote what it was decided on; then it is held."""


class CauseMissing(Exception):
    """What the event refers to has not arrived yet."""


class _Meaning(enum.Enum):
    """What a kind of error says about the event."""

    CAUSE_TO_COME = enum.auto()
    PROGRAM_OR_KEY_TO_COME = enum.auto()
    CONTENDED = enum.auto()
    FOR_GOOD = enum.auto()
    PERHAPS_AN_ACCIDENT = enum.auto()


_MEANINGS: Final[Sequence[tuple[type[Exception], _Meaning]]] = (
    (CauseMissing, _Meaning.CAUSE_TO_COME),
    (UnknownEvent, _Meaning.PROGRAM_OR_KEY_TO_COME),
    (KeyGone, _Meaning.PROGRAM_OR_KEY_TO_COME),
    (Conflict, _Meaning.CONTENDED),
    # A refusal was decided on a fresh read, and what the database cannot hold it never will.
    (Refused, _Meaning.FOR_GOOD),
    (AnotherBody, _Meaning.FOR_GOOD),
    (NotStorable, _Meaning.FOR_GOOD),
    (SubjectErased, _Meaning.FOR_GOOD),
    (Exception, _Meaning.PERHAPS_AN_ACCIDENT),
)
"""The first that fits counts; the last fits every error."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep it until what it waits for is there; later events of its key queue behind it."""

    why: Why


@dataclass(frozen=True, slots=True)
class Park:
    """Put it aside for a person; later events of its key queue behind it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try it again in place, after a pause in seconds."""

    pause: float


@dataclass(frozen=True, slots=True)
class StayParked:
    """It is parked, and this try said nothing new about it."""


Remedy = Hold | Park | Retry | StayParked


def remedy(error: Exception, *, failures: int, conflicts: int, retrying: bool) -> Remedy:
    """What to do with an event after an error that is none of AWAY.

    Args:
        error: what the last try ended with.
        failures: tries of the event that failed so far, this one among them unless it met a conflict.
        conflicts: tries that met a conflict so far, this one among them if it did.
        retrying: the event is parked, and a person has it tried again: once, and where that fails it stays parked.
    """
    match next(meaning for kind, meaning in _MEANINGS if isinstance(error, kind)):
        case _Meaning.CONTENDED:
            if conflicts < CONFLICTS:
                return Retry(0.0)
            return StayParked() if retrying else Hold("gap")
        case _ if retrying:
            return Park()
        case _Meaning.CAUSE_TO_COME:
            return Hold("cause")
        case _Meaning.PROGRAM_OR_KEY_TO_COME:
            return Hold("unknown")
        case _Meaning.FOR_GOOD:
            return Park()
        case _Meaning.PERHAPS_AN_ACCIDENT:
            return Retry(PAUSES[failures - 1]) if failures < TRIES else Park()


def named(error: BaseException) -> str:
    """The kind of an error and its rules: nothing of its text, which may repeat what a person wrote."""
    rules = error.rules if isinstance(error, Refused) else ()
    return " ".join((type(error).__name__, *rules))
