"""A token issuer for the embedded stack and for tests: it signs whatever it is asked to, so it has no place elsewhere."""

import json
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.crypto.secret_files import make_secret

ISSUER: Final = "https://issuer.safeguarding.invalid"


AUDIENCE: Final = "safeguarding"


class DevelopmentIssuer:
    """Issues bearer tokens signed with a key of its own.

    Attributes:
        issuer: what its tokens name as `iss`.
        audience: what its tokens name as `aud`.
        jwks_path: its public key set, for `TokenVerifier`.
    """

    issuer = ISSUER
    audience = AUDIENCE

    def __init__(self, directory: Path) -> None:
        """Makes or loads the signing key (`issuer.json`, mode 0600) and writes `jwks.json` beside it.

        Raises:
            UnsafeSecret: others on the machine may read the signing key.
        """
        made = make_secret(
            directory / "issuer.json",
            lambda: json.dumps(OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=True)).encode(),
        )
        self._key = OKPKey.import_key(json.loads(made))
        self.jwks_path = directory / "jwks.json"
        public = {**self._key.as_dict(private=False), "use": "sig", "alg": "Ed25519"}
        # Written aside and renamed: a service that reads it meanwhile never sees half of it.
        written = directory / f".jwks.{secrets.token_hex(8)}"
        written.write_text(json.dumps({"keys": [public]}, indent=2))
        written.chmod(0o644)
        written.replace(self.jwks_path)

    def token(
        self,
        name: str,
        role: str,
        agency: str,
        organisation: str | None = None,
        ttl: timedelta = timedelta(hours=12),
        **override: Any,
    ) -> str:
        """A bearer token for that person, valid from now for `ttl` by the real clock.

        Args:
            name: the professional's name.
            role: one of `shared.domain.actors.ROLES`; not checked here.
            agency: one of `shared.domain.actors.AGENCIES`; not checked here.
            organisation: this school, that ward.
            ttl: for how long; a negative one makes an expired token.
            override: claims to set otherwise; None leaves one out. For tests of what is refused.
        """
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": now,
            "nbf": now,
            "exp": now + int(ttl.total_seconds()),
            "name": name,
            "role": role,
            "agency": agency,
            "organisation": organisation,
            **override,
        }
        present = {claim: value for claim, value in claims.items() if value is not None}
        return jwt.encode(
            {"alg": "Ed25519", "kid": self._key.kid}, present, self._key, algorithms=["Ed25519"]
        )
