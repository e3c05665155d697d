"""Merges as a service hears of them from the index of people: the same for tests of all that follows them."""

from itertools import count
from uuid import UUID, uuid4

from shared.commands.handler import CommandHandler
from shared.team.known_people import KnowMerge

_told = count(1)


async def merge(handler: CommandHandler, kept: UUID, *others: UUID) -> None:
    """These are one person."""
    told = KnowMerge(about=(kept, *others), kept=kept, others=others, told_at=next(_told))
    await handler.run(told, handler.team, uuid4())


async def unmerge(handler: CommandHandler, *people: UUID) -> None:
    """They are not, after all."""
    told = KnowMerge(about=people, kept=people[0], told_at=next(_told))
    await handler.run(told, handler.team, uuid4())
