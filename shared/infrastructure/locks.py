"""Locks of a service's own, as rows of its schema: which no other role of the database can take.

An advisory lock belongs to the whole database, and any role may take any: one service could stop all others. These are
rows of the owner's schema (`schema.sql`), in two kinds.

For a transaction, `for_transaction` is one statement, and the lock goes with the transaction, however it ends.

For a session's life, such as leading a relay, a row says whose session holds it (`take_session_lock`). It is free as soon
as that session has ended, whatever ended it; no lease runs out meanwhile, and holding it costs nothing. A process that was
stopped (SIGSTOP) keeps its session: where a patience is named, who has asked the database nothing for so long is overtaken.
So whoever holds it writes under its term, and what a term that is over would write is not written.
"""

from datetime import timedelta
from typing import Literal

import asyncpg

TransactionLock = Literal["log", "access", "checkpoints"]


def for_transaction(schema: str, name: TransactionLock) -> str:
    """The statement that waits for a lock and holds it until the transaction's end.

    A statement of its own, where what follows must see all that was committed before: a snapshot is older than the lock
    it was taken with. It answers one row; `held` says whether it did.
    """
    return f"SELECT FROM {schema}.locks WHERE name = '{name}' FOR UPDATE"


def held(tag: str) -> None:
    """Check what the database answered to `for_transaction`: without a row nothing is locked.

    Raises:
        asyncpg.InterfaceError: the schema is not migrated.
    """
    if tag != "SELECT 1":
        raise asyncpg.InterfaceError("the lock is not there: migrate the service's schema")


async def take_session_lock(
    connection: asyncpg.Connection, schema: str, name: str, *, patience: timedelta | None = None
) -> int | None:
    """Take a lock for the life of this connection.

    Args:
        connection: to the service's database, as its own role: only its own role sees how its sessions are.
        schema: the service's.
        name: of the lock; it is made where it was never taken.
        patience: how long the holder's session may have asked nothing before it is overtaken; None: for ever.

    Returns:
        The term under which it is held now; None where another session holds it.
    """
    term: int | None = await connection.fetchval(f"SELECT {schema}.take_lock($1, $2)", name, patience)
    return term


async def give_back(connection: asyncpg.Connection, schema: str, name: str) -> None:
    """Give a session's lock back before the session ends. Nothing where another has taken it meanwhile."""
    await connection.execute(
        f"UPDATE {schema}.locks SET pid = NULL, began = NULL WHERE name = $1 AND pid = pg_backend_pid()", name
    )
