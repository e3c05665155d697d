"""What stands in the logs of a running stack, wherever each team's is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from deploy.local.supervisor import Stack
from services import names

Logs = Mapping[str, asyncpg.Connection]
"""Of each service, a connection to where its log is: a team behind a wall has a database of its own."""


@asynccontextmanager
async def looking(stack: Stack) -> AsyncIterator[Logs]:
    """As the superuser, who looks at every service's schema."""
    async with AsyncExitStack() as held:
        found = {}
        for name in names():
            found[name] = await asyncpg.connect(stack.superuser_dsn(name))
            held.push_async_callback(found[name].close)
        yield found
