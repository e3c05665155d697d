"""Gathers what every team holds of people, and reckons how long it is kept, for the command line. Nothing is changed by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import httpx

from deploy.keeping.retention import Found, Kept, RetentionRules, kept
from deploy.play.answers import refusal_of
from deploy.play.calling import Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn

_NOT_ASKED: Final = ("chronology",)
"""Its entries are other teams' facts told again: it keeps a person as long as they do."""

_ALL_DAYS: Final = (date.max, date.min)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How long each person is kept, and the services that withheld what they hold, each with the rule."""

    kept: Sequence[Kept]
    withheld: Mapping[str, str]


async def reckon(services: Services, by: By, rules: RetentionRules, on: date) -> Reckoned:
    """How long everybody is kept, reckoned for a day. A team behind a wall tells its own people alone: of what it holds nothing
    is known to others, and they have to say with a hold what must be kept.

    Raises:
        CannotGoOn: who asks may not.
        ServiceAway: a service does not answer.
    """
    withheld: dict[str, str] = {}
    facts: dict[UUID, dict[str, tuple[date, date]]] = {}
    people: list[dict[str, Any]] = []
    for name in services.names:
        if name in _NOT_ASKED:
            continue
        refused = await services.ask(name, "GET", "/retention/facts", by=by, query={"limit": "1"})
        if refused.status_code == httpx.codes.FORBIDDEN:
            withheld[name] = ", ".join(refusal_of(refused).rules)
            continue
        async for one in services.pages(name, "/retention/facts", by, {}):
            # Every team has facts of the same name that the kernel gave it: the first and last of all count.
            told = {fact: _days(days) for fact, days in one["facts"].items()}
            facts[UUID(one["person"])] = _together(facts.get(UUID(one["person"]), {}), told)
        if name == "people":
            people = [one async for one in services.pages(name, "/retention/people", by, {})]
    if len(withheld) == len(services.names) - len(_NOT_ASKED):
        raise CannotGoOn("no team tells you what it holds: that is for managers of the index, and auditors")
    return Reckoned(kept(_found(facts, people), rules, on), withheld)


def _found(
    facts: Mapping[UUID, Mapping[str, tuple[date, date]]], people: Sequence[Mapping[str, Any]]
) -> list[Found]:
    """Each person once, under the id that a merge kept; also who People does not tell of."""
    same = {UUID(one["person"]): UUID(one["kept_as"]) for one in people}
    found: dict[UUID, Found] = {}
    for person in dict.fromkeys([*same, *facts]):
        kept_as = same.get(person, person)
        one = found.setdefault(kept_as, Found(kept_as, {}))
        found[kept_as] = replace(one, facts=_together(one.facts, facts.get(person, {})))
    for said in people:
        kept_as = same[UUID(said["person"])]
        one = found[kept_as]
        own = UUID(said["person"]) == kept_as
        found[kept_as] = replace(
            one,
            kind=said["kind"] if own or one.kind is None else one.kind,
            born=one.born or _day(said["born"]),
            died=one.died or _day(said["died"]),
            related=one.related | {same.get(UUID(other), UUID(other)) for other in said["related"]},
            holds=(*one.holds, *said["holds"]),
            erased=one.erased or said["erased"],
        )
    return list(found.values())


def _together(
    one: Mapping[str, tuple[date, date]], other: Mapping[str, tuple[date, date]]
) -> dict[str, tuple[date, date]]:
    return {
        fact: (
            min(one.get(fact, _ALL_DAYS)[0], other.get(fact, _ALL_DAYS)[0]),
            max(one.get(fact, _ALL_DAYS)[1], other.get(fact, _ALL_DAYS)[1]),
        )
        for fact in {*one, *other}
    }


def _days(days: Sequence[str]) -> tuple[date, date]:
    first, last = days
    return date.fromisoformat(first), date.fromisoformat(last)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
