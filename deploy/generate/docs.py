"""The pages that say what the code says: the rules of each team, the events of all, and the settings.

Nothing of `docs/rules.md`, `events.md`, `topics.md`, `access.md` and `chronology.md` is written by hand, and of `docs/how-to/install.md` all
but the table of the settings.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from deploy.catalogue import events
from deploy.generate.access_page import access_page
from deploy.generate.chronology_page import chronology_page
from deploy.generate.golden import sample
from deploy.generate.markdown import MADE, table
from deploy.generate.rule_map import rule_map
from deploy.generate.settings_table import with_settings
from deploy.generate.topics_page import topics_page
from services import all_entries, all_teams
from shared.domain.event import Event
from shared.domain.marks import Starts
from shared.domain.policy import EVERY_TEAM
from shared.domain.rules import Rulebook
from shared.service.declaration import Service
from shared.team.rules import EVERY_TEAM as EVERY_TEAM_RULES

_ENTRIES: Final = all_entries()
DOCS: Final = Path(__file__).parents[2] / "docs"
_ABOUT_RULES: Final = """\
What each team's service measures, from when, within what, and who says so. A working day is one in England: not
Saturday, Sunday or a bank holiday; `1 working day` runs to the end of the first working day after the day it starts.
Hours are elapsed hours, weekends included. A panel is the first that begins after the fact, to the end of its day; on
a day that is no working day it is held at its hour on the next. A first working hour is that hour of the first working
day on which it is still to come. What counts back from a day starts no clock where fewer days remain. At the due
instant an act is late. A manager may vary a deadline to an instant that lies at most so far from now. Figures marked
local are the council's own choice. A figure is never edited in place: it gets a last day, and a new row a first."""
_ABOUT_PLACES: Final = """\
Where a rule is named in the code, and the files whose tests name it, some of them where there are many. A contract test
fails where the code names a rule that has no row above, or that no test names."""
_ABOUT_EVENTS: Final = """\
What is true once a command was accepted. The *open* fields are stored and published as they are; the *sealed* ones
are personal, encrypted under the key of the child or person they are about. Every event also says who recorded it,
when it happened, was known and was recorded, and why. Only what crosses reaches other teams. JSON Schemas are in
[schemas/events](schemas/events), one an event and version."""


def rules_page() -> str:
    """Every team's rules: its clocks and what it refuses, from its rulebook, each with its code and its tests."""
    parts = [MADE, "# The rules", _ABOUT_RULES]
    every_team = Rulebook(EVERY_TEAM_RULES, edition="every team")
    for name, rules in (*((one.name, one.rules) for one in all_teams()), ("Every team", every_team)):
        parts.append(f"## {name}")
        rows = rules.as_table()
        if not rows:
            parts.append("Keeps no rules of its own.")
            continue
        shown = [head for head in rows[0] if any(row[head] for row in rows)]
        parts.append(table(shown, ([row[head] for head in shown] for row in rows)))
    parts += ["## Where each is", _ABOUT_PLACES, _places()]
    return "\n\n".join(parts) + "\n"


def _places() -> str:
    """Each rule with its code and its tests."""
    ids = dict.fromkeys(
        rule.id for rules in (*(one.rules.rules for one in all_teams()), EVERY_TEAM_RULES) for rule in rules
    )
    known = rule_map()
    rows = (
        [each, known[each].code_in_words(), known[each].tests_in_words()] for each in ids if each in known
    )
    return table(["id", "code", "tests"], rows)


def events_page() -> str:
    """Every event: what it says open and sealed, the clocks it touches, and who reacts."""
    known, declared = events(), all_teams()
    parts = [
        MADE,
        "# The events",
        _ABOUT_EVENTS,
        table(
            ["event", "version", "crosses", "stream", "starts", "meets", "ends", "taken in by"],
            (_row(event, declared) for event in known.values()),
        ),
    ]
    for name, event in known.items():
        parts += [f"## {name}", " ".join((event.__doc__ or "").split()), _fields(event, declared)]
    return "\n\n".join(parts) + "\n"


def _row(event: type[Event], declared: Sequence[Service]) -> list[str]:
    return [
        f"[{event.NAME}](#{event.NAME.lower().replace('.', '')})",
        str(event.VERSION),
        "yes" if event.CROSSES else "no",
        _stream(event, declared),
        ", ".join(_starts(event)) or "–",
        ", ".join(_meets(event)) or "–",
        ", ".join(event.ENDS) or "–",
        "; ".join(f"{team} ({', '.join(does)})" for team, does in _reactions(event, declared)) or "–",
    ]


def _fields(event: type[Event], declared: Sequence[Service]) -> str:
    own = {name: field for name, field in event.model_fields.items() if name not in Event.model_fields}
    lines = ["| open | type | |", "|---|---|---|"] if own else ["No fields of its own."]
    for name, field in own.items():
        needed = "" if field.is_required() else "may be missing"
        clock = event.CLOCK_FIELDS.get(name)
        starts = "" if clock is None else f"{type(clock).__name__.lower()} {clock.rule}"
        lines.append(
            f"| `{name}` | {_type(field.annotation)} | {'; '.join(filter(None, (needed, starts)))} |"
        )
    if event.TEXT is not None:
        lines += ["", f"Sealed: {', '.join(f'`{name}`' for name in event.TEXT.model_fields)}."]
    for team, does in _reactions(event, declared):
        lines += ["", f"Taken in by {team}: {', '.join(does)}."]
    return "\n".join(lines)


def _stream(event: type[Event], declared: Sequence[Service]) -> str:
    own = {stream.name for one in declared for stream in one.streams if event in stream.event_types()}
    return ", ".join(sorted(own)) or "any with a clock"


def _starts(event: type[Event]) -> list[str]:
    """The rules whose clocks an event starts, or whose limit it sets."""
    return [
        clock.rule if isinstance(clock, Starts) else f"{clock.rule} (sets the limit)"
        for clock in event.CLOCK_FIELDS.values()
    ]


def _meets(event: type[Event]) -> list[str]:
    """The rules whose clocks an event meets, or meets when it says a certain yes or no."""
    made = sample(event)
    flags = [name for name, field in event.model_fields.items() if field.annotation is bool]
    variants = [made, *(made.model_copy(update={name: False}) for name in flags)]
    always = set(made.clocks_met()).intersection(*(each.clocks_met() for each in variants))
    ever = dict.fromkeys(rule for each in variants for rule in each.clocks_met())
    return [rule if rule in always else f"{rule} (where so said)" for rule in sorted(ever)]


def _reactions(event: type[Event], declared: Sequence[Service]) -> Iterator[tuple[str, list[str]]]:
    """The teams whose policies react to an event, and how."""
    if not event.CROSSES:
        return
    made, origin = sample(event), event.NAME.partition(".")[0]
    for service in declared:
        if origin not in {*service.reads, EVERY_TEAM}:
            continue
        does = [
            step.name.replace("_", " ")
            for step in service.policy.reactions(made)
            if not step.to_every or _ENTRIES.writes(event)
        ]
        if does:
            yield service.name, does


def _type(hint: Any) -> str:
    """A type as a reader knows it: without the modules its names come from, or what else its fields ask for."""
    said = hint.__name__ if isinstance(hint, type) else re.sub(r"\b(?:\w+\.)+", "", str(_plain(hint)))
    return f"`{said}`".replace("|", "\\|")


def _plain(hint: Any) -> Any:
    """A type without what is annotated to it."""
    if get_origin(hint) is Annotated:
        return _plain(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(_plain(part) for part in get_args(hint))]  # noqa: UP007 - made of a list
    return hint


def install_page() -> str:
    """The page for whoever installs it, as it stands, with the settings as the code has them."""
    return with_settings((DOCS / INSTALL).read_text(encoding="utf-8"))


INSTALL: Final = "how-to/install.md"
PAGES: Final = {
    "rules.md": rules_page,
    "events.md": events_page,
    "topics.md": topics_page,
    "access.md": access_page,
    "chronology.md": chronology_page,
    INSTALL: install_page,
}
