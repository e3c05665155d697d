"""A token issuer for the embedded stack and for tests: it signs whatever it is asked to, so it has no place elsewhere."""

import hashlib
import json
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.access.identity import LONGEST_LIFE
from shared.crypto.secret_files import make_secret
from shared.domain.actors import AGENCIES, DEFAULT_AGENCY, MACHINE_ROLES

ISSUER: Final = "https://issuer.safeguarding.invalid"


AUDIENCE: Final = "safeguarding"


_ENTRY: Final = {
    "issuer": ISSUER,
    "audience": AUDIENCE,
    "keys": "jwks.json",
    "may_speak_for": sorted(AGENCIES),
    "agency": {"claim": "agency"},
    # In the case files an agency may be one organisation: the police, a school of which there is no other.
    "organisation": {"required_for": []},
    "teams": {"claim": "teams"},
    "machines": {
        f"machine:{role}": {
            "name": f"Example {role.replace('_', ' ')}",
            "role": role,
            "agency": DEFAULT_AGENCY[role],
            "organisation": f"Example {DEFAULT_AGENCY[role]}",
            "may": ["mash.ReceiveContact", "read:feed"],
        }
        for role in sorted(MACHINE_ROLES)
    },
    # One machine has one clock.
    "leeway": "0 s",
    "longest": f"{int(LONGEST_LIFE.total_seconds()) // 3600} h",
}
"""What stands in the identity file of a stack of one's own."""


class DevelopmentIssuer:
    """Issues bearer tokens signed with a key of its own.

    Attributes:
        issuer: what its tokens name as `iss`.
        audience: what its tokens name as `aud`.
        jwks_path: its public key set, for `TokenVerifier`.
        identity_path: the identity file that lets it speak for everybody.
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
        _write(self.jwks_path, json.dumps({"keys": [public]}, indent=2))
        self.identity_path = directory / "identity.yaml"
        _write(self.identity_path, json.dumps({"issuers": [_ENTRY]}, indent=2))

    def token(
        self,
        name: str,
        role: str,
        agency: str,
        organisation: str | None = None,
        team: str | None = None,
        ttl: timedelta = timedelta(hours=12),
        typ: str = "at+jwt",
        **override: Any,
    ) -> str:
        """A bearer token for that person, valid from now for `ttl` by the real clock.

        Args:
            name: the professional's name.
            role: one of `shared.domain.actors.ROLES`; not checked here.
            agency: one of `shared.domain.actors.AGENCIES`; not checked here.
            organisation: this school, that ward.
            team: the receiving team that they are of.
            ttl: for how long; a negative one makes an expired token.
            typ: what its header says that it is.
            override: claims to set otherwise; None leaves one out. For tests of what is refused.
        """
        now = int(time.time())
        subject = hashlib.sha256(f"{agency}/{name}".encode()).hexdigest()[:16]
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": now,
            "nbf": now,
            "exp": now + int(ttl.total_seconds()),
            "sub": f"machine:{role}" if role in (*MACHINE_ROLES,) else subject,
            "name": name,
            "role": role,
            "agency": agency,
            "organisation": organisation,
            "teams": [team] if team is not None else None,
            **override,
        }
        present = {claim: value for claim, value in claims.items() if value is not None}
        return jwt.encode(
            {"alg": "Ed25519", "kid": self._key.kid, "typ": typ}, present, self._key, algorithms=["Ed25519"]
        )


def _write(path: Path, text: str) -> None:
    """Written aside and renamed: a service that reads it meanwhile never sees half of it."""
    written = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    written.write_text(text)
    written.chmod(0o644)
    written.replace(path)
