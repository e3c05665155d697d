"""Databases of a test's own on a server that others use too."""

from uuid import uuid4

from deploy.local.postgres import EmbeddedPostgres


def copy_of(server: EmbeddedPostgres, template: str) -> str:
    """Copies a database to which nobody is connected, and answers the copy's name. Blocks.

    File by file, since these servers wait for no disk: written into the log page by page it takes four times as long.
    """
    name = f"t{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return name
