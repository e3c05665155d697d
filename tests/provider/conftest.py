"""The provider with a certificate that this process trusts, stopped at the end of each test."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provider.node import Provider
from tests.unit.access.certificates import loopback_certificate


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    certificate = loopback_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    provider = Provider(port, certificate, "urn:safeguarding")
    yield provider
    provider.stop()
