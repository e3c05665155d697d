"""Comparing what a play left behind with what its case file expects, and gathering both for the screen."""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from deploy.play.answers import DeadlineRow, Entry
from deploy.play.calling import Services
from deploy.play.case_types import By, Case, ExpectedDeadline, ExpectedSight
from deploy.play.play import Difference, Played
from shared.domain.actors import DEFAULT_AGENCY
from shared.domain.instants import LONDON

_BOARD_ROLES: Final = {
    "mash": "mash_manager",
    "conference": "conference_chair",
    "lado": "lado",
    "missing": "missing_coordinator",
    "fws": "fws_manager",
}
_READER_ROLES: Final = {
    "childrens_social_care": "team_manager",
    "family_wellbeing": "fws_manager",
    "youth_offending": "youth_worker",
    "domestic_abuse_service": "housing_officer",
}
"""Where the first role of an agency is not the one that reads on its behalf, or the agency has no role of its own."""


@dataclass
class Seen:
    """What a play left behind: each agency's sight of each child, and every deadline, by the child's label."""

    now: datetime | None = None
    chronology: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    deadlines: dict[str, list[DeadlineRow]] = field(default_factory=dict)


def reader_of(agency: str) -> By:
    """Someone who reads a chronology on an agency's behalf."""
    role = _READER_ROLES.get(agency) or next(
        (role for role, usual in DEFAULT_AGENCY.items() if usual == agency), "housing_officer"
    )
    return By("Casey Reader", role, agency)


def board_reader(service: str) -> By:
    """Someone who may look at a team's deadline board."""
    role = _BOARD_ROLES.get(service, "team_manager")
    return By("Casey Reader", role, DEFAULT_AGENCY[role])


async def look_around(case: Case, played: Played, services: Services) -> Seen:
    """Reads every child's chronology as each agency of the file sees it, and all deadlines.

    Raises CannotGoOn where a reader is refused, and ServiceAway.
    """
    seen = Seen(now=max((one.now for one in await services.progress() if one.now), default=None))
    for child in case.children:
        if child.label not in played.ids:
            continue
        id_ = UUID(played.ids[child.label])
        if "chronology" in services.urls:
            for agency in case.agencies:
                entries = await services.chronology(id_, reader_of(agency))
                seen.chronology[child.label, agency] = entries
        seen.deadlines[child.label] = [
            row for name in services.names for row in await services.deadlines(name, id_, board_reader(name))
        ]
    return seen


def differences(case: Case, played: Played, seen: Seen) -> list[Difference]:
    """Everything that is not as the file says, in order of its lines."""
    expected = case.expected
    found = list(played.differences)
    for deadline in expected.deadlines:
        rows = seen.deadlines.get(deadline.about, [])
        found += [Difference(deadline.line, text) for text in _deadline(deadline, rows, played.ids)]
    for sight in expected.sights:
        entries = seen.chronology.get((sight.child, sight.agency), [])
        found += [Difference(sight.line, text) for text in _sight(sight, entries, played.ids)]
    if expected.late is not None:
        found += list(_late(expected.late, expected.late_line, played.late))
    found += [
        Difference(line, f"cannot be checked by this version: {key}")
        for key, line in expected.unchecked.items()
    ]
    return sorted(found, key=lambda one: one.line)


def local(instant: datetime) -> str:
    """An instant as a clock in London shows it, in a case file's form."""
    shown = instant.astimezone(LONDON)
    return shown.strftime("%Y-%m-%dT%H:%M:%S" if shown.second else "%Y-%m-%dT%H:%M")


def _deadline(
    expected: ExpectedDeadline, rows: Sequence[DeadlineRow], ids: Mapping[str, str]
) -> Iterator[str]:
    of = f" of {expected.of}" if expected.of else ""
    what = f"deadline {expected.rule} about {expected.about}{of}"
    same_rule = [row for row in rows if row.rule == expected.rule]
    if expected.of is not None:
        start = ids.get(expected.of)
        same_rule = [row for row in same_rule if start in (str(row.command), str(row.thing))]
    if not same_rule:
        yield f"{what}: there is none; expected due {local(expected.due)}, {expected.state}"
    elif not any(row.due_at == expected.due and row.state == expected.state for row in same_rule):
        there = "; ".join(f"due {local(row.due_at)}, {row.state}" for row in same_rule)
        yield f"{what}: expected due {local(expected.due)}, {expected.state}; there is: {there}"


def _sight(expected: ExpectedSight, entries: Sequence[Entry], ids: Mapping[str, str]) -> Iterator[str]:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        places.setdefault(str(entry.command), []).append(place)
    who = f"{expected.agency} on {expected.child}"
    last, before = -1, ""
    for label in expected.labels:
        if label not in ids:
            if expected.seen:
                yield f"{who}: `{label}` is not seen: its step was not taken"
            continue
        found = places.get(ids[label], [])
        if not expected.seen:
            if found:
                yield f"{who}: `{label}` is seen, and should not be"
        elif not found:
            yield f"{who}: `{label}` is not seen"
        elif (index := bisect.bisect_right(found, last)) == len(found):
            yield f"{who}: `{label}` stands before `{before}`, and should stand after it"
        else:
            last, before = found[index], label


def _late(expected: Sequence[str], line: int, late: Mapping[str, int]) -> Iterator[Difference]:
    for label in expected:
        if label not in late:
            yield Difference(line, f"`{label}` was not marked recorded late")
    for label in late:
        if label not in expected:
            yield Difference(line, f"`{label}` was marked recorded late, and is not listed")
