"""How an administrator's client makes itself known to Apache Kafka."""

from pathlib import Path
from typing import Literal

Mechanism = Literal["SCRAM-SHA-512", "PLAIN"]


def login(
    user: str,
    password: str,
    *,
    mechanism: Mechanism = "SCRAM-SHA-512",
    tls: bool = False,
    authority: Path | None = None,
) -> dict[str, str]:
    """The client's settings for a user with a password.

    Args:
        user: as whom.
        password: of that user.
        mechanism: how the broker checks it.
        tls: whether the connection is encrypted, as it must be anywhere but on loopback.
        authority: the certificate of who signed the brokers' certificates; left out, the machine's own are trusted.
    """
    settings = {
        "security.protocol": "SASL_SSL" if tls else "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.username": user,
        "sasl.password": password,
        # A broker that is being started is found within a blink, not after the ten seconds a client may come to wait.
        "reconnect.backoff.ms": "20",
        "reconnect.backoff.max.ms": "250",
    }
    return settings | ({"ssl.ca.location": str(authority)} if authority else {})
