"""Apache Kafka in a container, where a docker engine answers; in the place of the one that Java runs here."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from deploy.kafka.access import Access
from deploy.kafka.topics import broker_answers
from deploy.local.java import VERSION
from deploy.local.kafka import ADMINISTRATOR, LocalKafka, server_settings
from deploy.local.ports import Port

IMAGE = f"apache/kafka:{VERSION}"
_MOUNTED = "/mnt/safeguarding"
_DATA = "/tmp/kafka-data"
_START = f"""
test -f {_DATA}/meta.properties ||
    /opt/kafka/bin/kafka-storage.sh format -t "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" -c {_MOUNTED}/server.properties
exec /opt/kafka/bin/kafka-server-start.sh {_MOUNTED}/server.properties
"""


@cache
def engine_answers() -> bool:
    """Whether there is a docker engine. Asked in a process of its own: its client leaves sockets open when not."""
    ask = "import docker; docker.from_env(timeout=5).ping()"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, timeout=60, check=False)
    return done.returncode == 0


class ContainerKafka(LocalKafka):
    """The same node, with the same settings, from its image."""

    def __init__(self, directory: Path, *, given: Access | None = None) -> None:
        super().__init__(directory, given=given)
        self._container: Any = None

    @property
    def alive(self) -> bool:
        if self._container is None:
            return False
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        return bool(wrapped.status == "running")

    def launch(self) -> None:
        if self._container is not None:
            self._container.get_wrapped_container().start()
            return
        from testcontainers.core.container import DockerContainer

        self._port, self._controller = Port(), Port()
        # The same number inside: the node reaches itself by the address it gives to clients.
        port = self._port.number
        mounted = self.directory / "mounted"
        mounted.mkdir(parents=True)
        (mounted / "server.properties").write_text(
            server_settings(
                listen="0.0.0.0",
                port=str(port),
                advertised_port=str(port),
                controller_port=str(self._controller.number),
                data=_DATA,
                admin=ADMINISTRATOR,
                admin_password=self.password(ADMINISTRATOR),
            )
        )
        self._container = (
            DockerContainer(IMAGE)
            .with_volume_mapping(str(mounted), _MOUNTED)
            .with_bind_ports(port, port)
            .with_kwargs(entrypoint=["sh", "-c"])
            .with_command([_START])
        )
        self._container.start()

    def answering(self) -> bool:
        return self.alive and broker_answers(self.bootstrap, login=self.administrator)

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def stop(self) -> None:
        if self._container is not None:
            self._container.stop()
        self._container = None
        super().stop()
