"""The issuer's key set: read again for a new key and not for made-up ones, over https, and over an outage."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.access import tokens
from shared.access.development_issuer import DevelopmentIssuer
from shared.access.identity import IdentityWrong
from shared.access.key_sets import IssuerKeys, KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.access.tokens import TokenVerifier
from shared.crypto.secret_files import UnsafeSecret
from tests.unit.access.certificates import loopback_certificate
from tests.unit.access.tokens import ANA, NAMES_KEY, claims_of, identity_of, publish


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
    verifier = TokenVerifier(identity_of(issuer), NAMES_KEY, reread_after=timedelta(hours=1))
    await verifier.actor(issuer.token(*ANA))
    new = OKPKey.generate_key("Ed25519", auto_kid=True)
    publish(issuer, new)
    token = jwt.encode({"alg": "Ed25519", "kid": new.kid}, claims_of(issuer), new, algorithms=["Ed25519"])
    with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
        await verifier.actor(token)  # read within the hour already


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
    verifier = TokenVerifier(identity_of(issuer), NAMES_KEY)
    actors = await asyncio.gather(*(verifier.actor(issuer.token(*ANA)) for _ in range(8)))
    assert {actor.name for actor in actors} == {"Ana Lim"}


async def test_a_key_set_that_cannot_be_read_is_not_the_callers_fault(issuer, tmp_path):
    verifier = TokenVerifier(identity_of(issuer, keys=str(tmp_path / "none.json")), NAMES_KEY)
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


async def test_while_the_issuer_is_away_nobody_with_a_known_key_waits_for_it(issuer, verifier, monkeypatch):
    token = issuer.token(*ANA)
    await verifier.actor(token)
    asked = []

    async def away(*_):
        asked.append(1)
        raise OSError

    monkeypatch.setattr(asyncio, "to_thread", away)
    later = time.monotonic() + 601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    for _ in range(5):
        assert await verifier.actor(token)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "changes",
    [{"keys": "http://issuer.example/jwks"}, {"keys": None, "issuer": "http://issuer.example"}],
)
def test_a_key_set_over_the_network_needs_https(issuer, changes):
    with pytest.raises(IdentityWrong, match="https"):
        identity_of(issuer, **changes)
    with pytest.raises(ValueError, match="https"):
        IssuerKeys("http://issuer.example", changes["keys"], 0.0)


async def test_keys_are_read_again_in_the_background_without_a_request(issuer, monkeypatch):
    """A withdrawn key is out though nobody asks with an unknown one, and no request waits for the reading."""
    monkeypatch.setattr(tokens, "REREAD_EVERY", 0.02)
    verifier = TokenVerifier(identity_of(issuer), NAMES_KEY, reread_after=timedelta(hours=1))
    await verifier.start()
    try:
        token = issuer.token(*ANA)
        assert await verifier.actor(token)
        publish(issuer, OKPKey.generate_key("Ed25519", auto_kid=True))
        with pytest.raises(NotAuthenticated, match="not in the issuer's key set"):
            for _ in range(200):
                await verifier.actor(token)
                await asyncio.sleep(0.02)
    finally:
        await verifier.stop()


@pytest.fixture
def served(issuer: DevelopmentIssuer, tmp_path: Path, monkeypatch) -> Iterator[str]:
    """The key set over https, from a server whose certificate comes from an authority of its own."""
    certificate_file = loopback_certificate(tmp_path)
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
    verifier = TokenVerifier(identity_of(issuer, keys=served), NAMES_KEY)
    assert (await verifier.actor(issuer.token(*ANA))).name == "Ana Lim"


async def test_a_server_that_nobody_vouches_for_is_not_believed(issuer, served, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(KeySetUnavailable):
        await TokenVerifier(identity_of(issuer, keys=served), NAMES_KEY).actor(issuer.token(*ANA))


def test_the_issuer_keeps_its_key_to_itself_and_over_a_restart(tmp_path):
    first = DevelopmentIssuer(tmp_path)
    public = first.jwks_path.read_text()
    assert (tmp_path / "issuer.json").stat().st_mode & 0o077 == 0
    assert '"d"' not in public
    assert DevelopmentIssuer(tmp_path).jwks_path.read_text() == public
    (tmp_path / "issuer.json").chmod(0o640)
    with pytest.raises(UnsafeSecret, match="chmod 600"):
        DevelopmentIssuer(tmp_path)
