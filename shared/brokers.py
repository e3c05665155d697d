"""Where the brokers are, and as whom a service connects to them."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Self

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLScram512
from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Brokers:
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
    def at(cls, where: "str | Brokers") -> Self:
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
