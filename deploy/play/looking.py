"""Looking around when the last step has played: chronologies, deadlines, and what the teams answer of the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from deploy.play.answers import CountRow, DeadlineRow, PatternRow, SeenEntry, refusal_of
from deploy.play.calling import Services
from deploy.play.case_types import NO_CHILD, By, Case, Viewer
from deploy.play.errors import CannotGoOn
from deploy.play.play import Played
from shared.domain.actors import DEFAULT_AGENCY
from shared.service.expectations import KEPT_BY, PLANS, Answers, Expectation

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
}
"""Where the first role of an agency is not the one that reads on its behalf."""

_READER: Final = "Casey Reader"

Address = tuple[str, Answers]
"""A service, and where it answers an expectation."""


@dataclass
class CaseOutcome:
    """What a play left behind, by the child's label.

    Attributes:
        now: where the simulated clock stands.
        chronology: what each viewer sees of each child.
        shown: everything that a viewer is shown of a child, as it stands.
        deadlines: every deadline; under NO_CHILD those about no child.
        answered: the expectations that some team here answers.
        plans: of each child, whether each plan is open that a team answers for.
        patterns: the repeat patterns, the first completed first.
        counts: how often return interviews name a place, a person or a group, by kind and name.
        found: where each text stands that is to stand nowhere.
    """

    now: datetime | None = None
    chronology: dict[tuple[str, Viewer], list[SeenEntry]] = field(default_factory=dict)
    shown: dict[tuple[str, Viewer], str] = field(default_factory=dict)
    deadlines: dict[str, list[DeadlineRow]] = field(default_factory=dict)
    answered: set[Expectation] = field(default_factory=set)
    plans: dict[str, dict[str, bool]] = field(default_factory=dict)
    patterns: dict[str, list[PatternRow]] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)


def reader_of(viewer: Viewer) -> By:
    """Someone who reads a chronology on an agency's or an organisation's behalf."""
    role = _READER_ROLES.get(viewer.agency) or next(
        role for role, usual in DEFAULT_AGENCY.items() if usual == viewer.agency
    )
    return By(_READER, role, viewer.agency, viewer.organisation)


def board_reader(service: str) -> By:
    """Someone who may look at a team's deadline board."""
    return _in_role(_BOARD_ROLES.get(service, "team_manager"))


def _in_role(role: str) -> By:
    return By(_READER, role, DEFAULT_AGENCY[role])


async def look_around(
    case: Case, played: Played, services: Services, addresses: Iterable[Address] = ()
) -> CaseOutcome:
    """Reads what a play left behind: every chronology and deadline, and of the rest what the file asks for.

    Args:
        case: which children, and who looks at them.
        played: the ids that its labels got.
        services: of the stack it was played on.
        addresses: where the teams answer expectations; those of services that do not run here are left out.

    Raises:
        CannotGoOn: a reader is refused, or a team's answer is not of the agreed form.
        ServiceAway: a service did not answer.
    """
    there = [(service, one) for service, one in addresses if service in services.urls]
    outcome = CaseOutcome(now=max((one.now for one in await services.progress() if one.now), default=None))
    outcome.answered = {one.expectation for _, one in there}
    for child in case.children:
        if child.label in played.ids:
            await _look_at(outcome, case, child.label, UUID(played.ids[child.label]), services, there)
            await _ask_about(outcome, case, child.label, UUID(played.ids[child.label]), services, there)
    if any(one.about == NO_CHILD for one in case.expected.deadlines):
        outcome.deadlines[NO_CHILD] = await _deadlines(None, services)
    if case.expected.counts:
        for service, one in _at(there, "intelligence"):
            async for item in services.pages(service, one.path, _in_role(one.role), {}):
                row = CountRow.model_validate(item)
                outcome.counts[row.kind, row.name] = outcome.counts.get((row.kind, row.name), 0) + row.count
    return outcome


async def _look_at(
    outcome: CaseOutcome, case: Case, label: str, child: UUID, services: Services, there: Sequence[Address]
) -> None:
    if "chronology" in services.urls:
        for viewer in case.viewers:
            outcome.chronology[label, viewer] = await _chronology(child, viewer, services, there)
    outcome.deadlines[label] = await _deadlines(child, services)


async def _chronology(
    child: UUID, viewer: Viewer, services: Services, there: Sequence[Address]
) -> list[SeenEntry]:
    """What a viewer sees of a child: the chronology, and what the viewer's own team keeps from it and shows itself."""
    found = await services.chronology(child, reader_of(viewer))
    for service, one in _at(there, "chronology"):
        if DEFAULT_AGENCY[one.role] == viewer.agency:
            pages = services.pages(service, one.of(child), _in_role(one.role), {}, absent=(404,))
            found += [SeenEntry.model_validate(item) async for item in pages]
    return sorted(found, key=lambda one: (one.happened_at, one.known_at, one.recorded_at))


async def _deadlines(child: UUID | None, services: Services) -> list[DeadlineRow]:
    return [
        row for name in services.names for row in await services.deadlines(name, child, board_reader(name))
    ]


async def _ask_about(
    outcome: CaseOutcome, case: Case, label: str, child: UUID, services: Services, there: Sequence[Address]
) -> None:
    """What the file asks of one child, where a team answers it."""
    expected = case.expected
    if any(one.child == label for one in expected.plans):
        outcome.plans[label] = {}
        for plan in PLANS:
            if KEPT_BY[plan] not in services.names:
                outcome.plans[label][plan] = False
            for service, one in _at(there, plan):
                is_open = await _is_open(services, service, one, child)
                outcome.plans[label][plan] = outcome.plans[label].get(plan, False) or is_open
    if expected.patterns is not None:
        outcome.patterns[label] = [
            PatternRow.model_validate(item)
            for service, one in _at(there, "pattern")
            async for item in services.pages(service, one.of(child), _in_role(one.role), {}, absent=(404,))
        ]
    for viewer in dict.fromkeys(one.viewer for one in expected.unseen if one.child == label):
        texts = [
            await services.shown(service, one.of(child), reader_of(viewer))
            for service, one in _at(there, "unseen")
        ]
        outcome.shown[label, viewer] = "\n".join(texts)


async def _is_open(services: Services, service: str, one: Answers, child: UUID) -> bool:
    answer = await services.ask(service, "GET", one.of(child), by=_in_role(one.role))
    if answer.status_code == 404:
        return False
    if not answer.is_success:
        raise CannotGoOn(f"{service} refused {one.path}: {refusal_of(answer)}")
    is_open = answer.json().get("open")
    if not isinstance(is_open, bool):
        raise CannotGoOn(f"{service} says at {one.path} neither `open: true` nor `open: false`")
    return is_open


def _at(there: Sequence[Address], expectation: Expectation) -> list[Address]:
    return [(service, one) for service, one in there if one.expectation == expectation]
