"""A PostgreSQL of the benchmarks' own, durable as in production, with the schemas of a service."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.postgres import EmbeddedPostgres
from shared.service.migrations import migrate

DATABASE = "bench"


@dataclass(frozen=True)
class Database:
    """Where everything measured in one benchmark connects, and a directory for its files."""

    server: EmbeddedPostgres
    directory: Path

    @property
    def app(self) -> str:
        """DSN of the service's own role."""
        return self.server.dsn(DATABASE, "app", "app")

    @property
    def superuser(self) -> str:
        """DSN of the superuser: for what is measured beside the service, and for filling tables."""
        return self.server.dsn(DATABASE)

    def password(self) -> str:
        """The superuser's, for a library that takes no DSN."""
        return (self.server.directory / "superuser.password").read_text(encoding="utf-8").strip()


@asynccontextmanager
async def database(service: str) -> AsyncIterator[Database]:
    """A new server with the service's log and read schemas, gone at the end. It syncs what it commits."""
    with tempfile.TemporaryDirectory(prefix="safeguarding-bench-") as name:
        directory = Path(name)
        with EmbeddedPostgres(directory / "postgres") as server:
            server.execute("CREATE ROLE owner LOGIN PASSWORD 'owner'; CREATE ROLE app LOGIN PASSWORD 'app'")
            server.create_database(DATABASE)
            server.execute(
                f"CREATE SCHEMA {service} AUTHORIZATION owner; CREATE SCHEMA {service}_views AUTHORIZATION app",
                DATABASE,
            )
            await migrate(server.dsn(DATABASE, "owner", "owner"), service, "app")
            yield Database(server, directory)
