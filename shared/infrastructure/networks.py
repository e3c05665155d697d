"""Where a server is: on this machine, or across a network on which somebody may listen."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

CHECKED: Final = ("verify-full", "verify-ca")
"""What `sslmode` says of a connection that is encrypted to a server whose certificate is checked. `require` encrypts to
whoever answers."""


def is_here(host: str) -> bool:
    """Whether a host is this machine: a loopback address, `localhost`, or a directory of Unix sockets. A name that only
    the network could resolve is not: what it will mean is not known.
    """
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hosts_of(dsn: str) -> list[str]:
    """The hosts that a PostgreSQL DSN names; several are tried in turn, and none means this machine's own socket.

    Raises:
        ValueError: it is not written as `postgresql://user:password@host:port/database`.
    """
    parts = urlsplit(dsn)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("a DSN is written postgresql://user:password@host:port/database")
    named = parts.netloc.rpartition("@")[2].split(",") + parse_qs(parts.query).get("host", [])
    return [_host(each) for each in named if each]


def in_the_clear(dsn: str) -> bool:
    """Whether somebody on the network could read what goes to this database, or answer in its place: it is not on this
    machine, and the DSN does not ask for encryption and the server's certificate. Raises as `hosts_of`.
    """
    modes = parse_qs(urlsplit(dsn).query).get("sslmode", [""])
    return not all(map(is_here, hosts_of(dsn))) and modes[-1] not in CHECKED


def _host(named: str) -> str:
    """The host of `host:port`, `[::1]:port`, an address alone, or a directory."""
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named if named.startswith("/") or named.count(":") > 1 else named.partition(":")[0]
