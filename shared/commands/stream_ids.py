"""The ids of streams, made of what they are of.

The thing (a contact, a meeting) has the id of the command that opened it; each child's stream of it is
uuid5(thing, child). The n-th episode of a child has an id made of the child, the kind and n, so two commands that
open an episode at the same moment meet on one stream, and its version lets only one of them through.
"""

from functools import lru_cache
from uuid import UUID, uuid5

from shared.domain.decider import Stream
from shared.infrastructure.ids import quick


@lru_cache(maxsize=20_000)
def thing_stream(thing: UUID, child: UUID | None) -> UUID:
    """The stream of a thing for one of its children; of a thing about no child, the thing's own id."""
    return quick(uuid5(thing, str(child))) if child else thing


def child_stream(service: str, stream: Stream, child: UUID) -> UUID:
    """A team's one stream of a kind for a child."""
    return _made(child, f"{service}/{stream.name}")


def episode_stream(service: str, stream: Stream, child: UUID, n: int, code: str = "") -> UUID:
    """The stream of a child's n-th episode of a kind, n from 1; of those parted by a code, the n-th of this code."""
    return _made(child, f"{service}/{stream.name}/{code}/{n}" if code else f"{service}/{stream.name}/{n}")


@lru_cache(maxsize=20_000)
def _made(of: UUID, name: str) -> UUID:
    """The same ones are asked for with each command about a child."""
    return quick(uuid5(of, name))
