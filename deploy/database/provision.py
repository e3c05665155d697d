"""What a database administrator makes once for a service: its roles and two schemas, with no right more than needed.

    python -m deploy.database.provision people --database safeguarding | psql --dbname safeguarding
    python -m deploy.database.provision
    python -m deploy.database.provision lado | psql --dbname safeguarding_lado

prints the statements. They run as a superuser, in the database the services share, and may run again: what is there
stays as it is. Passwords are not in them. A team behind a wall has a database of its own, into which no other role gets:
it is provided by itself.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Final

import services
from shared.service.logins import has_walls

DATABASE: Final = "safeguarding"
"""What the database is called where nobody says otherwise."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)


def database_of(service: str, database: str = DATABASE) -> str:
    """The database that a service's log is in: the one the services share, but of a team behind a wall one of its own.

    Args:
        service: its name; of a team that is not here yet it is the shared one.
        database: what the shared one is called.
    """
    walled = service in services.names() and services.team(service).topic.walled
    return f"{database}_{service}" if walled else database


class NotAName(ValueError):
    """A name that cannot stand in a statement as it is. The message says what one looks like."""


def owner_of(service: str) -> str:
    """The role that owns a service's log; the service itself connects as another, named like itself."""
    return f"{service}_owner"


def views_owner_of(role: str) -> str:
    """The role that owns and fills the read tables of a service whose own role is named so."""
    return f"{role}_views"


def reader_of(role: str) -> str:
    """The role that children's records are read as, in a service whose own role is named so."""
    return f"{role}_reader"


def logins_of(service: str, role: str | None = None) -> tuple[str, ...]:
    """Every role of a service that is given a password: the owner of its log, its own, that of its read tables, and the
    reader's, where its read tables hold children's records: a team that is not here yet has none that do.
    """
    app = role or service
    roles = (owner_of(service), app, views_owner_of(app))
    read_apart = service in services.names() and has_walls(services.team(service))
    return (*roles, reader_of(app)) if read_apart else roles


def safe(name: str) -> str:
    """The name of a role, schema or database, checked: it needs no quotes. Raises NotAName."""
    if not _NAME.fullmatch(name):
        raise NotAName(
            f"{name!r} is no name of a role, schema or database here: at most 41 lower-case letters, digits and "
            "underscores, a letter first"
        )
    return name


def close_database(database: str = DATABASE) -> str:
    """The statement after which only roles that are named may connect to the database."""
    return f"REVOKE ALL ON DATABASE {safe(database)} FROM PUBLIC"


def statements(service: str, database: str = DATABASE, role: str | None = None) -> tuple[str, ...]:
    """The statements that make a service's roles and schemas, for a superuser connected to that database.

    The owner's schema holds the log: the service's own role gets into it what a migration grants, and makes nothing
    there. The views' schema belongs to the role that fills the read tables and builds them again, and is the only one
    that can: what the service's own role reads of them, and what the reader's, is granted table by table.

    Args:
        service: its name, which is that of the schema of its log.
        database: the one they run in.
        role: the service's own role; left out, named like the service.

    Raises:
        NotAName: one of them cannot stand in a statement.
    """
    app, database = safe(role or service), safe(database)
    owner, *others = logins_of(safe(service), app)
    views = views_owner_of(app)
    reading = [name for name in others if name != views]
    return (
        *(_role(name) for name in (owner, *others)),
        f"GRANT CONNECT ON DATABASE {database} TO {', '.join((owner, *others))}",
        f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}",
        f"CREATE SCHEMA IF NOT EXISTS {service}_views AUTHORIZATION {views}",
        *_given(f"{service}_views", views),
        f"GRANT USAGE ON SCHEMA {service}_views TO {', '.join(reading)}",
        *(f"ALTER ROLE {name} SET default_transaction_read_only = on" for name in reading if name != app),
    )


def script(services: Sequence[str], database: str = DATABASE, role: str | None = None) -> str:
    """The statements of these services as a file for psql or any other client. Raises NotAName."""
    lines = [
        "-- Run as a superuser, connected to this database. It may run again. Then give each role a password:",
        "-- in psql, \\password ROLE.",
        # In another database the roles would come out right, and the schemas where nobody looks for them.
        f"DO $$ BEGIN IF current_database() <> '{safe(database)}' THEN",
        f"RAISE EXCEPTION 'connect to the database {database} first; this is %', current_database();",
        "END IF; END $$;",
        f"{close_database(database)};",
    ]
    for service in services:
        lines += [f"-- {service}", *(f"{one};" for one in statements(service, database, role))]
    return "\n".join(lines) + "\n"


def _given(schema: str, owner: str) -> tuple[str, ...]:
    """A schema of read tables, and what is in it, belongs to its owner also where it was made for another."""
    tables = f"SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = '{schema}'::regnamespace"
    alter = f"EXECUTE format('ALTER TABLE %s OWNER TO {owner}', one)"
    return (
        f"ALTER SCHEMA {schema} OWNER TO {owner}",
        f"DO $$ DECLARE one regclass; BEGIN FOR one IN {tables} LOOP {alter}; END LOOP; END $$",
    )


def _role(name: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN "
        f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; END IF; END $$"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Answers 0, and 2 for a name that is none."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.database.provision",
        description="Print the SQL of a service's roles and schemas.",
    )
    parser.add_argument("service", nargs="?", default="all", choices=(*services.names(), "all"))
    parser.add_argument(
        "--database",
        help=f"the one it will run in (default: {DATABASE}; of a team behind a wall its own, as {DATABASE}_lado)",
    )
    parser.add_argument("--role", help="the service's own role (default: named like the service)")
    asked = parser.parse_args(arguments)
    if asked.role and asked.service == "all":
        parser.error("--role goes with one service: name it instead of all")
    try:
        shared = asked.database or DATABASE
        if asked.service == "all":
            text = script([name for name in services.names() if database_of(name, shared) == shared], shared)
        else:
            own = asked.database or database_of(asked.service)
            text = script((asked.service,), own, asked.role)
    except NotAName as error:
        print(error, file=sys.stderr)
        return 2
    print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
