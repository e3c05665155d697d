"""Drawing pages: Jinja with every value escaped, the kernel's templates and each team's own."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from shared.pages import words as speaking
from shared.pages.words import Words

OWN: Final = Path(__file__).parent / "templates"


class Templates:
    """All templates. A team's are named `<team>/<file>`; a name that nobody gave is an error, not an empty place."""

    def __init__(
        self, folders: Mapping[str, Path], words: Words, address: Callable[[str], str], service: str
    ) -> None:
        """Reads none yet.

        Args:
            folders: of each team with pages, the folder of its templates.
            words: for the codes.
            address: of a static file, by name.
            service: what the council calls these pages.
        """
        teams = {team: FileSystemLoader(folder) for team, folder in folders.items()}
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(OWN), PrefixLoader(teams)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(static=address, service=service)
        self._environment.filters.update(
            code=lambda code, of: words.code(of, code),
            moment=lambda at: speaking.moment(_at(at)),
            due=lambda at: speaking.due(_at(at)),
            day=lambda on: speaking.day(date.fromisoformat(on) if isinstance(on, str) else on),
            until=lambda at, now: speaking.until(_at(at), now),
        )

    def draw(self, template: str, context: Mapping[str, Any]) -> str:
        """One page."""
        return self._environment.get_template(template).render(**context)


def _at(said: str | datetime) -> datetime:
    return datetime.fromisoformat(said) if isinstance(said, str) else said
