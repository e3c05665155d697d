"""The pages in the local stack: their process, where to sign in, their role and schema in the database."""

import json
import secrets
import sys
from collections.abc import Mapping

import asyncpg

from deploy.database.pages import ROLE, statements
from deploy.database.provision import DATABASE
from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.service import ServiceProcess
from shared.crypto.secret_files import KEY_BYTES, make_secret


class WithPages:
    """The two processes that a stack with pages has beside the services."""

    def __init__(self, layout: Layout) -> None:
        """Reserves their ports."""
        self._layout = layout
        pages = ServiceProcess("pages", [sys.executable, "-m", "services.pages"])
        self._port = pages.port.number
        self.url = pages.url
        sign_in = ServiceProcess("sign-in", [])
        issuer = str(layout.directory / "issuer")
        sign_in.command = (
            *(sys.executable, "-m", "deploy.local.sign_in"),
            *(issuer, str(sign_in.port.number), f"{self.url}/sign-in/done"),
        )
        self._provider = sign_in.url
        self.processes = {"sign-in": sign_in, "pages": pages}

    @property
    def _key(self) -> str:
        return str(self._layout.secrets / "pages.key")

    def make_files(self) -> None:
        """Makes the key that sessions and drafts are sealed with, and the role's password, once."""
        make_secret(self._layout.secrets / "pages.key", lambda: secrets.token_bytes(KEY_BYTES))
        self._layout.password(ROLE)

    async def prepare(self, server: EmbeddedPostgres) -> None:
        """Makes the role and its schema, and sets its password."""
        connection = await asyncpg.connect(server.dsn(DATABASE))
        try:
            for statement in statements(DATABASE):
                await connection.execute(statement)
            await connection.execute(f"ALTER ROLE {ROLE} PASSWORD '{self._layout.password(ROLE)}'")
        finally:
            await connection.close()

    def environment(self, server: EmbeddedPostgres, urls: Mapping[str, str]) -> dict[str, str]:
        """The environment of both."""
        settings = {
            "DSN": server.dsn(DATABASE, ROLE, self._layout.password(ROLE)),
            "KEY": self._key,
            "IDENTITY": str(self._layout.issuer.identity_path),
            "SERVICES": json.dumps(dict(urls)),
            "PROVIDER": self._provider,
            "ORIGIN": self.url,
            "HOST": LOOPBACK,
            "PORT": str(self._port),
        }
        return self._layout.own_environment({f"PAGES_{name}": text for name, text in settings.items()})
