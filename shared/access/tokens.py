"""Verifies bearer tokens against the key sets of their issuers, and makes of their claims the actor of a request.

The actor comes from the token, never from a body. Which issuers count, and what their claims mean, is data
(`identity.yaml`). Tokens expire by the real clock, whatever clock a demonstration runs on.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key

from shared.access.claims import actor_of, see_that_it_is_an_access_token, see_that_it_is_time
from shared.access.identity import Identity, Issuer
from shared.access.key_sets import REREAD_EVERY, IssuerKeys, KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.domain.actors import Actor
from shared.infrastructure.background import Backoff, end, run_forever

ALGORITHMS: Final = frozenset({"Ed25519", "EdDSA", "RS256", "ES256", "PS256"})
"""Signatures that are accepted: public-key ones alone. `Ed25519` is the name RFC 9864 gives EdDSA on that curve."""


_LONGEST_TOKEN: Final = 16 * 1024  # characters


_REMEMBERED: Final = 500  # tokens whose signature is not checked again at each request


_REREAD: Final = Backoff(first=2.0, longest=60.0, calm=REREAD_EVERY)
"""An issuer that is away is asked again seldom: what its keys were goes on counting meanwhile."""


def bearer_of(headers: Sequence[str]) -> str:
    """The token in a request's Authorization headers.

    Raises:
        NotAuthenticated: there is none of the kind Bearer; or several headers: a proxy may have judged another of them.
    """
    if len(headers) > 1:
        raise NotAuthenticated("send one header Authorization: this request has several", "several")
    scheme, _, token = (headers[0] if headers else "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated(
            "sign in first, and send the token in the header Authorization, after the word Bearer", "none"
        )
    return token.strip()


class TokenVerifier:
    """Turns a bearer token into the actor it stands for."""

    def __init__(
        self, identity: Identity, names_key: bytes, reread_after: timedelta = timedelta(seconds=2)
    ) -> None:
        """Verifies tokens of every issuer in the file.

        Args:
            identity: who may sign, and what it means.
            names_key: 32 bytes, the same in every service.
            reread_after: an unknown key makes a key set be read again, but not sooner than this after the last time,
                so that made-up keys cannot be used to flood an issuer.
        """
        self._names_key = names_key
        self._issuers = {
            one.issuer: _Known(one, IssuerKeys(one.issuer, one.keys, reread_after.total_seconds()))
            for one in identity.issuers
        }
        self._registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
        self._good: dict[str, _Good] = {}
        self._rereading: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to read every key set again from time to time, so that no request has to wait for it."""
        self._rereading = [
            asyncio.create_task(
                run_forever(
                    known.keys.reread,
                    name="key set",
                    away=(KeySetUnavailable,),
                    every=REREAD_EVERY,
                    backoff=_REREAD,
                )
            )
            for known in self._issuers.values()
        ]

    async def stop(self) -> None:
        """Read no more."""
        for task in self._rereading:
            await end(task)

    async def actor(self, bearer: str) -> Actor:
        """Who a token stands for, at this moment by the real clock.

        Raises:
            NotAuthenticated: the token is malformed, unsigned, signed by an unknown key or wrongly, foreign, expired,
                not yet valid, no access token, or does not say who acts in words that its issuer may use.
            KeySetUnavailable: the key set could not be read, and the key is not among those read before.
        """
        good = self._good.get(bearer)
        # The same text under the same key: its signature is as good as it was. A key that was read anew is another.
        if good is None or await good.known.keys.find(good.kid) is not good.key:
            good = await self._verified(bearer)
            if len(self._good) >= _REMEMBERED:
                self._good.clear()
            self._good[bearer] = good
        see_that_it_is_time(good.known.issuer, good.claims)
        return good.actor

    def ends_at(self, bearer: str) -> float:
        """When a token that was found good ends, in seconds of the real clock (UTC, since 1970). Raises NotAuthenticated
        where it was not found good, or so long ago that it was forgotten.
        """
        good = self._good.get(bearer)
        if good is None:
            raise NotAuthenticated("sign in again", "expired")
        return float(good.claims["exp"])

    async def _verified(self, bearer: str) -> "_Good":
        """The token with its key and claims, once the signature has been found good and the claims were read."""
        if len(bearer) > _LONGEST_TOKEN:
            raise NotAuthenticated("this token is too long: send the access token alone")
        try:
            signed = jws.extract_compact(bearer.encode(), registry=self._registry)
            header = signed.headers()
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotAuthenticated(
                "this is not a signed token (JWT): sign in again and send the token as issued"
            ) from None
        if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
            raise NotAuthenticated(
                f"this token is not signed in a way that is accepted: the issuer must sign with one of "
                f"{', '.join(sorted(ALGORITHMS))}",
                "algorithm",
            )
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise NotAuthenticated("this token does not name its key: the issuer must set kid", "key")
        # Whose keys are tried is the token's own word; that it is theirs, the signature shows.
        claims = _claims_within(signed.payload)
        issuer = claims.get("iss")
        known = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if known is None:
            raise NotAuthenticated(
                "this token comes from another issuer: sign in with your own agency's account", "issuer"
            )
        key = await known.keys.find(kid)
        if key is None:
            raise NotAuthenticated(
                "this token was signed with a key that is not in the issuer's key set: sign in again", "key"
            )
        try:
            good = jws.validate_compact(signed, key, registry=self._registry)
        except (JoseError, ValueError, TypeError):  # a key of another kind, an unknown `crit`
            good = False
        if not good:
            raise NotAuthenticated("the signature of this token is wrong: sign in again", "signature")
        see_that_it_is_an_access_token(known.issuer, header, claims)
        see_that_it_is_time(known.issuer, claims)
        return _Good(known, kid, key, claims, actor_of(known.issuer, claims, self._names_key))


@dataclass(frozen=True, slots=True)
class _Known:
    """An issuer that counts here, and its keys."""

    issuer: Issuer
    keys: IssuerKeys


@dataclass(frozen=True, slots=True)
class _Good:
    """A token whose signature was found good: its issuer, the id of its key, the key, its claims, whom it stands for."""

    known: _Known
    kid: str
    key: Key
    claims: Mapping[str, Any] = field(repr=False)
    actor: Actor


def _claims_within(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise NotAuthenticated("this token holds no claims: sign in again", "claims")
    return claims


class _Registry(jws.JWSRegistry):
    """Only the algorithms of the allow-list, without joserfc's warning that the name EdDSA has a successor."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not on the allow-list")
        return self.algorithms[name]
