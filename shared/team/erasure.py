"""That a person was erased, as every team keeps it: in its own log, and in a list by which their keys are destroyed.

Kept in the log and not done only when it arrives: so a key store or a read table that is brought back from before the erasure
is erased again at the next start, and each team can say what it did. Pure; every team has it without writing it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.domain.erasure import ERASURE_KNOWN
from shared.domain.event import Event, Record
from shared.domain.view import Upsert, View

VIEW: Final = "erasures"
"""The read table of every service, People's among them, that tells who was erased."""


class ErasureKnown(Event, name=ERASURE_KNOWN, fixed=()):
    """People told this team that a person was erased, on which basis: this team's keys of them are destroyed."""

    basis: str


@dataclass(frozen=True)
class ErasureRow:
    """A person who was erased, under one id; `position` is where this log says so. Times in UTC."""

    stream: UUID
    subject: UUID
    basis: str
    erased_at: datetime
    position: int


def erasure_view() -> View[ErasureRow]:
    """The view `erasures`, without its handlers: a person is erased once, and nothing undoes it."""
    return View(VIEW, row=ErasureRow, key=("stream",), indexes=(("position",), ("subject",)), anew="stream")


def erasure_row(basis: str, record: Record) -> Upsert:
    """The row of an erasure, from the fact that says it."""
    return Upsert(
        stream=record.stream,
        subject=record.event.child,
        basis=basis,
        erased_at=record.recorded_at,
        position=record.position,
    )


def erasure_list() -> View[ErasureRow]:
    """The view `erasures` of a team."""
    view = erasure_view()

    @view.on(ErasureKnown)
    def known(event: ErasureKnown, record: Record) -> Upsert:
        return erasure_row(event.basis, record)

    return view
