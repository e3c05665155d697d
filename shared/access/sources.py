"""Collects what the access policies are made of: Cedar files, groups, names of actions; and their digest."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final

from shared.access import groups
from shared.access.groups import PERSONS, Groups, PolicyWrong, read_groups

FILE: Final = "access.cedar"
"""What a team's policies are called, in its folder; those of every team stand in the folder above."""


COUNCIL: Final = "council.cedar"
"""A council's own policies, in its folder: they add to those that come with the platform, or narrow them."""


NATIONAL: Final = Path(__file__).with_name("policies") / "national.cedar"
"""The walls that no council edits."""


_COMPILER: Final = (
    *("actions.py", "compiler.py", "groups.py", "parsed.py", "sources.py", "table.py"),
    "../domain/access_facts.py",
)
"""The modules whose text says what a table means: a table made by another text is not used."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file of policies.

    Attributes:
        path: where it stands.
        text: what stands in it.
        team: whose actions alone it may name; None: any.
        national: it may name roles alone, no groups.
    """

    path: Path
    text: str
    team: str | None = None
    national: bool = False


@dataclass(frozen=True)
class Sources:
    """All that decides who may do what, as it is written.

    Attributes:
        files: the files of policies, in the order in which a refusal names their rules.
        written_groups: the files of groups, a later one before an earlier one.
    """

    files: tuple[PolicyFile, ...]
    written_groups: tuple[tuple[Path, str], ...]

    @cached_property
    def groups(self) -> Groups:
        """The groups and bases in force. Raises PolicyWrong."""
        return read_groups(self.written_groups)

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams that have policies of their own."""
        return tuple(file.team for file in self.files if file.team is not None)

    def digest(self, actions: Iterable[str]) -> str:
        """SHA-256 of these policies and groups, the roles, the names of actions, the facts and the compiler."""
        parts = [
            *((file.team or file.path.name, file.text) for file in self.files),
            *((path.name, text) for path, text in self.written_groups),
            ("roles", " ".join(sorted(PERSONS))),
            ("actions", " ".join(sorted(actions))),
            ("compiler", _compiler()),
        ]
        digest = hashlib.sha256()
        for part in parts:
            for text in part:
                written = text.encode()
                digest.update(len(written).to_bytes(8))
                digest.update(written)
        return digest.hexdigest()


def read_sources(folder: Path, council: Path | None = None) -> Sources:
    """The policies and groups of the platform, and of a council's folder where there is one.

    Args:
        folder: where the teams' folders are, and what is of all of them.
        council: a folder with `council.cedar`, `groups.yaml` or both.

    Raises:
        PolicyWrong: a file is missing, or there is one of the tables of old.
    """
    files = [
        PolicyFile(NATIONAL, _text(NATIONAL), national=True),
        PolicyFile(folder / FILE, _text(folder / FILE)),
    ]
    files += [
        PolicyFile(path, _text(path), team=path.parent.name) for path in sorted(folder.glob(f"*/{FILE}"))
    ]
    of_groups = [folder / groups.FILE]
    if council is not None:
        if not council.is_dir():
            raise PolicyWrong(f"{council} is no folder: name one that holds {COUNCIL}, {groups.FILE} or both")
        if old := sorted(council.glob("**/access.yaml")):
            raise PolicyWrong(
                f"{old[0]} is a table of an earlier edition, and no longer read: write what is to be otherwise as "
                f"policies in {council / COUNCIL}, and groups of roles in {council / groups.FILE}"
            )
        if (council / COUNCIL).exists():
            files.append(PolicyFile(council / COUNCIL, _text(council / COUNCIL)))
        if (council / groups.FILE).exists():
            of_groups.append(council / groups.FILE)
    return Sources(tuple(files), tuple((path, _text(path)) for path in of_groups))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise PolicyWrong(f"{path} cannot be read: what says who may do what belongs there") from None
    except UnicodeDecodeError:
        raise PolicyWrong(f"{path} is no text in UTF-8: write it so") from None


@cache
def _compiler() -> str:
    """What compiles: its own modules' text, and the edition of the engine."""
    texts = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in _COMPILER]
    return hashlib.sha256("\0".join([*texts, version("cedarpy")]).encode()).hexdigest()
