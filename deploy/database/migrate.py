"""Makes and brings up to date what a service's log needs in its database. It may run at every release, and again.

    SAFEGUARDING_PEOPLE_OWNER_DSN=postgresql://people_owner:...@db/safeguarding python -m deploy.database.migrate people
    python -m deploy.database.migrate

takes the DSN of the role that owns the log from SAFEGUARDING_<SERVICE>_OWNER_DSN, else SAFEGUARDING_OWNER_DSN, and the
service's own role from SAFEGUARDING_<SERVICE>_ROLE, else the service's name. Without a name it does every
service in turn and stops at the first that fails.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

import services
from deploy.database.provision import NotAName, owner_of, safe
from shared.infrastructure.networks import in_the_clear
from shared.service.migrations import migrate
from shared.service.settings import PREFIX

OLDEST: Final = 15
"""The oldest major version of PostgreSQL that the platform runs on."""

_PATIENCE: Final = 10  # seconds to wait for a connection
_PROVISION: Final = "run as a superuser what `python -m deploy.database.provision {service}` prints"


class CannotMigrate(Exception):
    """A service's database was left as it was. The message says why and what to do, and repeats no DSN."""


@dataclass(frozen=True)
class Target:
    """Where a service's log is, and for whom."""

    service: str
    owner_dsn: str
    role: str

    @classmethod
    def of(cls, service: str, environment: Mapping[str, str]) -> "Target":
        """What the environment says of a service. Raises CannotMigrate where it does not say enough."""
        own = f"{PREFIX}{service.upper()}_"
        dsn = environment.get(f"{own}OWNER_DSN") or environment.get(f"{PREFIX}OWNER_DSN")
        if not dsn:
            raise CannotMigrate(
                f"{service}: set {own}OWNER_DSN to the DSN of its owner's role, as "
                f"postgresql://{owner_of(service)}:PASSWORD@HOST/DATABASE"
            )
        if environment.get(f"{PREFIX}PRIVATE_NETWORK") != "true" and _in_the_clear(dsn):
            raise CannotMigrate(
                f"{service}: {own}OWNER_DSN: the server is not on this machine: add sslmode=verify-full, and "
                f"sslrootcert=FILE where its certificate is the council's own; where the network itself is encrypted, "
                f"say {PREFIX}PRIVATE_NETWORK=true"
            )
        try:
            role = safe(environment.get(f"{own}ROLE") or service)
        except NotAName as error:
            raise CannotMigrate(f"{service}: {own}ROLE: {error}") from None
        return cls(service, dsn, role)


def _in_the_clear(dsn: str) -> bool:
    """Whether the owner's password would go where somebody may listen. What is no DSN at all is said when it is used."""
    try:
        return in_the_clear(dsn)
    except ValueError:
        return False


async def migrate_service(target: Target) -> list[str]:
    """Brings one service's log up to date; answers the names of the tables and indexes that were missing,
    without the keys that come with their tables.

    Raises:
        CannotMigrate: the database is away, too old, or not provided for this service.
    """
    service, role = target.service, target.role
    provision = _PROVISION.format(service=service)
    try:
        connection = await asyncpg.connect(target.owner_dsn, timeout=_PATIENCE)
        try:
            if (major := connection.get_server_version().major) < OLDEST:
                raise CannotMigrate(f"{service}: this is PostgreSQL {major}; {OLDEST} or later is needed")
            await _provided(connection, target, provision)
            before = await _relations(connection, service)
            await migrate(target.owner_dsn, service, role)
            return sorted(await _relations(connection, service) - before)
        finally:
            await connection.close()
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        raise CannotMigrate(
            f"{service}: the database refuses this login: is the role there ({provision}), and its password right?"
        ) from None
    except asyncpg.InvalidCatalogNameError as error:
        raise CannotMigrate(f"{service}: {error}: create the database first, then {provision}") from None
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotMigrate(
            f"{service}: {error}: connect as {owner_of(service)}, the role that owns the schema"
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise CannotMigrate(
            f"{service}: the database does not answer ({type(error).__name__}): "
            f"is the DSN's host and port right, and the server running?"
        ) from None
    except (ValueError, asyncpg.InterfaceError) as error:
        # What the driver says of a DSN may repeat it, password and all.
        raise CannotMigrate(
            f"{service}: the owner's DSN cannot be used ({type(error).__name__}): it is written "
            f"postgresql://{owner_of(service)}:PASSWORD@HOST:5432/DATABASE"
        ) from None
    except asyncpg.PostgresError as error:
        raise CannotMigrate(f"{service}: PostgreSQL refused: {error}") from None


async def _provided(connection: asyncpg.Connection, target: Target, provision: str) -> None:
    for what, name, there in (
        ("role", target.role, "SELECT FROM pg_roles WHERE rolname = $1"),
        ("schema", target.service, "SELECT FROM pg_namespace WHERE nspname = $1"),
        ("schema", f"{target.service}_views", "SELECT FROM pg_namespace WHERE nspname = $1"),
    ):
        if not await connection.fetchval(f"SELECT EXISTS ({there})", name):
            raise CannotMigrate(f"{target.service}: there is no {what} {name} in this database: {provision}")
    views = f"{target.service}_views"
    owner = await connection.fetchval(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = $1", views
    )
    if owner == target.role:
        raise CannotMigrate(
            f"{target.service}: the schema {views} belongs to {owner}, which is to read it and to change nothing in it: "
            f"{provision}"
        )


async def _relations(connection: asyncpg.Connection, schema: str) -> set[str]:
    rows = await connection.fetch(
        """SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_index i ON i.indexrelid = c.oid
            WHERE nspname = $1 AND relkind IN ('r', 'p', 'i', 'I') AND indisprimary IS NOT true""",
        schema,
    )
    return {row["relname"] for row in rows}


def _said(target: Target, made: Sequence[str]) -> str:
    what = f"made {', '.join(made)}" if made else "every table and index was there"
    return f"{target.service}: {what}; functions, triggers and the rights of {target.role} are set."


async def _migrate_all(services: Sequence[str]) -> None:
    targets = [Target.of(service, os.environ) for service in services]
    for target in targets:
        print(_said(target, await migrate_service(target)), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Answers 0, and 1 where a service's database was left as it was."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.database.migrate", description="Make or bring up to date a service's log."
    )
    parser.add_argument("service", nargs="?", default="all", choices=(*services.names(), "all"))
    asked = parser.parse_args(arguments)
    try:
        asyncio.run(_migrate_all(services.names() if asked.service == "all" else (asked.service,)))
    except CannotMigrate as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
