"""Apache Kafka stopped for a while under whole services, with contacts meanwhile: nothing is lost, and the logs stay short.

Twenty seconds here; SAFEGUARDING_BROKER_AWAY=60 makes it a minute.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from deploy.kafka.topics import admin_client, create_topics
from deploy.local.errors import StackError
from deploy.local.supervisor import Stack
from deploy.play.stacks import issuer_of
from shared.messaging.topics import topic_of
from tests.kafka.looking import looking

pytestmark = pytest.mark.kafka

AWAY = float(os.environ.get("SAFEGUARDING_BROKER_AWAY", "20"))
"""Seconds for which the broker is away."""

MOST_LINES = 20
"""That a service writes of it."""

SOCIAL_CARE = "childrens_social_care"
CONTACT = {
    "source": "6",
    "referrer": {"name": "PC Hale", "agency": "police", "contact": "hale@police.example"},
    "worries": "Alone at home after dark.",
    "strengths": "Close to her aunt.",
    "family_aware": True,
}


class Desk:
    """Somebody who sends contacts to a stack."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack = stack
        self._http = http
        self._issuer = issuer_of(stack.directory)
        self.contacts: list[str] = []

    def headers(self, role: str, agency: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.token('A. Person', role, agency)}"}

    async def send(self, command: str, role: str, agency: str, body: dict[str, Any]) -> httpx.Response:
        service = command.partition(".")[0]
        url = f"{self._stack.urls[service]}/commands/{command}"
        headers = self.headers(role, agency) | {"Idempotency-Key": str(uuid4())}
        return await self._http.post(url, json=body, headers=headers)

    async def child(self) -> str:
        body = {"with": {"kind": "child", "name": "Kit Test", "born": "2017-02-11"}}
        answer = await self.send("people.RegisterPerson", "business_support", SOCIAL_CARE, body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def contact(self, child: str) -> None:
        body = {"about": [child], "with": CONTACT}
        answer = await self.send("mash.ReceiveContact", "police_officer", "police", body)
        assert answer.status_code == 200, answer.text
        self.contacts.append(str(answer.json()["id"]))

    async def progress(self, service: str) -> dict[str, Any]:
        headers = self.headers("operator", SOCIAL_CARE)
        answer = await self._http.get(f"{self._stack.urls[service]}/progress", headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    async def ready(self, service: str) -> httpx.Response:
        return await self._http.get(f"{self._stack.urls[service]}/health/ready")


async def until(true: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.2)


def lines(stack: Stack, service: str) -> list[dict[str, Any]]:
    found = stack.layout.log(service).read_bytes().splitlines()
    return [orjson.loads(line) for line in found if line.startswith(b"{")]


def delete_topic(stack: Stack, name: str) -> None:
    admin = admin_client(stack.bootstrap, stack._broker.administrator)
    admin.delete_topics([name], operation_timeout=30)[name].result()


async def every_contact_is_in_the_chronology(stack: Stack, contacts: list[str]) -> None:
    async with looking(stack) as logs:

        async def told() -> bool:
            rows = await logs["chronology"].fetch(
                "SELECT state FROM chronology.events WHERE topic = 'chronology.EntryReceived'"
            )
            text = b" ".join(bytes(row["state"]) for row in rows)
            return all(contact.encode() in text for contact in contacts)

        await until(told, 60)
        for team, log in logs.items():
            for table in ("inbox_held", "parked"):
                assert await log.fetchval(f"SELECT count(*) FROM {team}.{table}") == 0


async def test_a_broker_that_is_away_and_a_topic_made_again_lose_nothing_and_are_told_in_few_lines(
    tmp_path, monkeypatch
):
    async with (
        Stack(tmp_path / "stack", simulated_clock=False, broker="kafka") as stack,
        httpx.AsyncClient(timeout=30) as http,
    ):
        desk = Desk(stack, http)
        child = await desk.child()
        known = {"about": [child], "with": CONTACT}

        async def mash_knows() -> bool:
            answer = await desk.send("mash.ReceiveContact", "police_officer", "police", known)
            return answer.status_code == 200

        await until(mash_knows, 60)
        before = {service: len(lines(stack, service)) for service in stack.urls}

        # Stopped, and not let up before its time is over, whatever the supervisor does.
        launch, until_when = stack._broker.launch, time.monotonic() + AWAY

        def not_yet() -> None:
            if time.monotonic() < until_when:
                raise StackError("the broker stays away for now")
            launch()

        monkeypatch.setattr(stack._broker, "launch", not_yet)
        await stack.kill("broker")

        async def says_that_it_is_away() -> bool:
            return (await desk.progress("mash"))["broker_away_since"] is not None

        await until(says_that_it_is_away, 15)
        assert (
            await desk.ready("mash")
        ).status_code == 200  # it takes commands, and passes them on afterwards
        while time.monotonic() < until_when:
            await desk.contact(child)
            await asyncio.sleep(0.5)
        await stack.ready()
        await every_contact_is_in_the_chronology(stack, desk.contacts)

        async def is_back() -> bool:
            return all([(await desk.progress(each))["broker_away_since"] is None for each in stack.urls])

        await until(is_back, 30)
        said = {service: lines(stack, service)[count:] for service, count in before.items()}
        assert {service: len(each) for service, each in said.items() if len(each) > MOST_LINES} == {}
        for service, each in said.items():
            assert [line["message"] for line in each].count("broker away") == 1, service
            assert [line["message"] for line in each].count("broker is back") == 1, service

        # And then a topic is deleted under them, and made again while contacts come.
        before = {service: len(lines(stack, service)) for service in stack.urls}
        mine = topic_of("mash")
        await asyncio.to_thread(delete_topic, stack, mine)

        async def not_ready() -> bool:
            answer = await desk.ready("chronology")
            return answer.status_code == 503 and mine in answer.text

        await desk.contact(child)
        await until(not_ready, 15)
        assert (await desk.progress("chronology"))["topics_gone"] == [mine]
        await desk.contact(child)
        await asyncio.to_thread(create_topics, stack.bootstrap, login=stack._broker.administrator)
        await desk.contact(child)
        await every_contact_is_in_the_chronology(stack, desk.contacts)

        async def ready_again() -> bool:
            return (await desk.ready("chronology")).status_code == 200

        await until(ready_again, 30)
        said = {service: lines(stack, service)[count:] for service, count in before.items()}
        assert {service: len(each) for service, each in said.items() if len(each) > MOST_LINES} == {}
