"""Verifies bearer tokens against a key set, and makes of their claims the actor of a request.

The actor comes from the token, never from a body. Any OpenID Connect provider will do that signs tokens with the
claims `name`, `role`, `agency` and, where it narrows the agency, `organisation`. Tokens expire by the real clock,
whatever clock a demonstration runs on.
"""

import json
import math
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key

from shared.access.key_sets import IssuerKeys
from shared.domain.actors import AGENCIES, ROLES, SERVICE, Actor, professional_id

ALGORITHMS: Final = frozenset({"Ed25519", "EdDSA", "RS256", "ES256", "PS256"})
"""Signatures that are accepted: public-key ones alone. `Ed25519` is the name RFC 9864 gives EdDSA on that curve."""


_LONGEST_TOKEN = 16 * 1024


_REMEMBERED = 500  # tokens whose signature is not checked again at each request


_LONGEST_WORD = 200


class NotAuthenticated(Exception):
    """The token does not say who acts. The message says why and what to do, and repeats nothing of the token."""


def bearer_of(authorization: str | None) -> str:
    """The token in an Authorization header. Raises NotAuthenticated where there is none of the kind Bearer."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("sign in first: send a header `Authorization: Bearer <token>`")
    return token.strip()


class TokenVerifier:
    """Turns a bearer token into the actor it stands for."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks: Path | str,
        names_key: bytes,
        reread_after: timedelta = timedelta(seconds=2),
    ) -> None:
        """Verifies tokens of one issuer.

        Args:
            issuer: what `iss` must be.
            audience: what `aud` must name.
            jwks: the issuer's key set: a path, or an https URL (trust in a council's own authority comes from
                the environment: SSL_CERT_FILE).
            names_key: 32 bytes, the same in every service.
            reread_after: an unknown key makes the key set be read again, but not sooner than this after the last
                time, so that made-up keys cannot be used to flood the issuer.
        """
        self._issuer = issuer
        self._audience = audience
        self._names_key = names_key
        self._keys = IssuerKeys(jwks, reread_after.total_seconds())
        self._registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
        self._good: dict[str, _Good] = {}

    async def actor(self, bearer: str) -> Actor:
        """Who a token stands for, at this moment by the real clock, with no allowance for clocks that differ.

        Raises:
            NotAuthenticated: the token is malformed, unsigned, signed by an unknown key or wrongly, foreign, expired,
                not yet valid, or does not say who acts in words this system knows.
            KeySetUnavailable: the key set could not be read, and the key is not among those read before.
        """
        good = self._good.get(bearer)
        # The same text under the same key: its signature is as good as it was. A key that was read anew is another.
        if good is None or await self._keys.find(good.kid) is not good.key:
            kid, key, payload = await self._verified(bearer)
            claims = _claims_within(payload)
            good = _Good(kid, key, claims, self._actor_of(claims))
            if len(self._good) >= _REMEMBERED:
                self._good.clear()
            self._good[bearer] = good
        _see_that_it_is_time(good.claims)
        return good.actor

    async def _verified(self, bearer: str) -> tuple[str, Key, bytes]:
        """The id of its key, the key, and the payload, once the signature has been found good."""
        if len(bearer) > _LONGEST_TOKEN:
            raise NotAuthenticated("this token is too long: send the access token alone")
        malformed = NotAuthenticated(
            "this is not a signed token (JWT): sign in again and send the token as issued"
        )
        try:
            signed = jws.extract_compact(bearer.encode(), registry=self._registry)
            header = signed.headers()
        except (JoseError, ValueError, TypeError, KeyError):
            raise malformed from None
        if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
            raise NotAuthenticated(
                f"this token is not signed in a way that is accepted: the issuer must sign with one of "
                f"{', '.join(sorted(ALGORITHMS))}"
            )
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise NotAuthenticated("this token does not name its key: the issuer must set `kid`")
        key = await self._keys.find(kid)
        if key is None:
            raise NotAuthenticated(
                "this token was signed with a key that is not in the issuer's key set: sign in again"
            )
        try:
            good = jws.validate_compact(signed, key, registry=self._registry)
        except (
            JoseError,
            ValueError,
            TypeError,
        ):  # a key of another kind than the algorithm, an unknown `crit`
            good = False
        if not good:
            raise NotAuthenticated("the signature of this token is wrong: sign in again")
        return kid, key, signed.payload

    def _actor_of(self, claims: dict[str, Any]) -> Actor:
        """The actor of claims that are signed by the issuer's key. Raises NotAuthenticated."""
        if claims.get("iss") != self._issuer:
            raise NotAuthenticated("this token comes from another issuer: sign in with this system's own")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise NotAuthenticated("this token was issued for another system: ask for one for this audience")
        _see_that_it_is_time(claims)
        name, role, agency = (_word(claims, claim) for claim in ("name", "role", "agency"))
        if role not in ROLES or role == SERVICE:
            raise NotAuthenticated(
                "this token gives a role that this system does not know: ask for your account's role to be set"
            )
        if agency not in AGENCIES:
            raise NotAuthenticated(
                f"this token gives an unknown agency: it must be one of {', '.join(sorted(AGENCIES))}"
            )
        organisation = None if claims.get("organisation") is None else _word(claims, "organisation")
        return Actor(professional_id(self._names_key, name, agency), name, role, agency, organisation)


@dataclass(frozen=True, slots=True)
class _Good:
    """A token whose signature was found good: the id of its key, the key, its claims, whom it stands for."""

    kid: str
    key: Key
    claims: dict[str, Any] = field(repr=False)
    actor: Actor


def _see_that_it_is_time(claims: dict[str, Any]) -> None:
    """Raises NotAuthenticated before and after the time for which a token was issued."""
    now = time.time()
    if _moment(claims, "exp") <= now:
        raise NotAuthenticated("this token has expired: sign in again")
    if "nbf" in claims and _moment(claims, "nbf") > now:
        raise NotAuthenticated("this token is not valid yet: wait, or check the clocks of issuer and server")


def _claims_within(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise NotAuthenticated("this token holds no claims: sign in again")
    return claims


def _word(claims: dict[str, Any], claim: str) -> str:
    value = claims.get(claim)
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > _LONGEST_WORD
        or not value.isprintable()
    ):
        raise NotAuthenticated(
            f"this token has no usable `{claim}`: your account must give it as a text of at most {_LONGEST_WORD} characters"
        )
    return value.strip()


def _moment(claims: dict[str, Any], claim: str) -> float:
    value = claims.get(claim)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAuthenticated(
            f"this token has no usable `{claim}`: the issuer must give it in seconds since 1970"
        )
    return value


class _Registry(jws.JWSRegistry):
    """Only the algorithms of the allow-list, without joserfc's warning that the name EdDSA has a successor."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not on the allow-list")
        return self.algorithms[name]
