"""Who may send the commands of toy teams: the platform's own policies, with these commands among the actions."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from shared.access.compiler import compile_table
from shared.access.policy import AccessPolicy
from shared.access.sources import read_sources
from shared.access.table import FILE, read_table
from shared.domain.command import public_name
from shared.domain.decider import Stream

FOLDER = Path(__file__).resolve().parents[2] / "services"


def access_to(streams: Iterable[Stream], service: str = "mash") -> AccessPolicy:
    """The policy of a service that has these streams, made-up ones among them."""
    return _with(
        frozenset(public_name(service, command) for stream in streams for command in stream.command_types())
    )


@cache
def _with(commands: frozenset[str]) -> AccessPolicy:
    shipped = read_table(FOLDER / FILE)
    if commands <= shipped.rows.keys():
        return AccessPolicy(shipped)
    return AccessPolicy(compile_table(read_sources(FOLDER), shipped.rows.keys() | commands))
