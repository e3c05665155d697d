"""Tokens to try: who they are of, what they claim, and the keys that are published for them."""

import base64
import json

from shared.access.development_issuer import DevelopmentIssuer
from shared.access.identity import Identity, read_identity

NAMES_KEY = bytes(range(32))
ANA = ("Ana Lim", "mash_manager", "childrens_social_care")


def identity_of(issuer: DevelopmentIssuer, /, **changes) -> Identity:
    """The issuer's own identity file with some parts of its entry changed; None leaves a part out."""
    [entry] = json.loads(issuer.identity_path.read_text())["issuers"]
    changed = {part: value for part, value in (entry | changes).items() if value is not None}
    issuer.identity_path.write_text(json.dumps({"issuers": [changed]}))
    return read_identity(issuer.identity_path)


def claims_of(issuer: DevelopmentIssuer, **override) -> dict:
    """What a token of Ana's claims."""
    token = issuer.token(*ANA, **override)
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def publish(issuer: DevelopmentIssuer, *keys) -> None:
    """These are the issuer's keys from now on."""
    issuer.jwks_path.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))
