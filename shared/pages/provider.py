"""Sign-in at any OpenID provider: authorization code with PKCE, an ID token that is checked, tokens that are renewed."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from shared.pages.sessions import Tokens

_ALGORITHMS: Final = ["Ed25519", "EdDSA", "RS256", "ES256", "PS256"]
_LEEWAY: Final = 60  # seconds
_SCOPE: Final = "openid profile offline_access"


class ProviderAway(Exception):
    """The provider could not be asked."""


class SignInRefused(Exception):
    """The provider, or what it answered, does not let this sign-in through."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is remembered from the way to the provider until the way back, by the browser alone."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)

    @classmethod
    def new(cls) -> "Attempt":
        """One that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider:
    """One OpenID provider, as this client sees it."""

    def __init__(self, issuer: str, client: str, secret: str, back: str, http: httpx.AsyncClient) -> None:
        """Nothing is asked yet.

        Args:
            issuer: its URL, under which its description is found.
            client: what we are called there.
            secret: what we prove it with; empty for a client that has none.
            back: the address of ours that it sends people back to.
            http: to ask with.
        """
        self.issuer = issuer.rstrip("/")
        self._client = client
        self._secret = secret
        self._back = back
        self._http = http
        self._described: dict[str, Any] | None = None

    async def way_there(self, attempt: Attempt) -> str:
        """The address to send a person to. Raises ProviderAway."""
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._back,
            "scope": _SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{(await self._description())['authorization_endpoint']}?{urlencode(asked)}"

    async def way_out(self) -> str | None:
        """Where a person signs out of the provider too, where it has such a place."""
        try:
            place = (await self._description()).get("end_session_endpoint")
        except ProviderAway:
            return None
        return f"{place}?{urlencode({'client_id': self._client})}" if place else None

    async def exchange(self, code: str, attempt: Attempt) -> tuple[Tokens, str]:
        """The tokens for a code, and the subject. Raises SignInRefused, ProviderAway."""
        given = await self._tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._back,
            code_verifier=attempt.verifier,
        )
        claims = await self._identity(given.get("id_token", ""))
        if not secrets.compare_digest(str(claims.get("nonce", "")), attempt.nonce):
            raise SignInRefused("this sign-in was not begun in this browser")
        return _tokens(given, None, given["id_token"]), str(claims["sub"])

    async def renew(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones. Raises SignInRefused where the provider gives none, ProviderAway."""
        if tokens.refresh is None:
            raise SignInRefused("the provider gave nothing to renew it with")
        given = await self._tokens(grant_type="refresh_token", refresh_token=tokens.refresh)
        return _tokens(given, tokens.refresh, tokens.identity)

    async def _tokens(self, **asked: str) -> dict[str, Any]:
        place = (await self._description())["token_endpoint"]
        form = {
            **asked,
            "client_id": self._client,
            **({"client_secret": self._secret} if self._secret else {}),
        }
        try:
            answer = await self._http.post(place, data=form)
        except httpx.HTTPError:
            raise ProviderAway from None
        if answer.status_code >= 500:
            raise ProviderAway
        if not answer.is_success:
            raise SignInRefused("the provider did not take it")
        return dict(answer.json())

    async def _identity(self, token: str) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for us, and not over."""
        keys = KeySet.import_key_set(_key_set(await self._got((await self._description())["jwks_uri"])))
        try:
            claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            raise SignInRefused("the ID token is not the provider's") from None
        audience = claims.get("aud")
        now = time.time()
        good = (
            claims.get("iss") == self.issuer
            and self._client in (audience if isinstance(audience, list) else [audience])
            and isinstance(claims.get("sub"), str)
            and float(claims.get("exp", 0)) > now - _LEEWAY
            and float(claims.get("iat", now)) < now + _LEEWAY
        )
        if not good:
            raise SignInRefused("the ID token is not for this system")
        return dict(claims)

    async def _description(self) -> dict[str, Any]:
        if self._described is None:
            found = await self._got(f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise SignInRefused("the provider calls itself otherwise than the settings do")
            self._described = found
        return self._described

    async def _got(self, place: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(place)
            answer.raise_for_status()
            return dict(answer.json())
        except (httpx.HTTPError, ValueError):
            raise ProviderAway from None


def _key_set(found: dict[str, Any]) -> KeySetSerialization:
    return {"keys": list(found.get("keys", ()))}


def _tokens(given: dict[str, Any], refresh: str | None, identity: str) -> Tokens:
    ends = time.time() + float(given.get("expires_in", 300))
    return Tokens(str(given["access_token"]), ends, given.get("refresh_token", refresh), identity)
