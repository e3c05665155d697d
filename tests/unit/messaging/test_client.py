"""Where Kafka is, and as whom a service connects."""

import ssl

import pytest
from faststream.security import SASLScram512
from pydantic import SecretStr

from shared.messaging.client import KafkaConnection
from shared.service.settings import Settings


def test_an_address_alone_says_nothing_of_who_connects():
    assert KafkaConnection.at("127.0.0.1:1").client() == {"bootstrap_servers": "127.0.0.1:1"}
    assert KafkaConnection.at("127.0.0.1:1").security() is None


def test_a_login_is_scram_and_in_the_clear_only_where_nobody_asks_for_tls():
    brokers = KafkaConnection("127.0.0.1:1", "mash", SecretStr("the password"))
    assert KafkaConnection.at(brokers) is brokers
    client = brokers.client()
    assert client.pop("ssl_context") is None
    assert client == {
        "bootstrap_servers": "127.0.0.1:1",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "mash",
        "sasl_plain_password": "the password",
    }
    assert "the password" not in repr(brokers)


@pytest.mark.parametrize(("user", "protocol"), [("mash", "SASL_SSL"), (None, "SSL")])
def test_with_tls_the_brokers_certificates_are_checked(user, protocol):
    client = KafkaConnection("kafka:9093", user, SecretStr("x"), tls=True).client()
    assert client["security_protocol"] == protocol
    assert client["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert client["ssl_context"].check_hostname


def test_the_login_comes_from_the_settings(monkeypatch):
    for name in (name.upper() for name, field in Settings.model_fields.items() if field.is_required()):
        monkeypatch.setenv(f"SAFEGUARDING_{name}", "x")
    for name in ("DSN", "VIEWS_DSN"):
        monkeypatch.setenv(f"SAFEGUARDING_{name}", "postgresql://127.0.0.1/x")
    monkeypatch.setenv("SAFEGUARDING_KAFKA", "kafka:9093")
    monkeypatch.setenv("SAFEGUARDING_KAFKA_TLS", "true")
    monkeypatch.setenv("SAFEGUARDING_MASH_KAFKA_USER", "mash")
    monkeypatch.setenv("SAFEGUARDING_MASH_KAFKA_PASSWORD", "the password")
    brokers = Settings.of("mash").brokers
    assert brokers == KafkaConnection("kafka:9093", "mash", SecretStr("the password"), tls=True)
    assert isinstance(brokers.security(), SASLScram512)
    assert Settings.of("people").brokers.user is None
    assert "the password" not in repr(Settings.of("mash"))
