"""Apache Kafka on this machine: one node on loopback as a child process, its data in a directory of its own.

Whoever connects says who they are: each service is a user of its own and may write and read what follows from the
teams' declarations (`deploy.kafka.access`), the administrator everything.
"""

import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final, Self

from deploy.kafka.access import Access, access
from deploy.kafka.apply import apply
from deploy.kafka.client import login
from deploy.kafka.rules import until_in_force
from deploy.local.broker import Broker
from deploy.local.children import run, spawn
from deploy.local.errors import StackError
from deploy.local.java import java_program, kafka_jars
from deploy.local.ports import LOOPBACK, Port
from shared.crypto.secret_files import UnsafeSecret, make_secret

ADMINISTRATOR: Final = "admin"
_JVM: Final = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    # Only the quick compiler: it answers in half the time, and one machine's load never needs the other.
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
)


class LocalKafka(Broker):
    """One node of Apache Kafka. Topics, messages, offsets, users and rules outlive it, also when it is killed.

    Attributes:
        directory: where its data, its settings and its users' passwords are; for us alone.
    """

    called = "Kafka"
    keeps_data = True
    grace = 5

    def __init__(self, directory: Path, *, log: Path | None = None, given: Access | None = None) -> None:
        """Nothing happens yet. Its log goes to `log`; left out, into the directory. `given`: other topics and rights
        than those of all teams.
        """
        self.given = given or access()
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.log = log.resolve() if log else self.directory / "broker.log"
        self._controller: Port | None = None
        self._command: list[str] = []

    @property
    def administrator(self) -> dict[str, str]:
        """How an administrator's client (`deploy.kafka.topics.admin_client`) makes itself known."""
        return login(ADMINISTRATOR, self.password(ADMINISTRATOR), mechanism="PLAIN")

    def password(self, user: str) -> str:
        """The password of a service's user, made once. StackError when others on the machine can read it."""
        path = self.directory / "secrets" / f"{user}.password"
        try:
            return make_secret(path, lambda: secrets.token_urlsafe(24).encode()).decode()
        except UnsafeSecret as error:
            raise StackError(str(error)) from None

    def login_of(self, service: str) -> Mapping[str, str]:
        """The settings with which a service makes itself known. StackError for a service that is none."""
        if service not in self.given.services:
            raise StackError(
                f"Kafka has no user for {service}: the teams are {', '.join(self.given.services)}"
            )
        return {"KAFKA_USER": service, "KAFKA_PASSWORD": self.password(service)}

    def launch(self) -> None:
        """Starts its process on its data and does not wait for it; the first time its data is made, in two seconds.

        StackError when Java or Kafka's jars are missing; the text says how to get them.
        """
        if self._port is None:
            classpath = ":".join(str(jar) for jar in kafka_jars())
            self._command = [java_program(), *_JVM, "-cp", classpath]
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._controller = Port()
            self._begin()
            (self.directory / "log4j2.properties").write_text(_file("log4j2.properties"))
            if not self.data.exists():
                self._make_data()
            self._write_settings(self.data)
        settings = f"-Dlog4j2.configurationFile={self.directory / 'log4j2.properties'}"
        self.child = spawn(
            "broker",
            [
                *self._command[:-2],
                settings,
                *self._command[-2:],
                "kafka.Kafka",
                str(self._settings(self.data)),
            ],
            log=self.log,
            cwd=self.directory,
            env={"LANG": "C.UTF-8"},  # Java also takes options from the environment
        )

    def prepare(self) -> None:
        """Makes the topics, the services' users and their rules, and waits until they hold. Blocks.

        Rules that are not declared are taken away: this broker is nobody else's.

        TopicError or AccessError when it dies meanwhile.
        """
        passwords = {service: self.password(service) for service in self.given.services}
        apply(
            self.bootstrap,
            self.administrator,
            passwords=passwords,
            remove_undeclared=True,
            given=self.given,
            timeout=10,
        )
        until_in_force(self.bootstrap, passwords, self.given)

    def stop(self) -> None:
        """Ends it in order, within seconds, and gives up its ports. A second time is nothing."""
        super().stop()
        if self._controller is not None:
            self._controller.release()
        self._controller = None

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.prepare()
        except BaseException:
            self.stop()
            raise
        return self

    def _make_data(self) -> None:
        """Makes the data directory. It gets its name when it is whole, so a death on the way is made good."""
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        # 16 bytes as Kafka writes them; one that begins with a dash would be taken for an option.
        cluster = urlsafe_b64encode(b"\x00" + secrets.token_bytes(15)).decode().rstrip("=")
        settings = self._write_settings(new)
        done = run([*self._command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)])
        settings.unlink()
        if done.returncode != 0:
            raise StackError(f"Kafka's data could not be made in {new}: {done.stdout.strip()}")
        new.rename(self.data)

    def _settings(self, data: Path) -> Path:
        return self.directory / f"{data.name}.properties"

    def _write_settings(self, data: Path) -> Path:
        """Writes the node's settings for this data directory, with its ports and the administrator's password."""
        assert self._port is not None
        assert self._controller is not None
        port = str(self._port.number)
        path = self._settings(data)
        path.touch(mode=0o600)
        path.write_text(
            server_settings(
                listen=LOOPBACK,
                port=port,
                advertised_port=port,
                controller_port=str(self._controller.number),
                data=str(data),
                admin=ADMINISTRATOR,
                admin_password=self.password(ADMINISTRATOR),
            )
        )
        return path


def server_settings(**values: str) -> str:
    """The node's settings, `server.properties`, filled in."""
    return Template(_file("server.properties").replace("${...}", "$${...}")).substitute(values)


def _file(name: str) -> str:
    return resources.files("deploy.kafka").joinpath(name).read_text(encoding="utf-8")
