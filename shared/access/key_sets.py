"""The public keys of a token issuer, read from a file or over https, kept in memory and read again when needed.

Where nothing says where the keys are, the issuer itself does (OpenID Connect Discovery).
"""

import asyncio
import contextlib
import json
import logging
import math
import time
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from shared.infrastructure.logs import error_fields

log = logging.getLogger(__name__)


_LONGEST_KEY_SET = 256 * 1024


_SHORTEST_RSA_MODULUS = 342  # characters of base64url: 2048 bits


_STALE_AFTER = 600.0  # seconds: a key withdrawn by the issuer is out of use within ten minutes


REREAD_EVERY: Final = 540.0
"""Seconds between readings in the background: sooner than a set is stale, so that no request has to wait for one."""


_DISCOVERY: Final = "/.well-known/openid-configuration"


_ASKED_FOR: Final = 5.0  # seconds: as long as a request may have to wait for an issuer


class KeySetUnavailable(Exception):
    """The issuer's key set cannot be read now, so no token can be judged: the fault is not the caller's."""


class IssuerKeys:
    """The issuer's public keys by `kid`, kept in memory and read again when a key is unknown or they grow old."""

    def __init__(self, issuer: str, where: str | None, reread_after: float) -> None:
        """Reads nothing yet.

        Args:
            issuer: whose keys.
            where: a path, or an https URL (trust in a council's own authority comes from the environment:
                SSL_CERT_FILE); None: the issuer's discovery says where.
            reread_after: seconds that must lie between two readings.

        Raises:
            ValueError: an address without https.
        """
        if (issuer if where is None else where).startswith("http://"):
            raise ValueError("a key set over the network needs https: anybody on the way could replace it")
        self._issuer = issuer
        self._where = where
        self._reread_after = reread_after
        self._keys: dict[str, Key] = {}
        self._tried_at = self._read_at = -math.inf
        self._failed = False
        self._reading = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key of that id, or None. Raises KeySetUnavailable where it is unknown and the set cannot be read."""
        # While one request reads the set, those with a key unknown so far wait for it; those with a known one do not.
        if self._wanting(kid) and not (kid in self._keys and self._reading.locked()):
            async with self._reading:
                if self._wanting(kid):  # not read by another request while this one waited
                    self._failed = not await self._read()
        if kid not in self._keys and self._failed:
            raise KeySetUnavailable("the issuer's key set cannot be read: try again shortly")
        return self._keys.get(kid)

    async def reread(self) -> None:
        """Read the set now. Raises KeySetUnavailable where it cannot be read: those read before go on counting."""
        async with self._reading:
            self._failed = not await self._read()
        if self._failed:
            raise KeySetUnavailable("the issuer's key set cannot be read: try again shortly")

    def _wanting(self, kid: str) -> bool:
        now = time.monotonic()
        # While the issuer is away nobody with a known key waits for it again: the background goes on asking.
        stale = now - self._read_at > _STALE_AFTER and not self._failed
        return (kid not in self._keys or stale) and now - self._tried_at >= self._reread_after

    async def _read(self) -> bool:
        try:
            where = self._where or await self._discovered()
            if where.startswith("https://"):
                content = await _fetched(where)
            else:
                content = await asyncio.to_thread(Path(where).read_bytes)
            self._keys = _public_keys(content)
        except (OSError, ValueError) as error:
            log.warning("the issuer's key set could not be read", extra=error_fields(error))
            return False
        finally:
            # Not when it begins: a request that came meanwhile would take its key for one that is not in the set.
            self._tried_at = time.monotonic()
        self._read_at = time.monotonic()
        return True

    async def _discovered(self) -> str:
        """Where the issuer says its keys are. Raises OSError, or ValueError for an answer that is another's."""
        found: Any = json.loads(await _fetched(self._issuer.rstrip("/") + _DISCOVERY))
        # Whoever answers for this address must say that it is this issuer, to the letter (Discovery 1.0, 4.3).
        if not isinstance(found, dict) or found.get("issuer") != self._issuer:
            raise ValueError("the discovery document is another issuer's")
        where = found.get("jwks_uri")
        if not isinstance(where, str) or not where.startswith("https://"):
            raise ValueError("the discovery document names no key set over https")
        return where


async def _fetched(url: str) -> bytes:
    """What stands at an address, followed nowhere else. Raises OSError where it cannot be had."""
    import httpx  # loaded only where a provider is asked: it is a fifth of a service's start

    try:
        async with httpx.AsyncClient(timeout=_ASKED_FOR) as client:
            answer = (await client.get(url)).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(type(error).__name__) from None
    if len(answer.content) > _LONGEST_KEY_SET:
        raise ValueError("the issuer's answer is too long")
    return answer.content


def _public_keys(content: bytes) -> dict[str, Key]:
    """The usable keys of a key set: public-key ones with an id. Raises ValueError where it is no key set."""
    if len(content) > _LONGEST_KEY_SET:
        raise ValueError("the key set is too long")
    found = json.loads(content)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("a key set is an object with a list `keys`")  # noqa: TRY004 - what was read is malformed, not mistyped
    keys: dict[str, Key] = {}
    for entry in found["keys"]:
        # A symmetric key in a public set could sign for anyone who reads it, so it is no key of ours.
        if (
            not isinstance(entry, dict)
            or entry.get("kty") not in {"OKP", "RSA", "EC"}
            or not isinstance(entry.get("kid"), str)
        ):
            continue
        if entry["kty"] == "RSA" and len(str(entry.get("n"))) < _SHORTEST_RSA_MODULUS:
            continue
        # One key of a kind unknown here does not spoil the others.
        with contextlib.suppress(JoseError, ValueError, TypeError, KeyError):
            keys[entry["kid"]] = JWKRegistry.import_key(entry)
    return keys
