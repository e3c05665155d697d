"""What a database administrator makes once for the pages: a role that owns a schema of its own, and can reach no other.

    python -m deploy.database.pages | psql --dbname safeguarding

prints the statements; they may run again. Then give the role a password.
"""

from typing import Final

from deploy.database.provision import DATABASE, safe

ROLE: Final = "pages"


def statements(database: str = DATABASE) -> tuple[str, ...]:
    """The statements, for a superuser connected to that database."""
    return (
        (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN "
            f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; END IF; END $$"
        ),
        f"GRANT CONNECT ON DATABASE {safe(database)} TO {ROLE}",
        f"CREATE SCHEMA IF NOT EXISTS {ROLE} AUTHORIZATION {ROLE}",
        f"ALTER ROLE {ROLE} SET search_path = {ROLE}",
    )


if __name__ == "__main__":
    print("\n".join(f"{one};" for one in statements()))
