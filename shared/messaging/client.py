"""The Kafka connection and producer: started, and thrown away unflushed after a failure."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLScram512
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """The brokers' addresses and this service's login.

    Attributes:
        bootstrap: `host:port`, several with commas between them.
        user: the service's own user, checked with SCRAM-SHA-512; none where the broker asks nobody (embedded).
        password: of that user.
        tls: whether the connection is encrypted, as it must be anywhere but on loopback. The brokers' certificates
            are checked against what this machine trusts (or the file that SSL_CERT_FILE names).
    """

    bootstrap: str
    user: str | None = None
    password: SecretStr = field(default_factory=lambda: SecretStr(""))
    tls: bool = False

    @classmethod
    def at(cls, where: "str | KafkaConnection") -> Self:
        """The same, also from an address alone."""
        if isinstance(where, cls):
            return where
        return cls(str(where))

    def security(self) -> BaseSecurity | None:
        """The login as FastStream takes it; none where there is nothing to say."""
        context = ssl.create_default_context() if self.tls else None
        if self.user is not None:
            return SASLScram512(self.user, self.password.get_secret_value(), ssl_context=context)
        return None if context is None else BaseSecurity(ssl_context=context)

    def client(self) -> dict[str, Any]:
        """Address and login as the arguments of a client of aiokafka."""
        return {"bootstrap_servers": self.bootstrap, **parse_security(self.security())}


async def start_producer(bootstrap: str | KafkaConnection, *, idempotent: bool) -> AIOKafkaProducer:
    """Start a producer whose sends are acknowledged once all in-sync replicas have them.

    Args:
        bootstrap: the brokers; an address alone where they ask nobody who connects.
        idempotent: where the broker can tell a repeated send from a new one.

    Raises:
        KafkaError: the broker does not answer.
    """
    producer = AIOKafkaProducer(
        **KafkaConnection.at(bootstrap).client(),
        acks="all",
        enable_idempotence=idempotent,
        linger_ms=0,
        request_timeout_ms=10_000,
        retry_backoff_ms=50,
    )
    try:
        await producer.start()
    except BaseException:
        await abandon(producer)
        raise
    return producer


async def abandon(producer: AIOKafkaProducer) -> None:
    """End a producer without flushing: after a failure it still holds sends that were given up, and flushing them
    would publish events out of order after those that a new producer sends from the cursor.
    """
    producer._closed = True  # noqa: SLF001 - `stop()` flushes, and there is no other way to end one
    sending = None if producer._sender is None else producer._sender.sender_task  # noqa: SLF001
    if sending is not None:
        # What is on the wire is waited for; what is not is never sent. Waited for as a task of its own, so that this
        # one being cancelled meanwhile is neither taken for that, nor lost.
        sending.cancel()
        await asyncio.wait([sending])
        with suppress(asyncio.CancelledError, KafkaError):
            sending.result()
    await producer.client.close()
