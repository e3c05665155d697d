"""Connections to PostgreSQL: a service's pool, its writers' own connections, and when it is away."""

from typing import Final

import asyncpg

COMMAND_TIMEOUT = 10.0
"""Seconds after which the database counts as away."""


async def open_pool(
    dsn: str, service: str, *, most: int = 8, what: str = "reader", read_only: bool = False
) -> asyncpg.Pool:
    """A pool that gives a connection back without asking the database anything.

    The driver would send a statement that clears what a session keeps after each use: a second round trip for every
    read. Nothing of ours leaves anything in a session of this pool: settings are made for one transaction, whoever
    takes a lock for a session lets go of it or ends the connection (`rebuild.building`), and a transaction left open
    is still rolled back by the driver.

    Args:
        dsn: of one of the service's logins.
        service: its name.
        most: connections.
        what: what they are for, as PostgreSQL shows it of each.
        read_only: whether every transaction begins without the right to change anything.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,  # with idle connections kept, the driver logs a traceback a retry while the database is away
        max_size=most,
        command_timeout=COMMAND_TIMEOUT,
        reset=_nothing,
        server_settings={
            "application_name": f"{service} {what}",
            **({"default_transaction_read_only": "on"} if read_only else {}),
        },
    )


async def connect(dsn: str, service: str, *, lock_timeout: str = "0") -> asyncpg.Connection:
    """A connection of its own for who holds a lock on it: the log's writer, the relay, the notifier.

    The database ends it after ten seconds in which a transaction of ours stands idle, so that a process that hangs keeps
    no lock from the others. `lock_timeout`: how long it may wait for a lock, as PostgreSQL writes it; "0" is for ever.
    """
    return await asyncpg.connect(
        dsn,
        command_timeout=15,
        timeout=5,
        server_settings={
            "application_name": f"{service} writer",
            "lock_timeout": lock_timeout,
            "idle_in_transaction_session_timeout": "10s",
        },
    )


async def _nothing(_connection: asyncpg.Connection) -> None:
    """Nothing is kept, so nothing is cleared."""


DATABASE_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    OSError,
    TimeoutError,
)
"""Errors that say the database is away, full or busy, not that what was asked is wrong: trying again later is right.

The one list of these in the house. `would_fail_again` is its opposite.
"""


_FAILS_AGAIN: Final = frozenset({"0A", "22", "23", "42", "54"})
"""Classes of PostgreSQL's errors that come from what was asked: not supported, data, constraint, name or syntax, limit."""


def would_fail_again(error: Exception) -> bool:
    """Whether trying again would end the same way: a fault of the program or of a value, the opposite of DATABASE_AWAY.

    No error is both. Few are neither, such as a password that was changed: somebody puts that right at the database, so
    it is tried again and shown, and nothing that was asked is given up for it.
    """
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return False
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _FAILS_AGAIN
    return not isinstance(
        error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError | TimeoutError
    )
