"""One trace from the command to the chronology's view; and what is personal is found in nothing but sealed parts."""

import json
import secrets
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from shared.messaging.topics import topic_of
from tests.e2e.conftest import CONTACT, Stack

TRACE = f"{secrets.randbits(128):032x}"
"""Of the decision: whoever sends a command says in which trace it is."""

PLANTED = ("Zebedee", "Quillfeather", "zq@secret.example", "Marmaduke")


@pytest.fixture(scope="module")
def planted(stack: Stack) -> str:
    """A contact full of names, decided, referred and visited; the id of the child."""
    child = stack.child("Zebedee Quillfeather")
    officer = stack.token("police_officer", "police", "Marmaduke Hale")
    referrer = {"name": "Marmaduke Hale", "agency": "police", "contact": "zq@secret.example"}
    body = {
        "about": [child],
        "with": {**CONTACT, "referrer": referrer, "worries": "Zebedee Quillfeather, alone."},
    }
    received = stack.send("mash.ReceiveContact", officer, body, key="marmaduke-1")
    assert received.status_code == 200, received.text
    manager = stack.token("mash_manager", "childrens_social_care", "Marmaduke Lim")
    decision = {
        "outcome": "referral_accepted",
        "level": 4,
        "primary_need": "N1",
        "rationale": "Zebedee is not safe.",
        "indicators": ["Marmaduke"],
    }
    decided = stack.send(
        "mash.DecideContact",
        manager,
        {"re": received.json()["id"], "with": decision},
        trace=f"00-{TRACE}-{'1' * 16}-01",
    )
    assert decided.status_code == 200, decided.text
    # And one that is refused, one that is malformed: errors must not repeat what they choke on either.
    assert (
        stack.send("mash.DecideContact", officer, {"re": received.json()["id"], "with": decision}).status_code
        == 403
    )
    assert stack.send("mash.ReceiveContact", officer, {"with": {"worries": ["Zebedee"]}}).status_code == 422
    stack.heads()
    return child


def spans(stack: Stack) -> list[dict]:
    return [
        json.loads(line)
        for file in (stack.directory / "traces").glob("*.jsonl")
        for line in file.read_text().splitlines()
    ]


def test_one_trace_from_the_command_to_the_view(stack, planted):
    until = time.monotonic() + 20
    while True:
        found = spans(stack)
        (decided,) = [s for s in found if s["name"] == "mash.DecideContact" and s["trace"] == TRACE]
        trace = {
            (s["name"], s["said"].get("service"), s["said"].get("view")) for s in found if s["trace"] == TRACE
        }
        wanted = {
            ("mash.DecideContact", "mash", None),
            ("publish mash.ReferralAccepted", "mash", None),
            ("take in mash.ReferralAccepted", "assessment", None),
            ("publish assessment.ReferralOpened", "assessment", None),
            ("take in assessment.ReferralOpened", "chronology", None),
            ("follow chronology.EntryReceived", "chronology", "entries"),
        }
        if wanted <= trace:
            break
        assert time.monotonic() < until, (wanted - trace, trace)
        time.sleep(0.1)
    ids = {s["span"]: s for s in found}
    for span in found:
        if span["trace"] == TRACE and span is not decided:
            assert span["parent"] in ids, span


async def test_what_is_personal_is_nowhere_but_in_sealed_parts(stack, planted):
    places: dict[str, bytes] = {}
    for file in [*(stack.directory / "traces").glob("*"), *stack.directory.rglob("*.log")]:
        places[str(file)] = file.read_bytes()
    for name in stack.urls:
        places[f"metrics of {name}"] = stack.get(name, "/metrics", stack.operator()).content
        places[f"progress of {name}"] = stack.get(name, "/progress", stack.operator()).content
        places[f"events of {name}"] = stack.get(name, "/operator/events", stack.operator(), limit=200).content
    consumer = AIOKafkaConsumer(
        *(topic_of(name) for name in stack.urls),
        bootstrap_servers=stack.bootstrap(),
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        messages = 0
        while page := await consumer.getmany(timeout_ms=1500):
            for records in page.values():
                for record in records:
                    messages += 1
                    places[f"message {messages}"] = b" ".join(
                        [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
                    )
    finally:
        await consumer.stop()
    assert messages >= 5  # registered, received, decided, accepted, opened
    assert len([place for place in places if place.endswith(".log")]) >= 4, sorted(places)
    assert any(b"safeguarding_append_seconds" in text for text in places.values())
    for place, text in places.items():
        for name in PLANTED:
            assert name.casefold().encode() not in text.lower(), (place, name)


def test_what_is_personal_is_there_for_who_may_read_it(stack, planted):
    """The other way round: the names were planted, and are kept."""
    who = stack.token("social_worker", "childrens_social_care")
    shown = stack.get("chronology", f"/children/{planted}/chronology", who).text
    assert "Zebedee" in shown
    assert "Marmaduke" in shown


def test_logs_are_json_lines(stack, planted):
    for file in Path(stack.directory).rglob("*.log"):
        if file.stem in stack.urls:
            for line in file.read_text().splitlines():
                assert set(json.loads(line)) >= {"at", "level", "service", "message"}, (file, line)
