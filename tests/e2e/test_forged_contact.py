"""A contact forged on the running stack's broker: nobody is shown it, it is an alarm, and what is true arrives behind it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.messaging.message import Message, kafka_headers, parse, plain_headers
from shared.messaging.topics import PARTITIONS, topic_of
from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"
SCREENER = ("mash_screener", SOCIAL_CARE, "Jo Bell")
FROM_SCHOOL = {
    "source": "2A",
    "referrer": {"name": "L. Shaw", "agency": "education", "contact": "shaw@school.example"},
}
UNPROVEN = "unreadable:safeguarding.mash.v1"


async def received(bootstrap: str, child: UUID) -> Message:
    """The true contact of a child, as it stands on the topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic_of("mash"), n) for n in range(PARTITIONS)])
        async with asyncio.timeout(20):
            while True:
                for page in (await consumer.getmany(timeout_ms=100)).values():
                    for raw in page:
                        message = parse(plain_headers(raw.headers), raw.value, topic=raw.topic)
                        if (message.name, message.key) == ("mash.ContactReceived", child):
                            return message
    finally:
        await consumer.stop()


async def produce(bootstrap: str, message: Message, bodies: list[bytes]) -> None:
    """As a broker's administrator may, or somebody with the source's password."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for body in bodies:
        headers = kafka_headers(message.headers())
        await producer.send_and_wait(message.topic, body, key=message.key.bytes, headers=headers)
    await producer.stop()


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def alarms(stack: Stack) -> Iterator[Callable[[str], int]]:
    """How many messages that prove no origin a service shows. They are skipped at the end: the stack is for other tests too."""
    yield lambda service: int(stack.get(service, "/progress", stack.operator()).json()["unproven"])
    for service, url in stack.urls.items():
        for item in stack.get(service, "/operator/parked", stack.operator()).json()["items"]:
            if item["source"] == UNPROVEN:
                body = {"source": item["source"], "key": item["key"], "reason": "A test forged it."}
                answer = stack.http.post(
                    f"{url}/operator/parked/skip", json=body, headers=stack.headers(stack.operator())
                )
                assert answer.status_code == 200, answer.text


def test_a_forged_contact_is_shown_to_nobody_and_swallows_no_true_event(stack, alarms):
    """Its id new, education made police, its words taken away, its position raised by 1000: the police saw a contact that was
    not theirs, and the outcome that the referrer was told never came into the child's record.
    """
    child, screener = stack.child("Fay Test"), stack.token(*SCREENER)
    answer = stack.send("mash.ReceiveContact", screener, {"about": [child], "with": CONTACT | FROM_SCHOOL})
    assert answer.status_code == 200, answer.text
    contact = answer.json()["id"]
    reader, police = stack.token("social_worker", SOCIAL_CARE), stack.token("police_officer", "police")

    def titles() -> list[str]:
        page = stack.get("chronology", f"/children/{child}/chronology", reader).json()
        return [item["title"] for item in page.get("items", ())]

    until(lambda: len(titles()) == 1)
    before = titles()
    true = asyncio.run(received(stack.bootstrap(), UUID(child)))
    assert b'"referrer_agency":"education"' in true.state
    forged = replace(
        true,
        event_id=uuid4(),
        position=true.position + 1000,
        previous=true.position,
        previous_digest=true.digest,
        state=true.state.replace(b'"referrer_agency":"education"', b'"referrer_agency":"police"'),
    )
    without_words = b'{"open":' + forged.state + b',"sealed":null}'
    seen = alarms("chronology")
    asyncio.run(produce(stack.bootstrap(), forged, [without_words, forged.body()]))
    until(lambda: alarms("chronology") == seen + 2)
    assert stack.get("chronology", f"/children/{child}/chronology", police).status_code == 404
    told = stack.send(
        "mash.InformReferrer", screener, {"re": contact, "with": {"message": "We have it.", "outcome": False}}
    )
    assert told.status_code == 200, told.text
    until(lambda: len(titles()) == 2)
    assert before[0] in titles()
    assert stack.get("chronology", f"/children/{child}/chronology", police).status_code == 404
    gauge = f'safeguarding_inbox_unproven{{service="chronology"}} {seen + 2}.0'
    until(lambda: gauge in stack.get("chronology", "/metrics", stack.operator()).text)
    items = stack.get("chronology", "/operator/parked", stack.operator()).json()["items"]
    unproven = [item for item in items if item["source"] == UNPROVEN]
    assert {item["error"] for item in unproven} == {"NotAMessage", "NotAuthentic"}
    assert {item["event"] for item in unproven} == {""}  # what a forger says of it is not repeated
