"""`python -m services <name>` runs one service; `python -m services all` runs them all in one process."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn
import uvloop

import services
from shared.access.groups import PolicyWrong
from shared.access.identity import IdentityWrong
from shared.infrastructure import tracing as telemetry
from shared.infrastructure.background import tune_garbage_collection
from shared.infrastructure.logs import configure
from shared.service.policy_data import BadPolicyData, check_folder
from shared.service.process import ServiceProcess
from shared.service.settings import BadSettings, Settings
from shared.web.app import application
from shared.web.http_protocol import BoundedHttp

ACCESS = Path(__file__).parent
"""The folder of the access policies: `access.cedar`, one in each team's folder, and the table compiled of them."""


def main(arguments: Sequence[str]) -> int:
    """Run the services named on the command line until they are told to stop."""
    if len(arguments) != 1 or arguments[0] not in (*services.names(), "all"):
        print(f"usage: python -m services {'|'.join((*services.names(), 'all'))}", file=sys.stderr)
        return 2
    names = services.names() if arguments[0] == "all" else (arguments[0],)
    try:
        settings = {name: Settings.of(name) for name in names}
        configure(arguments[0], settings[names[0]].log_level)
        first = settings[names[0]]
        if first.policy is not None:
            every = [one for team in services.all_teams() for one in team.reference]
            check_folder(first.policy, every, services.names())
        telemetry.configure(first.traces, *(telemetry.exporting(first.traces_to) if first.traces else ()))
        servers = [_server(name, settings[name]) for name in names]
        tune_garbage_collection()
    except (BadPolicyData, BadSettings, IdentityWrong, PolicyWrong) as error:
        print(error, file=sys.stderr)
        return 2
    uvloop.run(_serve(servers))
    return 0 if all(server.started for server in servers) else 1


def _server(name: str, settings: Settings) -> "_Server":
    process = ServiceProcess(services.team(name), settings, access=ACCESS)
    config = uvicorn.Config(
        application(process),
        host=settings.host,
        port=settings.port,
        http=BoundedHttp,
        ws="none",
        log_config=None,
        access_log=False,  # a URL names a child
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """A server that leaves the signals to `_serve`, which stops all of them, and ends what is held open before it waits."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests. A stream that tells of changes would be waited for, and then cut: it ends first."""
        self.config.app.state.streams.end()  # type: ignore[union-attr]  # it is our own application
        await super().shutdown(sockets)


async def _serve(servers: Sequence[_Server]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(_until_stopped(server, stop) for server in servers))


async def _until_stopped(server: _Server, stop: Callable[[], None]) -> None:
    try:
        await server.serve()
    finally:
        stop()  # one that fails takes the others down with it: half a process helps nobody


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
