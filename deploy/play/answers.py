"""What the services answer, as far as playing a case and the command line need it."""

from datetime import datetime
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict


class Accepted(BaseModel):
    """What a command did: its id is the id of the thing it opened."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    position: int
    events: tuple[str, ...] = ()
    late: bool = False
    again: bool = False


class Refusal(BaseModel):
    """A command that was refused (problem+json), with the rules that forbid it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: int
    title: str = ""
    detail: str = ""
    rules: tuple[str, ...] = ()
    what_to_do: str = ""

    def __str__(self) -> str:
        rules = f" [{', '.join(self.rules)}]" if self.rules else ""
        words = (self.detail or self.title, self.what_to_do)
        return f"{self.status}{rules} {' — '.join(one for one in words if one)}".strip()


class SeenEntry(BaseModel):
    """An entry of a child's chronology as one agency sees it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    command: UUID | None = None
    """None: it is withheld, and what made it is not told."""
    happened_at: datetime
    known_at: datetime
    recorded_at: datetime
    title: str
    service: str = ""
    agency: str = ""
    late: bool = False
    depth: str = "whole"


class DeadlineRow(BaseModel):
    """A row of a team's deadline board. Instants are UTC.

    `command` started the clock, `root` is the person's command that led to that, through whichever policies and
    services; `thing` is what the clock stands on. `child` is None for the clock of a shift or a team.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    rule: str
    child: UUID | None = None
    thing: UUID | None = None
    command: UUID | None = None
    root: UUID | None = None
    due_at: datetime
    acted_at: datetime | None = None
    ended_at: datetime | None = None
    state: str
    what: str = ""


class PatternRow(BaseModel):
    """A child's repeat pattern, and the person's command that completed it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    rule: str
    command: UUID


class CountRow(BaseModel):
    """How often return interviews name a place, a person or a group."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    name: str
    count: int


class ParkedEvent(BaseModel):
    """An event that a service could not take in, and that waits for a person."""

    model_config = ConfigDict(extra="allow", frozen=True)

    source: str = ""
    key: str = ""
    error: str = ""


def refusal_of(answer: httpx.Response) -> Refusal:
    """What a refused request said, whatever its body."""
    try:
        found = answer.json()
    except ValueError:
        found = {}
    said = found if isinstance(found, dict) else {}
    detail = said.get("detail")
    return Refusal(
        status=answer.status_code,
        title=str(said.get("title") or answer.reason_phrase),
        detail=detail if isinstance(detail, str) else "",
        rules=tuple(str(rule) for rule in said.get("rules") or ()),
        what_to_do=str(said.get("what_to_do") or ""),
    )
