"""The teams, and nothing else: each folder here with an `app.py` is a team. Adding one needs no line anywhere."""

import importlib
import pkgutil
from functools import cache

from shared.service.declaration import Service
from shared.team.entries import AllEntries
from shared.team.standard_entries import EVERY_TEAM

__all__ = ["all_entries", "all_teams", "names", "team", "telling"]


@cache
def names() -> tuple[str, ...]:
    """Every team's name, in alphabetical order. Looks at the folders alone and imports none of them."""
    found = (package.name for package in pkgutil.iter_modules(__path__) if package.ispkg)
    return tuple(sorted(name for name in found if _has_app(name)))


def team(name: str) -> Service:
    """The declaration of one team: the `app` of its `app.py`.

    Raises:
        LookupError: there is no such team.
        TypeError: its `app` is no declaration.
    """
    if name not in names():
        raise LookupError(f"there is no team {name}: the teams are {', '.join(names())}")
    declared = importlib.import_module(f"services.{name}.app").app
    if not isinstance(declared, Service):
        raise TypeError(f"services/{name}/app.py: `app` must be made by `service(...)`")
    for source in declared.reads:  # whose events it takes in, and so must be able to read
        importlib.import_module(f"services.{source}.events")
    return declared


def all_teams() -> tuple[Service, ...]:
    """The declaration of every team, in alphabetical order."""
    return tuple(map(team, names()))


def telling() -> tuple[str, ...]:
    """The teams whose facts the chronology tells: every other one, but one behind a wall that says nothing in it.

    One behind a wall that does say something is among them: its wall must then let the chronology in, else the
    declarations contradict each other, and nothing is applied.
    """
    others = (team(name) for name in names() if name != "chronology")
    return tuple(one.name for one in others if one.topic.lets_in("chronology") or one.entries.tell)


def all_entries() -> AllEntries:
    """What the facts of these teams say in the chronology."""
    told = map(team, telling())
    return AllEntries(EVERY_TEAM, {one.name: (one.entries, one.rules) for one in told})


def _has_app(name: str) -> bool:
    return any(
        module.name == "app" for module in pkgutil.iter_modules([f"{root}/{name}" for root in __path__])
    )
