"""Which servers are on this machine, and which connections are encrypted to a server that is checked."""

import pytest

from shared.infrastructure.networks import hosts_of, in_the_clear, is_here


@pytest.mark.parametrize(
    "host", ["", "localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "/run/postgresql"]
)
def test_this_machine(host):
    assert is_here(host)


@pytest.mark.parametrize("host", ["db", "10.0.0.7", "0.0.0.0", "::", "localhost.example", "192.0.2.1"])
def test_across_a_network(host):
    assert not is_here(host)


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://mash:p%40ss@db:5432/safeguarding", ["db"]),
        ("postgresql://mash@10.0.0.7/safeguarding", ["10.0.0.7"]),
        ("postgresql://mash@[2001:db8::1]:5432/safeguarding", ["2001:db8::1"]),
        ("postgresql://mash@127.0.0.1:1,db:2/safeguarding", ["127.0.0.1", "db"]),
        ("postgresql:///safeguarding", []),
        ("postgresql:///safeguarding?host=/run/postgresql", ["/run/postgresql"]),
        ("postgresql://127.0.0.1/safeguarding?host=db:5432", ["127.0.0.1", "db"]),
    ],
)
def test_every_host_that_a_dsn_names(dsn, hosts):
    assert hosts_of(dsn) == hosts


def test_what_is_no_dsn_is_said_without_repeating_it():
    with pytest.raises(ValueError, match="a DSN is written postgresql://") as said:
        hosts_of("host=db password=secret")
    assert "secret" not in str(said.value)


@pytest.mark.parametrize(
    ("mode", "clear"),
    [("verify-full", False), ("verify-ca", False), ("require", True), ("prefer", True), ("disable", True)],
)
def test_across_a_network_the_server_must_be_checked(mode, clear):
    """`require` encrypts to whoever answers."""
    assert in_the_clear(f"postgresql://mash@db/safeguarding?sslmode={mode}") is clear


def test_who_says_nothing_of_encryption_asks_for_none():
    assert in_the_clear("postgresql://mash@db/safeguarding")
    assert in_the_clear("postgresql://mash@127.0.0.1:1,db:2/safeguarding")
    assert not in_the_clear("postgresql://mash@127.0.0.1:1/safeguarding")
