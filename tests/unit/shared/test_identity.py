import asyncio
import base64
import json
import ssl
import threading
import time
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.development_issuer import DevelopmentIssuer
from shared.identity import (
    Actor,
    KeySetUnavailable,
    NotAuthenticated,
    TokenVerifier,
    bearer_of,
    professional_id,
)
from shared.people_words import AGENCIES, DEFAULT_AGENCY, ROLES, TEAM_AGENCY
from shared.secret_files import UnsafeSecret

NAMES_KEY = bytes(range(32))
ANA = ("Ana Lim", "mash_manager", "childrens_social_care")


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path / "issuer")


@pytest.fixture
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    return TokenVerifier(
        issuer.issuer, issuer.audience, issuer.jwks_path, NAMES_KEY, reread_after=timedelta(0)
    )


def claims_of(issuer: DevelopmentIssuer, **override) -> dict:
    token = issuer.token(*ANA, **override)
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def publish(issuer: DevelopmentIssuer, *keys) -> None:
    issuer.jwks_path.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))


async def test_a_token_becomes_its_actor(issuer, verifier):
    actor = await verifier.actor(
        issuer.token("L. Shaw", "designated_safeguarding_lead", "education", "Elm School")
    )
    assert actor == Actor(
        professional_id(NAMES_KEY, "L. Shaw", "education"),
        "L. Shaw",
        "designated_safeguarding_lead",
        "education",
        "Elm School",
    )


async def test_an_actor_says_no_name_when_it_is_printed(issuer, verifier):
    assert "Ana" not in repr(await verifier.actor(issuer.token(*ANA)))


def test_a_professional_is_known_by_name_however_it_is_typed():
    zoe = professional_id(NAMES_KEY, "Zoë  Straße", "police")
    assert zoe == professional_id(NAMES_KEY, unicodedata.normalize("NFD", " ZOË strasse\t"), "police")
    assert zoe.version == 8


def test_a_professional_is_another_in_another_agency_name_or_council():
    ids = {
        professional_id(NAMES_KEY, "Jo Bell", "police"),
        professional_id(NAMES_KEY, "Jo Bell", "health"),
        professional_id(NAMES_KEY, "Jo Ball", "police"),
        professional_id(bytes(32), "Jo Bell", "police"),
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    ("key", "name", "agency"),
    [(NAMES_KEY, " ", "police"), (NAMES_KEY, "Jo", "army"), (b"short", "Jo", "police")],
)
def test_an_id_needs_a_name_an_agency_and_a_whole_key(key, name, agency):
    with pytest.raises(ValueError):
        professional_id(key, name, agency)


def test_a_service_acts_without_a_name_for_its_agency():
    assert Actor.service("mash").agency == "childrens_social_care"
    assert Actor.service("fws").agency == "family_wellbeing"
    assert Actor.service("mash").name == ""
    assert Actor.service("mash") == Actor.service("mash") != Actor.service("people")
    with pytest.raises(ValueError, match="no team"):
        Actor.service("payroll")


def test_every_role_and_team_has_a_known_agency():
    assert set(DEFAULT_AGENCY.values()) | set(TEAM_AGENCY.values()) <= AGENCIES
    assert set(DEFAULT_AGENCY) | {"service"} == ROLES


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"ttl": timedelta(seconds=-1)}, "expired"),
        ({"ttl": timedelta(0)}, "expired"),
        ({"exp": None}, "`exp`"),
        ({"exp": True}, "`exp`"),
        ({"exp": "2099"}, "`exp`"),
        ({"exp": float("inf")}, "`exp`"),
        ({"nbf": int(time.time()) + 3600}, "not valid yet"),
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "payroll"}, "another system"),
        ({"aud": ["payroll"]}, "another system"),
        ({"aud": None}, "another system"),
        ({"name": None}, "`name`"),
        ({"name": "  "}, "`name`"),
        ({"name": "x" * 201}, "`name`"),
        ({"name": "Ana\x00"}, "`name`"),
        ({"role": None}, "`role`"),
        ({"role": "wizard"}, "role"),
        ({"role": "service"}, "role"),
        ({"agency": None}, "`agency`"),
        ({"agency": "army"}, "agency"),
        ({"organisation": ["Elm"]}, "`organisation`"),
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


async def test_symmetric_and_short_keys_in_a_key_set_are_not_used(issuer, verifier):
    secret = OctKey.generate_key(256, auto_kid=True)
    short = {"kty": "RSA", "kid": "short", "n": "sXch", "e": "AQAB"}
    issuer.jwks_path.write_text(
        json.dumps({"keys": [secret.as_dict(), short, "nonsense", {"kty": "OKP", "kid": "half"}]})
    )
    for kid in (secret.kid, "short", "half"):
        token = jwt.encode(
            {"alg": "Ed25519", "kid": kid},
            claims_of(issuer),
            OKPKey.generate_key("Ed25519"),
            algorithms=["Ed25519"],
        )
        with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
            await verifier.actor(token)


async def test_a_new_key_is_found_when_a_token_names_it_and_a_withdrawn_one_is_not(issuer, verifier):
    old = issuer.token(*ANA)
    await verifier.actor(old)
    new = OKPKey.generate_key("Ed25519", auto_kid=True)
    publish(issuer, new)
    await verifier.actor(
        jwt.encode({"alg": "Ed25519", "kid": new.kid}, claims_of(issuer), new, algorithms=["Ed25519"])
    )
    with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
        await verifier.actor(old)


async def test_made_up_keys_do_not_flood_the_issuer(issuer):
    verifier = TokenVerifier(
        issuer.issuer, issuer.audience, issuer.jwks_path, NAMES_KEY, reread_after=timedelta(hours=1)
    )
    await verifier.actor(issuer.token(*ANA))
    new = OKPKey.generate_key("Ed25519", auto_kid=True)
    publish(issuer, new)
    token = jwt.encode({"alg": "Ed25519", "kid": new.kid}, claims_of(issuer), new, algorithms=["Ed25519"])
    with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
        await verifier.actor(token)  # read within the hour already


async def test_a_token_that_was_good_is_refused_once_it_has_expired(issuer, verifier, monkeypatch):
    token = issuer.token(*ANA, ttl=timedelta(minutes=1))
    assert await verifier.actor(token) == await verifier.actor(token)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotAuthenticated, match="expired"):
        await verifier.actor(token)


async def test_a_token_that_was_good_is_refused_once_its_key_is_withdrawn(issuer, verifier, monkeypatch):
    token = issuer.token(*ANA)
    await verifier.actor(token)
    publish(issuer, OKPKey.generate_key("Ed25519", auto_kid=True))
    later = time.monotonic() + 601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
        await verifier.actor(token)


async def test_a_token_that_was_good_is_refused_under_another_key_of_the_same_id(
    issuer, verifier, monkeypatch
):
    token = issuer.token(*ANA)
    await verifier.actor(token)
    kid = json.loads(issuer.jwks_path.read_text())["keys"][0]["kid"]
    publish(issuer, OKPKey.generate_key("Ed25519", {"kid": kid}))
    later = time.monotonic() + 601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(NotAuthenticated, match="signature"):
        await verifier.actor(token)


async def test_first_requests_that_come_together_all_find_their_key(issuer):
    verifier = TokenVerifier(issuer.issuer, issuer.audience, issuer.jwks_path, NAMES_KEY)
    actors = await asyncio.gather(*(verifier.actor(issuer.token(*ANA)) for _ in range(8)))
    assert {actor.name for actor in actors} == {"Ana Lim"}


async def test_a_key_set_that_cannot_be_read_is_not_the_callers_fault(issuer, tmp_path):
    verifier = TokenVerifier(issuer.issuer, issuer.audience, tmp_path / "none.json", NAMES_KEY)
    for _ in range(2):  # the second is within the pause between two readings
        with pytest.raises(KeySetUnavailable):
            await verifier.actor(issuer.token(*ANA))


async def test_keys_once_read_outlive_an_outage(issuer, verifier):
    token = issuer.token(*ANA)
    await verifier.actor(token)
    issuer.jwks_path.write_text("not json")
    assert await verifier.actor(token)
    stranger = OKPKey.generate_key("Ed25519", auto_kid=True)
    with pytest.raises(KeySetUnavailable):
        await verifier.actor(
            jwt.encode(
                {"alg": "Ed25519", "kid": stranger.kid}, claims_of(issuer), stranger, algorithms=["Ed25519"]
            )
        )


def test_a_key_set_over_the_network_needs_https():
    with pytest.raises(ValueError, match="https"):
        TokenVerifier("i", "a", "http://issuer.example/jwks", NAMES_KEY)


@pytest.fixture
def served(issuer: DevelopmentIssuer, tmp_path: Path, monkeypatch) -> Iterator[str]:
    """The key set over https, from a server whose certificate comes from an authority of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, certificate_file = serialization.Encoding.PEM, tmp_path / "server.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate_file.write_bytes(private + certificate.public_bytes(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate_file))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = issuer.jwks_path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_key_set_over_https(issuer, served):
    verifier = TokenVerifier(issuer.issuer, issuer.audience, served, NAMES_KEY)
    assert (await verifier.actor(issuer.token(*ANA))).name == "Ana Lim"


async def test_a_server_that_nobody_vouches_for_is_not_believed(issuer, served, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(KeySetUnavailable):
        await TokenVerifier(issuer.issuer, issuer.audience, served, NAMES_KEY).actor(issuer.token(*ANA))


def test_the_issuer_keeps_its_key_to_itself_and_over_a_restart(tmp_path):
    first = DevelopmentIssuer(tmp_path)
    public = first.jwks_path.read_text()
    assert (tmp_path / "issuer.json").stat().st_mode & 0o077 == 0
    assert '"d"' not in public
    assert DevelopmentIssuer(tmp_path).jwks_path.read_text() == public
    (tmp_path / "issuer.json").chmod(0o640)
    with pytest.raises(UnsafeSecret, match="chmod 600"):
        DevelopmentIssuer(tmp_path)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "abc"])
def test_a_header_without_a_bearer_token(header):
    with pytest.raises(NotAuthenticated, match="sign in"):
        bearer_of(header)


def test_a_header_with_a_bearer_token():
    assert bearer_of("bearer abc.def.ghi") == "abc.def.ghi"
