"""The HTTP application of one service: its commands, its own views, the board, the operator's part, problems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from shared.service.process import RunningService, ServiceProcess
from shared.service.simulated_clock import StoredClock
from shared.web import (
    access,
    audit,
    description,
    erasures,
    health,
    live,
    looks,
    may,
    problems,
    retention,
    subject_access,
    tasks,
)
from shared.web import deadlines as board
from shared.web import operations as operator
from shared.web.commands import ShortWay, commands_router
from shared.web.description import DescribedAPI
from shared.web.error_answers import ANSWERS
from shared.web.headers import SafeHeaders

OF_THE_FRAMEWORK: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
"""No spans and metrics of the framework's own, whatever the environment says: they carry addresses, which name a child."""


def application(process: ServiceProcess) -> FastAPI:
    """The application; the service starts with it and stops with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with process.run() as running:
            app.state.running = running
            try:
                yield
            finally:
                app.state.streams.end()
                app.state.running = None

    def simulated_now() -> datetime | None:
        running: RunningService | None = app.state.running
        return running.clock.now() if running and isinstance(running.clock, StoredClock) else None

    app = DescribedAPI(
        title=f"Safeguarding: {process.service.name}",
        version="1",
        lifespan=lifespan,
        # The stock pages of the API's description load scripts from elsewhere; the description itself stays.
        docs_url=None,
        redoc_url=None,
        # What it does not say, nobody need guess; but who is not signed in need not know it either.
        openapi_url=None,
        telemetry=OF_THE_FRAMEWORK,
    )
    app.state.process, app.state.running = process, None
    app.state.streams = live.Streams()
    problems.install(app, ANSWERS)
    app.add_middleware(SafeHeaders, simulated_now=simulated_now)
    commands = commands_router(process)
    app.router.routes.insert(0, ShortWay(commands))
    app.include_router(commands)
    app.include_router(health.health)
    app.include_router(description.router)
    app.include_router(board.router)
    app.include_router(tasks.router)
    app.include_router(live.router)
    app.include_router(access.router)
    app.include_router(looks.router)
    app.include_router(erasures.router)
    app.include_router(retention.router)
    app.include_router(subject_access.router)
    app.include_router(may.router)
    app.include_router(operator.router)
    app.include_router(audit.router)
    app.include_router(process.service.router)
    return app
