"""People's service as a process of its own, on a database and a broker of the test's own: started, killed, started again."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.broker import EmbeddedBroker
from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK, Port
from deploy.local.postgres import EmbeddedPostgres
from shared.messaging.relay import forget_broker
from shared.messaging.topics import PARTITIONS, topic_of
from tests.integration.databases import copy_of
from tests.integration.toys import TEMPLATE

ROOT = Path(__file__).parents[2]
SERVICES = ("people", "mash", "assessment")
"""Those of which the database has a schema."""
PATIENCE = 60.0


@dataclass
class OneService:
    """The process, and who asks it."""

    layout: Layout
    dsn: str
    superuser: asyncpg.Connection
    http: httpx.AsyncClient
    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    children: list[UUID] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Its log."""
        return self.layout.log("people").read_text()

    async def start(self, *, ready: bool = True) -> None:
        """A new process. Returns once it is ready, or where it is not to become so, once it answers."""
        self.process = self._spawned()
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if (await self.http.get(f"{self.url}/health/{'ready' if ready else 'live'}")).is_success:
                        return
                except httpx.TransportError:
                    pass
                assert self.process.poll() is None, self.said
                await asyncio.sleep(0.05)

    def _spawned(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "services", "people"]
        with self.layout.log("people").open("ab") as out:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=out, stderr=subprocess.STDOUT
            )

    def kill(self) -> None:
        """As the machine would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def stop(self) -> None:
        """As an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self.process.wait, 15)

    async def register(self, name: str, *, key: UUID | None = None, status: int = 200) -> UUID | None:
        """A child, in the words of somebody at the front door; their id."""
        token = self.layout.issuer.token("A. Clerk", "business_support", "childrens_social_care")
        answer = await self.http.post(
            f"{self.url}/commands/people.RegisterPerson",
            json={"with": {"kind": "child", "name": name, "born": "2017-02-11"}},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(key or uuid4())},
        )
        assert answer.status_code == status, answer.text
        return UUID(answer.json()["id"]) if answer.is_success else None

    async def number(self, child: UUID, number: str = "943 476 5919", *, status: int = 200) -> str:
        """Record a child's NHS number: the next event of the same child. What was answered."""
        token = self.layout.issuer.token("A. Clerk", "business_support", "childrens_social_care")
        answer = await self.http.post(
            f"{self.url}/commands/people.RecordNhsNumber",
            json={"about": [str(child)], "with": {"nhs_number": number}},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == status, answer.text
        return answer.text

    async def progress(self) -> dict[str, Any]:
        """What it says of itself to the operator."""
        token = self.layout.issuer.token("An Operator", "operator", "childrens_social_care")
        answer = await self.http.get(f"{self.url}/progress", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def accept(self, reason: str, *, status: int = 200) -> dict[str, int] | None:
        """An operator goes on with the log as it stands."""
        token = self.layout.issuer.token("An Operator", "operator", "childrens_social_care")
        answer = await self.http.post(
            f"{self.url}/operator/log/accept",
            json={"reason": reason},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.is_success else None

    async def metrics(self) -> str:
        """What it measures of itself."""
        token = self.layout.issuer.token("An Operator", "operator", "childrens_social_care")
        return (await self.http.get(f"{self.url}/metrics", headers={"Authorization": f"Bearer {token}"})).text

    def known_end(self) -> tuple[int, str]:
        """Position and digest in the head file."""
        said = orjson.loads((self.layout.keys / "people.head").read_bytes())
        return said["position"], said["digest"]

    async def written(self) -> None:
        """Wait until the head file has the end of the log."""
        head = await self.superuser.fetchval("SELECT max(notification_id) FROM people.events")
        async with asyncio.timeout(2):
            while not (self.layout.keys / "people.head").exists() or self.known_end()[0] < head:
                await asyncio.sleep(0.02)

    async def cut_off(self) -> None:
        """End every connection that it has to the database."""
        await self.superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = 'people'"
        )

    async def until_not_ready(self) -> None:
        """Wait until it says that it takes no commands."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(AssertionError):  # a connection that was cut is found to be so when it is used
                    if "commands" in (await self.progress())["not_ready"]:
                        return
                await asyncio.sleep(0.1)

    async def empty_topics(self, broker: EmbeddedBroker) -> None:
        """The broker dies, and its topics with it, as the embedded one's do."""
        _start_again(broker)
        await forget_broker(self.dsn, "people")

    async def forge_last_message(self, broker: EmbeddedBroker) -> None:
        """The last message of the topic once more, with another digest."""
        places = [TopicPartition(topic_of("people"), n) for n in range(PARTITIONS)]
        reader = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, enable_auto_commit=False)
        writer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
        await reader.start()
        await writer.start()
        reader.assign(places)
        await reader.seek_to_beginning(*places)
        fetched = await reader.getmany(*places, timeout_ms=5000)
        [*_, last] = [record for records in fetched.values() for record in records]
        headers = [
            (name, bytes(64).hex().encode()[:64] if name == "ce_digest" else text)
            for name, text in last.headers
        ]
        await writer.send_and_wait(
            last.topic, last.value, key=last.key, headers=headers, partition=last.partition
        )
        await reader.stop()
        await writer.stop()

    async def relayed(self) -> None:
        """Wait until everything that crosses is on the broker."""
        async with asyncio.timeout(PATIENCE):
            while (now := await self.progress())["relayed"] < now["head"]:
                await asyncio.sleep(0.05)


def _start_again(broker: EmbeddedBroker) -> None:
    assert broker.child is not None
    broker.child.stop(0)
    broker.start()
    broker.prepare()


@asynccontextmanager
async def one_service(
    server: EmbeddedPostgres, broker: EmbeddedBroker, directory: Path
) -> AsyncIterator[OneService]:
    """The service, not started yet."""
    database = await asyncio.to_thread(copy_of, server, TEMPLATE)
    await asyncio.to_thread(directory.mkdir)
    layout = Layout(directory)
    layout.make_files(SERVICES)
    async with httpx.AsyncClient(timeout=30) as http:
        superuser = await asyncpg.connect(server.dsn(database))
        made = OneService(layout, server.dsn(database, "people", "app"), superuser, http)
        reserved = Port()
        port, made.url = reserved.number, f"http://{LOOPBACK}:{reserved.number}"
        made.environment = layout.environment(
            "people", dsn=made.dsn, bootstrap=broker.bootstrap, broker="embedded", port=port, simulated=False
        )
        try:
            yield made
        finally:
            if made.process is not None and made.process.poll() is None:
                made.kill()
            reserved.release()
            await superuser.close()
            await asyncio.to_thread(server.drop_database, database)
