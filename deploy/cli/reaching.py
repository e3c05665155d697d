"""Where a command reaches the services: a stack on this machine, or an installation by address and token.

The token comes from a file of its reader's own or from the environment, never from the command line or an address,
where others on the machine, logs and the shell's history would keep it.
"""

import os
import re
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

import services
from deploy.cli.screen import DEFAULT_STACK, TOKEN, Place
from deploy.play.calling import Services
from deploy.play.errors import CannotGoOn
from deploy.play.stacks import running_stack
from shared.crypto.secret_files import UnsafeSecret, read_secret

_PATIENCE: Final = 5.0  # seconds that a service may be away


_NAME: Final = re.compile(r"[a-z][a-z_]{0,62}", re.ASCII)


_BEARER: Final = re.compile(rb"[A-Za-z0-9._~+/=-]+")


_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def services_at(place: Place) -> Services:
    """The services there, to be entered. Raises NoStack, CannotGoOn where the options do not fit together."""
    if not place.at:
        running = running_stack(place.stack)
        return Services(running.urls, running.tokens, patience=_PATIENCE)
    if place.stack != DEFAULT_STACK:
        raise CannotGoOn(
            "--stack and --at (or SAFEGUARDING_AT) name two places: give one of them, a stack on this machine or an "
            "installation"
        )
    tokens = GivenToken(place.token_file)
    tokens.read()
    return Services(
        addresses(place.at),
        tokens,
        patience=_PATIENCE,
        # The machine's own certificates, and those that SSL_CERT_FILE names.
        transport=httpx.AsyncHTTPTransport(verify=ssl.create_default_context(), trust_env=False),
        renew=tokens.renew,
    )


class GivenToken:
    """The one token that whoever runs the command was given: it says itself who they are, and as what."""

    def __init__(self, file: Path | None) -> None:
        """From the file, or where none is named from the environment. It is read again when it is needed again."""
        self._file = file
        where = TOKEN if file is None else str(file)
        self.renew = f"get a fresh token from your sign-in and put it into {where}"
        """What to do when it is not accepted."""

    def token(
        self,
        name: str,  # noqa: ARG002
        role: str,  # noqa: ARG002
        agency: str,  # noqa: ARG002
        organisation: str | None = None,  # noqa: ARG002
        team: str | None = None,  # noqa: ARG002
    ) -> str:
        """The token, whoever is to act."""
        return self.read()

    def read(self) -> str:
        """The token. Raises CannotGoOn where there is none, it is none, or others can read its file."""
        if self._file is None:
            found = os.environ.get(TOKEN, "").encode()
        else:
            try:
                found = read_secret(self._file)
            except UnsafeSecret as error:
                raise CannotGoOn(f"the token: {error}") from None
        if not found.strip():
            raise CannotGoOn(
                f"an installation needs your token: name its file with --token-file, or set {TOKEN}; its role is "
                "operator, and for an export auditor"
            )
        if not _BEARER.fullmatch(found.strip()):
            raise CannotGoOn(f"what was given is no bearer token, which is one word: {self.renew}")
        return found.strip().decode()


def addresses(given: Sequence[str]) -> dict[str, str]:
    """The base address of each service, from what `--at` says. Raises CannotGoOn."""
    if len(given) == 1 and "{service}" in given[0]:
        return {name: _checked(given[0].replace("{service}", name)) for name in services.names()}
    found: dict[str, str] = {}
    for one in given:
        name, equals, address = one.partition("=")
        if not (equals and _NAME.fullmatch(name)):
            raise CannotGoOn(
                "--at takes one address with {service} in it, as https://care.example/{service}, or NAME=ADDRESS for "
                f"each service, as {services.names()[0]}=https://care.example/x"
            )
        if name in found:
            raise CannotGoOn(f"--at names {name} twice: give each service one address")
        found[name] = _checked(address)
    return found


def _checked(address: str) -> str:
    """An address that a token may be sent to. What is wrong with another is said without repeating it."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise CannotGoOn("--at: this is no address; write it as https://care.example/{service}") from None
    if parts.username is not None or parts.query or parts.fragment or parts.password is not None:
        raise CannotGoOn(
            "--at: an address has no user, password, query or fragment: the token comes from its file"
        )
    if not host or parts.scheme not in ("https", "http"):
        raise CannotGoOn("--at: this is no address; write it as https://care.example/{service}")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise CannotGoOn(
            f"--at: {host} would get the token unencrypted: write https://, or reach it on this machine"
        )
    return address.rstrip("/")
