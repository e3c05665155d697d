"""The three roles that a service's process connects as, and what is refused of them at the start.

One takes commands and adds to the log; one owns and fills the read tables; where those hold children's records, one
reads them, through row security. What keeps them apart is kept by PostgreSQL, if they are what they should be: so that
is looked at before anything is answered.
"""

from dataclasses import dataclass
from typing import Final

import asyncpg

from shared.infrastructure.postgres import open_pool
from shared.projections.walls import Logins
from shared.service.declaration import Service
from shared.service.settings import PREFIX, BadSettings, Settings

VIEWS_CONNECTIONS: Final = 4
"""Most connections that fill the read tables: a rebuild takes two, beside those that follow."""

_WHO: Final = """
SELECT current_user AS name, rolsuper OR rolbypassrls AS passes_walls,
       pg_has_role(current_user, nspowner, 'USAGE') AS owns_views
  FROM pg_roles, pg_namespace WHERE rolname = current_user AND nspname = $1"""


def has_walls(service: Service) -> bool:
    """Whether any of its read tables is read through the reader's login alone."""
    return any(view.wall is not None for view in service.views)


def check_reader(service: Service, settings: Settings) -> None:
    """Raise BadSettings where the service needs a reader's login and none is given."""
    if has_walls(service) and settings.reader_dsn is None:
        raise BadSettings(
            f"the {service.name} service cannot start:\n  {PREFIX}{service.name.upper()}_READER_DSN: Field required "
            f"({Settings.model_fields['reader_dsn'].description})"
        )


@dataclass(frozen=True, slots=True)
class DatabasePools:
    """Connections of each role, opened as they are needed; `reader` only where there are walls."""

    own: asyncpg.Pool
    views: asyncpg.Pool
    reader: asyncpg.Pool | None

    @classmethod
    async def open(cls, service: Service, settings: Settings) -> "DatabasePools":
        """The pools; nothing is connected yet."""
        name, reader = service.name, settings.reader_dsn
        return cls(
            own=await open_pool(settings.dsn.get_secret_value(), name, most=settings.pool),
            views=await open_pool(
                settings.views_dsn.get_secret_value(), name, most=VIEWS_CONNECTIONS, what="views"
            ),
            reader=None
            if reader is None or not has_walls(service)
            else await open_pool(
                reader.get_secret_value(), name, most=settings.pool, what="records", read_only=True
            ),
        )

    def terminate(self) -> None:
        """Close every connection at once."""
        for pool in (self.own, self.views, self.reader):
            if pool is not None:
                pool.terminate()

    async def logins(self, service: Service) -> Logins:
        """Who connects, once it is sure that the walls stand between them.

        Raises:
            BadSettings: the service's own role or the reader's could change the tables with walls, or see past these.
        """
        own = await self._who(self.own, service)
        if self.reader is None:
            return Logins(own=own["name"])
        reader = await self._who(self.reader, service)
        for setting, role in (("DSN", own), ("READER_DSN", reader)):
            if role["owns_views"] or role["passes_walls"]:
                raise BadSettings(
                    f"the {service.name} service cannot start:\n  {PREFIX}{service.name.upper()}_{setting}: its role "
                    f"{role['name']} could change who sees what in {service.name}_views, or sees past it: give it a role "
                    f"of its own, as `python -m deploy.database.provision {service.name}` makes it"
                )
        return Logins(own=own["name"], reader=reader["name"])

    async def _who(self, pool: asyncpg.Pool, service: Service) -> asyncpg.Record:
        found = await pool.fetchrow(_WHO, f"{service.name}_views")
        if found is None:
            raise BadSettings(f"there is no schema {service.name}_views: see docs/how-to/install.md, step 2")
        return found
