"""`python -m tests.benchmarks.message`: what it costs to authenticate a message with words, in time of the processor.

Beside it what was done before all of a message was authenticated: its words were sealed for topic and event. The least of many
rounds.
"""

import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.transport_keys import Content, TransportKeys
from shared.messaging.authentication import open_message, seal_message
from shared.messaging.message import Message, kafka_headers, parse, plain_headers

COUNT = 2_000
ROUNDS = 40
STATE = b'{"child":"' + b"x" * 820 + b'"}'
WORDS = b'{"reason":"' + b"w" * 190 + b'"}'
NONCE = 12  # bytes


def messages() -> list[Message]:
    """Messages of the usual size, not sealed."""
    now, digest = datetime.now(UTC), secrets.token_bytes(32)
    return [
        Message(
            event_id=uuid4(),
            source="mash",
            name="mash.ContactReceived",
            key=uuid4(),
            position=100_000 + n,
            previous=90_000 + n,
            stream_id=uuid4(),
            version=3,
            digest=digest,
            previous_digest=digest,
            recorded_at=now,
            state=STATE,
            sealed=b"",
        )
        for n in range(COUNT)
    ]


def least(rounds: int, work: Callable[[], object]) -> float:
    """Microseconds a message."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) / COUNT * 1e6


def measure(rounds: int = ROUNDS) -> Sequence[tuple[str, float, float]]:
    """By side: microseconds a message now, and what was sealed or opened before of one with words."""
    with tempfile.TemporaryDirectory() as directory:
        keys = TransportKeys(Path(directory))
        made = messages()
        keys.ensure(made[0].topic)
        cipher = AESGCM(secrets.token_bytes(32))
        covers = [message.topic.encode() + message.event_id.bytes for message in made]
        nonce = secrets.token_bytes(NONCE)
        before = [cipher.encrypt(nonce, WORDS, each) for each in covers]

        def sealing() -> None:
            for message in made:
                seal_message(message, keys, Content.WORDS, WORDS)

        found = [
            (
                "writer: seal",
                least(rounds, sealing),
                least(
                    rounds,
                    lambda: [cipher.encrypt(secrets.token_bytes(NONCE), WORDS, each) for each in covers],
                ),
            )
        ]
        wire = [(kafka_headers(message.headers()), message.body()) for message in made]
        opening = least(
            rounds, lambda: [open_message(plain_headers(headers), body, keys) for headers, body in wire]
        )
        parsing = least(rounds, lambda: [parse(plain_headers(headers), body) for headers, body in wire])
        opened = least(
            rounds,
            lambda: [cipher.decrypt(nonce, blob, each) for blob, each in zip(before, covers, strict=True)],
        )
        return [*found, ("reader: open", opening - parsing, opened)]


if __name__ == "__main__":
    for side, now, before in measure():
        print(f"{side:14} {now:5.1f} µs a message; before {before:4.1f}: {now - before:+.1f}")
