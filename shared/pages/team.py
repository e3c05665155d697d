"""What a team says of its pages: which there are, who finds them in the menu, what of it stands on the home page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.responses import Response

from shared.pages.visit import Visit

Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A list on the home page.

    Attributes:
        title: what it lists.
        template: draws it.
        context: for the template.
    """

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)


PanelMaker = Callable[[Visit], Awaitable[Panel | None]]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A place in the menu, for some roles."""

    label: str
    path: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Page:
    """An address, and who answers it."""

    method: str
    path: str
    handler: Handler


class TeamPages:
    """A team's pages: a module `pages.py` in its folder has one of these, called `pages`."""

    def __init__(self, team: str, folder: Path) -> None:
        """None yet.

        Args:
            team: whose they are.
            folder: the team's: `templates/` and `words.yaml` lie there.
        """
        self.team = team
        self.folder = folder
        self.addresses: list[Page] = []
        self.entries: list[MenuEntry] = []
        self.panels: list[tuple[frozenset[str], PanelMaker]] = []

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """A page at an address; codes and ids alone may stand in it."""
        return self._at("GET", path)

    def post(self, path: str) -> Callable[[Handler], Handler]:
        """What a form of ours sends there."""
        return self._at("POST", path)

    def menu(self, label: str, path: str, roles: Sequence[str]) -> None:
        """A place in the menu of these roles."""
        self.entries.append(MenuEntry(label, path, frozenset(roles)))

    def home(self, roles: Sequence[str]) -> Callable[[PanelMaker], PanelMaker]:
        """A list on the home page of these roles; None: there is nothing in it to show."""

        def take(panel: PanelMaker) -> PanelMaker:
            self.panels.append((frozenset(roles), panel))
            return panel

        return take

    def _at(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def take(handler: Handler) -> Handler:
            self.addresses.append(Page(method, path, handler))
            return handler

        return take
