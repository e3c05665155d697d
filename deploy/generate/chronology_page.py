"""The page for practitioners: what each event says in the chronology, how it weighs, and who sees it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from deploy.catalogue import events
from deploy.generate.golden import sample
from deploy.generate.markdown import MADE, table
from services import all_teams
from shared.domain.event import Envelope, Event, Record
from shared.service.declaration import Service
from shared.team.audience import Widening, in_words
from shared.team.entries import Told
from shared.team.standard_entries import EVERY_TEAM

_ABOUT: Final = """\
What every team's facts say in a child's chronology. A title is made from codes alone; here it stands with the first of
each. *Critical* and *significant* entries are looked through each morning; a practitioner may weigh one anew, with a
reason. Children's social care sees every entry but sealed ones, and who recorded it sees it; *seen by* says who sees it
beside them, when nobody said otherwise: the whole of it, or its title. *Opens* says what of the earlier entries of the
same contact or meeting is shown to others by it. An agency of many organisations (schools, wards, landlords,
placements) sees an entry through the one that is named, or is involved with the child."""
_MOMENT: Final = datetime(2026, 4, 2, 16, 40, tzinfo=UTC)


def chronology_page() -> str:
    """Every team's entries, and the events that make none."""
    parts = [MADE, "# What the chronology tells", _ABOUT]
    for team in all_teams():
        rows = list(_rows(team))
        if rows:
            parts += [f"## {team.name}", table(["event", "title", "weighs", "seen by", "opens"], rows)]
    parts += ["## Every team", _every_team(), "## What makes no entry of its own", _none()]
    return "\n\n".join(parts) + "\n"


def _rows(team: Service) -> Iterator[list[str]]:
    for name, event in events().items():
        told = _told(event, team) if team.entries.writes(event) else None
        if told is not None:
            yield _row(name, told)


def _row(name: str, told: Told) -> list[str]:
    said = told.entry
    seen_by = "; ".join(map(in_words, said.seen_by)) or "nobody else"
    alike = f" (with others of `{told.one_of}`, one entry)" if told.one_of else ""
    return [
        f"`{name}`{alike}",
        said.title,
        said.significance,
        seen_by,
        "; ".join(map(_opened, said.widens)) or "–",
    ]


def _opened(widening: Widening) -> str:
    return f"`{widening.event}` to {'; '.join(map(in_words, widening.to))}"


def _every_team() -> str:
    """In the words of a rule of the first team that keeps any; another team's rule says its own."""
    rules = next(team.rules for team in all_teams() if team.rules.rules)
    rows = []
    for name, event in events().items():
        record = _record(event, "team")
        if "rule" in event.model_fields:
            record.event = record.event.model_copy(update={"rule": rules.rules[0].id})
        told = EVERY_TEAM.told(record, rules)
        if told is not None:
            rows.append(_row(name, told))
    return table(["event", "title", "weighs", "seen by", "opens"], rows)


def _none() -> str:
    rows = [
        [f"`{event.NAME}`", reason] for team in all_teams() for event, reason in team.entries.reasons.items()
    ]
    return table(["event", "why"], rows)


def _told(event: type[Event], team: Service) -> Told | None:
    return team.entries.told(_record(event, team.name), team.rules)


def _record(event: type[Event], service: str) -> Record:
    """A sample of an event as it arrives; its sealed part is left out, as no title may show it."""
    at = _MOMENT.isoformat()
    envelope = Envelope(
        id=str(UUID(int=1)),
        known_at=at,
        actor=str(UUID(int=2)),
        role="mash_manager",
        agency="childrens_social_care",
        purpose="safeguarding",
        basis="public_task",
        correlation=str(UUID(int=3)),
        command=str(UUID(int=3)),
        thing=str(UUID(int=4)),
    )
    return Record(sample(event), envelope, service, UUID(int=5), 1, 1, _MOMENT)
