"""Everything that is made from the code, as files: which of them differ from what stands, and writing those."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import services
from deploy.catalogue import events
from deploy.generate import access_table, event_schemas, golden
from deploy.generate.docs import DOCS, PAGES
from deploy.generate.team_page import page_of, with_tables, with_teams

ROOT: Final = DOCS.parent
FRONT: Final = ROOT / "README.md"


def stale() -> list[Path]:
    """The files that are missing, say something else than the code, or are of something that is no more."""
    wrong = [path for _, path in _missing_golden()]
    for folder, schemas in (
        (event_schemas.EVENTS, event_schemas.event_files()),
        (event_schemas.COMMANDS, event_schemas.command_files()),
    ):
        standing = event_schemas.committed(folder)
        wrong += [folder / name for name, schema in schemas.items() if standing.get(name) != schema]
        if folder == event_schemas.COMMANDS:
            wrong += [folder / name for name in standing.keys() - schemas.keys()]
    return wrong + [path for path, text in _pages().items() if _read(path) != text()]


def write() -> list[Path]:
    """Brings every file to what the code says; answers those that were written.

    Raises:
        Incompatible: an event changed so that what is stored already would no longer be read; nothing is written.
        NoPlace: a page does not say where its tables go.
    """
    written = event_schemas.write()
    written += [golden.write(name) for name, _ in _missing_golden()]
    for path, text in _pages().items():
        if _read(path) != (said := text()):
            path.write_text(said, encoding="utf-8")
            written.append(path)
    return written


def _missing_golden() -> list[tuple[str, Path]]:
    """The events whose present version has no golden file, and where it goes. One that stands is never changed."""
    wanted = ((name, golden.path_of(name, event.VERSION)) for name, event in events().items())
    return [(name, path) for name, path in wanted if not path.exists()]


def _pages() -> dict[Path, Callable[[], str]]:
    """What each page should say, made when it is asked for."""
    own = {page_of(name): _own_page(name) for name in services.names()}
    return {
        access_table.SHIPPED: access_table.shipped,
        DOCS / "access.json": access_table.golden,
        DOCS / "access.cedarschema": access_table.schema,
        **{DOCS / name: page for name, page in PAGES.items()},
        **own,
        FRONT: lambda: with_teams(FRONT.read_text(encoding="utf-8")),
    }


def _own_page(team: str) -> Callable[[], str]:
    return lambda: with_tables(page_of(team).read_text(encoding="utf-8"), services.team(team))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
