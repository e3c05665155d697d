"""Bearer tokens: what their claims and signatures must say, and what is refused."""

import asyncio
import base64
import json
import time
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.access.refusals import NotAuthenticated
from tests.unit.access.tokens import ANA, claims_of, publish


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"ttl": timedelta(seconds=-1)}, "expired"),
        ({"ttl": timedelta(0)}, "expired"),
        ({"exp": None}, "usable exp:"),
        ({"exp": True}, "usable exp:"),
        ({"exp": "2099"}, "usable exp:"),
        ({"exp": float("inf")}, "usable exp:"),
        ({"exp": 10**400}, "usable exp:"),
        ({"exp": -(10**400)}, "usable exp:"),
        ({"exp": float("nan")}, "usable exp:"),
        ({"exp": [1]}, "usable exp:"),
        ({"ttl": timedelta(hours=25)}, "lives longer"),
        ({"nbf": int(time.time()) + 3600}, "not valid yet"),
        ({"nbf": 10**400}, "usable nbf:"),
        ({"iat": None}, "usable iat:"),
        ({"iat": int(time.time()) + 3600}, "not valid yet"),
        ({"sub": None}, "usable subject:"),
        ({"sub": ""}, "usable subject:"),
        ({"typ": "id_token"}, "not an access token"),
        ({"typ": "logout+jwt"}, "not an access token"),
        ({"typ": "dpop+jwt"}, "not an access token"),
        ({"nonce": "n"}, "not an access token"),
        ({"at_hash": "h"}, "not an access token"),
        ({"events": {}}, "not an access token"),
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "payroll"}, "another system"),
        ({"aud": ["payroll"]}, "another system"),
        ({"aud": None}, "another system"),
        ({"name": None}, "usable name:"),
        ({"name": "  "}, "usable name:"),
        ({"name": "x" * 201}, "usable name:"),
        ({"name": "Ana\x00"}, "usable name:"),
        ({"role": None}, "usable role:"),
        ({"role": "wizard"}, "role"),
        ({"role": "service"}, "role"),
        ({"role": ["mash_manager", "auditor"]}, "several roles"),
        ({"role": "police_system", "sub": "somebody"}, "role"),
        ({"agency": None}, "usable agency:"),
        ({"agency": "army"}, "agency"),
        ({"agency": "police"}, "nobody has in its agency"),
        ({"role": "auditor", "agency": "police"}, "nobody has in its agency"),
        ({"role": "designated_safeguarding_lead"}, "nobody has in its agency"),
        ({"organisation": ["Elm"]}, "organisation"),
    ],
)
async def test_what_the_claims_must_say(issuer, verifier, override, says):
    given = {"name": ANA[0], "role": ANA[1], "agency": ANA[2], **override}
    with pytest.raises(NotAuthenticated, match=says) as refused:
        await verifier.actor(issuer.token(**given))
    assert "Ana" not in str(refused.value)


async def test_one_of_several_audiences_is_enough(issuer, verifier):
    assert await verifier.actor(issuer.token(*ANA, aud=["payroll", issuer.audience]))


async def test_a_token_is_good_until_the_second_it_expires(issuer, verifier):
    token = issuer.token(*ANA, ttl=timedelta(seconds=2))
    assert await verifier.actor(token)
    await asyncio.sleep(2.1)
    with pytest.raises(NotAuthenticated, match="expired"):
        await verifier.actor(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "..",
        "eyJhbGciOiJFZDI1NTE5In0.e30.",
        "eyJhbGciOltdLCJraWQiOiJ4In0.e30.",
        "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjpbXX0.e30.",
        "é.é.é",
        "\ud800",
        "a" * 20_000,
    ],
)
async def test_what_is_no_token_is_refused(verifier, token):
    with pytest.raises(NotAuthenticated):
        await verifier.actor(token)


async def test_unsigned_and_wrongly_signed_tokens_are_refused(issuer, verifier):
    good = issuer.token(*ANA)
    header, payload, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"x"}').decode().rstrip("=")
    with pytest.raises(NotAuthenticated, match="not signed in a way"):
        await verifier.actor(f"{none}.{payload}.")
    other = issuer.token("Eve", *ANA[1:]).split(".")[1]
    with pytest.raises(NotAuthenticated, match="signature"):
        await verifier.actor(f"{header}.{other}.{signature}")
    with pytest.raises(NotAuthenticated, match="signature"):
        await verifier.actor(f"{header}.{payload}.")


async def test_a_public_key_is_no_shared_secret(issuer, verifier):
    """The classic confusion: HS256 over the published public key."""
    [public] = json.loads(issuer.jwks_path.read_text())["keys"]
    secret = OctKey.import_key(base64.urlsafe_b64decode(public["x"] + "="))
    forged = jwt.encode({"alg": "HS256", "kid": public["kid"]}, claims_of(issuer), secret)
    with pytest.raises(NotAuthenticated, match="not signed in a way"):
        await verifier.actor(forged)


async def test_a_key_of_another_kind_than_the_algorithm_is_refused(issuer, verifier):
    [public] = json.loads(issuer.jwks_path.read_text())["keys"]
    forged = jwt.encode({"alg": "RS256", "kid": public["kid"]}, claims_of(issuer), RSAKey.generate_key(2048))
    with pytest.raises(NotAuthenticated, match="signature"):
        await verifier.actor(forged)


async def test_a_header_that_must_be_understood_and_is_not_is_refused(issuer, verifier):
    header = (
        base64.urlsafe_b64encode(b'{"alg":"Ed25519","kid":"k","crit":["magic"],"magic":1}')
        .decode()
        .rstrip("=")
    )
    _, payload, signature = issuer.token(*ANA).split(".")
    with pytest.raises(NotAuthenticated):
        await verifier.actor(f"{header}.{payload}.{signature}")


async def test_a_token_must_name_its_key(issuer, verifier):
    key = OKPKey.generate_key("Ed25519")
    anonymous = jwt.encode({"alg": "Ed25519"}, claims_of(issuer), key, algorithms=["Ed25519"])
    with pytest.raises(NotAuthenticated, match="kid"):
        await verifier.actor(anonymous)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, auto_kid=True)),
        ("PS256", RSAKey.generate_key(2048, auto_kid=True)),
        ("ES256", ECKey.generate_key("P-256", auto_kid=True)),
        ("Ed25519", OKPKey.generate_key("Ed25519", auto_kid=True)),
    ],
)
async def test_the_signatures_of_common_providers(issuer, verifier, algorithm, key):
    publish(issuer, key)
    token = jwt.encode({"alg": algorithm, "kid": key.kid}, claims_of(issuer), key, algorithms=[algorithm])
    assert (await verifier.actor(token)).name == "Ana Lim"


async def test_the_older_name_of_ed25519(issuer, verifier):
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    publish(issuer, key)
    with pytest.warns(match="EdDSA is deprecated"):  # the signing side says so; the verifier must not
        token = jwt.encode({"alg": "EdDSA", "kid": key.kid}, claims_of(issuer), key, algorithms=["EdDSA"])
    assert (await verifier.actor(token)).name == "Ana Lim"


async def test_a_token_that_was_good_is_refused_once_it_has_expired(issuer, verifier, monkeypatch):
    token = issuer.token(*ANA, ttl=timedelta(minutes=1))
    assert await verifier.actor(token) == await verifier.actor(token)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotAuthenticated, match="expired"):
        await verifier.actor(token)
