"""Measured beside: one row inserted by a plain asyncpg statement that commits by itself, one connection a caller."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop

from tests.benchmarks.callers import call
from tests.benchmarks.workers import Round, serve

CALLERS = 64
STATE = secrets.token_bytes(600)
SEALED = secrets.token_bytes(200)
TABLE = """
CREATE SCHEMA IF NOT EXISTS raw;
CREATE TABLE IF NOT EXISTS raw.events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream uuid NOT NULL, topic text NOT NULL, state bytea NOT NULL, sealed bytea NOT NULL)
"""
INSERT = "INSERT INTO raw.events (stream, topic, state, sealed) VALUES ($1, $2, $3, $4)"


@asynccontextmanager
async def opened(arguments: dict[str, Any]) -> AsyncIterator[Round]:
    """The table, and a connection for each caller there may be, each with its statement prepared."""
    connections = await asyncio.gather(*(asyncpg.connect(arguments["dsn"]) for _ in range(CALLERS)))
    await connections[0].execute(TABLE)
    prepared = [await each.prepare(INSERT) for each in connections]

    async def one(caller: int) -> None:
        await prepared[caller].fetch(uuid4(), "raw.Inserted", STATE, SEALED)

    async def one_round(order: dict[str, Any]) -> dict[str, Any]:
        return asdict(await call(order["callers"], order["seconds"], one))

    yield one_round
    await asyncio.gather(*(each.close() for each in connections))


if __name__ == "__main__":
    uvloop.run(serve(opened))
