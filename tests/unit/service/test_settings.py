"""A service starts with settings that say what is wrong with them, and repeat no value."""

import pytest

from shared.service.settings import BadSettings, Settings

DSN = "postgresql://mash:the-password@{}/safeguarding"
HERE, AWAY = DSN.format("127.0.0.1:5432"), DSN.format("db:5432")


@pytest.fixture
def environment(monkeypatch):
    """Settings of the front door with which it may start, on this machine."""

    def put(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"SAFEGUARDING_{name}", value)

    put(**{name.upper(): "x" for name, field in Settings.model_fields.items() if field.is_required()})
    put(DSN=HERE, VIEWS_DSN=HERE, KAFKA="127.0.0.1:9092")
    return put


def test_on_one_machine_nothing_need_be_encrypted(environment):
    assert Settings.of("mash").kafka_tls is False


@pytest.mark.parametrize("which", ["DSN", "VIEWS_DSN", "READER_DSN"])
def test_a_database_across_the_network_is_not_spoken_to_in_the_clear(environment, which):
    environment(**{which: AWAY})
    with pytest.raises(BadSettings, match=rf"SAFEGUARDING_{which}: .*sslmode=verify-full") as said:
        Settings.of("mash")
    assert "the-password" not in str(said.value)
    environment(**{which: f"{AWAY}?sslmode=verify-full"})
    Settings.of("mash")


@pytest.mark.parametrize("brokers", ["kafka:9093", "127.0.0.1:9092,kafka:9093", "[2001:db8::1]:9093"])
def test_nor_are_brokers(environment, brokers):
    environment(KAFKA=brokers)
    with pytest.raises(BadSettings, match=r"SAFEGUARDING_KAFKA_TLS: .*say true"):
        Settings.of("mash")
    environment(KAFKA_TLS="true")
    Settings.of("mash")


def test_a_network_that_is_encrypted_itself_is_said_to_be(environment):
    environment(DSN=AWAY, VIEWS_DSN=AWAY, KAFKA="kafka:9093", PRIVATE_NETWORK="true")
    Settings.of("mash")


def test_what_is_no_dsn_is_said_without_repeating_it(environment):
    environment(DSN="host=db password=the-password")
    with pytest.raises(BadSettings, match=r"SAFEGUARDING_DSN: .*a DSN is written") as said:
        Settings.of("mash")
    assert "the-password" not in str(said.value)
