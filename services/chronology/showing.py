"""How entries, decisions on who sees them, broken glass and questioned looks are shown over HTTP: each reader what is open to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from services.chronology.codes import AccessRule
from services.chronology.events import EntryReceived, EntryShared, EntryWithheld, SignificanceChanged
from services.chronology.past import Lens, Sighting
from services.chronology.queries import Seen
from services.chronology.replay import Change
from shared.domain.actors import Actor
from shared.domain.event import Record
from shared.team.audience import SOCIAL_CARE
from shared.web.dependencies import instant
from shared.web.reading import Reading

Closed: TypeAlias = Mapping[tuple[UUID, UUID], str]
"""Of children, the things whose entries are shown by one title, and that title."""


_DECISIONS: Final = (EntryShared, EntryWithheld, SignificanceChanged)
"""What persons decide of an entry, with a reason in words."""


def shown_entries(
    reader: Reading,
    rows: Sequence[Seen],
    closed: Closed,
    *,
    child: UUID | None = None,
    glass_broken: bool = False,
    eyes: Actor | None = None,
    by: str = "read:text",
) -> list[dict[str, Any]]:
    """Entries as they are shown: the text only where the agency sees it whole, opened after that is known. Of one child,
    each says under which of the child's ids it was recorded. `eyes`: through whose eyes, where not the reader's own. `by`
    is the reading that opens words.

    Broken glass opens what is restricted, of which its reader sees the title; never what is sealed.
    """
    eyes = eyes or reader.who
    if glass_broken:
        rows = [
            replace(seen, depth="whole")
            if seen.row["sensitivity"] == "restricted" and seen.depth == "title"
            else seen
            for seen in rows
        ]
    hidden = [_hidden(seen, closed, eyes) for seen in rows]
    whole = [
        seen.row if seen.depth == "whole" and title is None else {"sealed": None, "event": seen.row["event"]}
        for seen, title in zip(rows, hidden, strict=True)
    ]
    texts = reader.texts(whole, by=by)
    return [
        _one_title(seen, title, child)
        if title is not None
        else {
            "id": str(seen.row["entry"]),
            "child": str(child or seen.child),
            "recorded_under": str(seen.child),
            "command": str(seen.row["caused_by"]),
            "thing": str(seen.row["thing"]) if seen.row["thing"] else None,
            "happened_at": instant(seen.row["happened_at"]),
            "known_at": instant(seen.row["known_at"]),
            "recorded_at": instant(seen.row["recorded_at"]),
            "title": seen.row["title"],
            "topic": seen.row["topic"],
            "service": seen.row["source"],
            "event": seen.row["source_event"],
            "agency": seen.row["agency"],
            "organisation": seen.row["organisation"],
            "role": seen.row["role"],
            "significance": seen.row["significance"],
            "late": seen.row["late"],
            "corrects": _id(seen.row["corrects"]),
            "corrected_by": _id(seen.row["corrected_by"]),
            "withdrawn": seen.row["withdrawn"],
            "depth": seen.depth,
            "recorded_by": (text or {}).get("recorder"),
            "text": _parts(text, eyes) if text is not None else None,
        }
        for seen, text, title in zip(rows, texts, hidden, strict=True)
    ]


def seen_through(who: Actor, lens: Lens | None) -> Actor:
    """Who reads, with the eyes of a lens: of its agency, and nobody whose own record anything is."""
    if lens is None:
        return who
    nobody = UUID(int=0)
    return replace(
        who, id=nobody, sign_in=None, role=lens.role, agency=lens.agency, organisation=lens.organisation
    )


def shown_sightings(
    reader: Reading, found: Sequence[Sighting], *, child: UUID, eyes: Actor
) -> list[dict[str, Any]]:
    """Entries as they were, shown as live ones are."""
    closed = {
        (one.row.child, one.closed_by): one.closed
        for one in found
        if one.closed is not None and one.closed_by is not None
    }
    return shown_entries(reader, [one.shown for one in found], closed, child=child, eyes=eyes)


def shown_change(reader: Reading, change: Change, *, child: UUID, eyes: Actor) -> dict[str, Any]:
    """What is shown otherwise than before: an entry that was added or is gone, or each field of one that changed, with the
    events that made it so.
    """
    was, now = [
        shown_sightings(reader, [one], child=child, eyes=eyes)[0] if one is not None else None
        for one in (change.was, change.now)
    ]
    shown = now or was
    assert shown is not None
    told: dict[str, Any] = {
        "change": "added" if was is None else "gone" if now is None else "changed",
        "entry": shown["id"],
        "title": shown["title"],
        "happened_at": shown["happened_at"],
        "because": _because(reader, change),
    }
    if was is None or now is None:
        return told | {"shown": shown}
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    return told | {"fields": [{"field": name, "was": was.get(name), "is": now.get(name)} for name in names]}


def _because(reader: Reading, change: Change) -> list[dict[str, Any]]:
    """The events behind a change; of a decision of a person also why, whatever the lens is shown: an auditor asks."""
    deciding = [record for record in change.because if isinstance(record.event, _DECISIONS)]
    texts = reader.texts([{"sealed": record.sealed, "event": record.sealed_by} for record in deciding])
    reasons = {
        record.position: (text or {}).get("reason") for record, text in zip(deciding, texts, strict=True)
    }
    return [
        {
            "event": record.event.NAME,
            "position": record.position,
            "recorded_at": instant(record.recorded_at),
            **_who(record),
            "reason": reasons.get(record.position),
        }
        for record in change.because
    ]


def _who(record: Record) -> dict[str, Any]:
    """In whose role something was said: of what a policy took in, of who recorded it at its source."""
    agency, organisation = record.envelope.recorder
    role = record.envelope.role
    if isinstance(record.event, EntryReceived):
        entry = record.event.entry
        role, agency, organisation = entry.role, entry.agency, entry.organisation
    return {"role": role, "agency": agency, "organisation": organisation}


def _hidden(seen: Seen, closed: Closed, who: Actor) -> str | None:
    """The one title that stands in an entry's place, where it is withheld, or its thing is for few; None: it is shown."""
    if seen.depth == "withheld":
        return "Something is withheld"
    return closed_title(seen.row, closed, who)


def closed_title(row: Mapping[str, Any], closed: Closed, who: Actor) -> str | None:
    """The one title that stands in the place of an entry whose thing, or what that is part of, is for few; None: it is shown."""
    if row["by"] is not None and who.is_surely(row["by"]):
        return None
    found = (closed.get((row["child"], thing)) for thing in (row["thing"], row["part_of"]) if thing)
    return next(filter(None, found), None)


def _one_title(seen: Seen, title: str, child: UUID | None) -> dict[str, Any]:
    """That there is something, when it happened, and whom to ask: nothing of what it is. What a person withheld is not even
    told apart by the step that made it; of what is restricted for all, whoever knows of the step sees that it is that one.
    """
    withheld = seen.depth == "withheld"
    return {
        "id": str(seen.row["entry"]),
        "child": str(child or seen.child),
        "recorded_under": str(seen.child),
        **({} if withheld else {"command": str(seen.row["caused_by"])}),
        "happened_at": instant(seen.row["happened_at"]),
        "known_at": instant(seen.row["known_at"]),
        "recorded_at": instant(seen.row["recorded_at"]),
        "title": title,
        "agency": seen.row["agency"],
        "organisation": seen.row["organisation"],
        "depth": "withheld" if withheld else "title",
        "text": None,
    }


def _id(entry: UUID | None) -> str | None:
    return str(entry) if entry else None


def _parts(text: dict[str, Any], who: Actor) -> list[Any]:
    """The words of an entry: some are for children's social care alone, as who told of a worry."""
    own = text.get("care_parts", []) if who.agency == SOCIAL_CARE else []
    return [*text.get("parts", []), *own]


def shown_decision(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    """A decision on who sees an entry, with the reason."""
    return {
        "entry": str(row["entry"]),
        "decided": "shared" if row["shares"] else "withheld",
        "agency": row["agency"],
        "organisation": row["organisation"] or None,
        "depth": row["depth"],
        "lawful_basis": row["basis"],
        "until": instant(row["until"]) if row["until"] else None,
        "by_role": row["by_role"],
        "by_agency": row["by_agency"],
        "decided_at": instant(row["decided_at"]),
        "text": text,
    }


def shown_glass(row: Mapping[str, Any], text: dict[str, Any] | None) -> dict[str, Any]:
    """An access by broken glass, with what was said."""
    return {
        "access": str(row["access"]),
        "child": str(row["child"]),
        "person": str(row["person"]),
        "role": row["role"],
        "agency": row["agency"],
        "reason": row["reason"],
        "broken_at": instant(row["broken_at"]),
        "until": instant(row["until"]),
        "review_by": instant(row["review_by"]),
        "text": text,
    }


def shown_question(row: Mapping[str, Any]) -> dict[str, Any]:
    """A look that the review of access asks about, and by which rule."""
    return {
        "access": str(row["access"]),
        "child": _id(row["child"]),
        "person": str(row["person"]),
        "role": row["role"],
        "agency": row["agency"],
        "rule": row["rule"],
        "why": AccessRule[row["rule"].upper()].label,
        "service": row["service"],
        "position": row["look"],
        "looked_at": instant(row["looked_at"]),
        "times": row["times"],
        "edition": row["edition"],
        "asked_at": instant(row["asked_at"]),
    }
