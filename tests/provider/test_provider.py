"""Discovery, tokens, rotation of keys and an outage, against an OpenID provider that nobody here wrote."""

import json
import time
from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey

from shared.access.identity import IdentityWrong, read_identity
from shared.access.key_sets import KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.access.tokens import TokenVerifier
from tests.provider.node import Provider
from tests.unit.access.tokens import NAMES_KEY

pytestmark = pytest.mark.provider

OLD, NEW = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))
OFFICER = {"name": "PC Hale", "roles": ["child-protection"], "organisation": "Kent Police"}
CLIENTS = {"met-feed": {}, "pages": OFFICER, "wrong-mapping": OFFICER | {"roles": ["Auditor"]}}


def verifier(tmp_path, provider: Provider, **changes) -> TokenVerifier:
    """Nothing is said of where the keys are: the provider is asked."""
    entry = {
        "issuer": provider.issuer,
        "audience": provider.audience,
        "may_speak_for": ["police"],
        "agency": {"always": "police"},
        "role": {"claim": "roles", "map": {"child-protection": "police_officer", "Auditor": "auditor"}},
        "machines": {
            "met-feed": {
                "name": "Met feed",
                "role": "police_system",
                "agency": "police",
                "organisation": "Metropolitan Police",
                "may": ["read:feed"],
                "client": "met-feed",
            }
        },
    }
    file = tmp_path / "identity.yaml"
    file.write_text(json.dumps({"issuers": [entry | changes]}))
    return TokenVerifier(read_identity(file), NAMES_KEY, reread_after=timedelta(0))


async def refused(door: TokenVerifier, token: str) -> str:
    with pytest.raises(NotAuthenticated) as refusal:
        await door.actor(token)
    return refusal.value.reason


async def test_tokens_as_the_provider_makes_them(tmp_path, provider):
    provider.start([OLD], CLIENTS)
    door = verifier(tmp_path, provider)
    feed = await door.actor(provider.token("met-feed"))
    assert (feed.role, feed.organisation_name, feed.only) == (
        "police_system",
        "Metropolitan Police",
        {"read:feed"},
    )
    officer = await door.actor(provider.token("pages"))
    assert (officer.name, officer.role, officer.agency) == ("PC Hale", "police_officer", "police")
    assert await refused(door, provider.token("wrong-mapping")) == "agency"
    payroll = verifier(tmp_path, provider, audience="urn:payroll")
    assert await refused(payroll, provider.token("pages")) == "audience"
    assert await refused(verifier(tmp_path, provider, longest="5 min"), provider.token("pages")) == "too_long"
    # A program that nobody listed has neither name nor role.
    assert await refused(verifier(tmp_path, provider, machines={}), provider.token("met-feed")) == "claims"


async def test_a_key_that_is_new_is_found_and_one_that_is_withdrawn_is_out(tmp_path, provider):
    provider.start([OLD], CLIENTS)
    door = verifier(tmp_path, provider)
    before = provider.token("pages")
    assert await door.actor(before)
    provider.stop()
    provider.start([NEW, OLD], CLIENTS)  # the new one signs, the old one is still published
    assert await door.actor(provider.token("pages"))
    assert await door.actor(before)
    provider.stop()
    provider.start([NEW], CLIENTS)
    await door._issuers[provider.issuer].keys.reread()  # as it is done in the background
    assert await refused(door, before) == "key"
    assert await door.actor(provider.token("pages"))


async def test_while_the_provider_is_away_known_keys_go_on_and_a_start_without_them_says_so_in_time(
    tmp_path, provider
):
    provider.start([OLD], CLIENTS)
    warm = verifier(tmp_path, provider)
    token = provider.token("pages")
    assert await warm.actor(token)
    provider.stop()
    with pytest.raises(KeySetUnavailable):
        await warm._issuers[provider.issuer].keys.reread()
    assert await warm.actor(token)
    began = time.monotonic()
    with pytest.raises(KeySetUnavailable):
        await verifier(tmp_path, provider).actor(token)
    assert time.monotonic() - began < 10


async def test_whoever_answers_for_another_issuer_is_not_believed(tmp_path, provider):
    provider.start([OLD], CLIENTS)
    other = provider.issuer + "/"  # a letter more: another issuer, whose discovery this one answers
    door = verifier(tmp_path, provider, issuer=other)
    with pytest.raises(KeySetUnavailable):
        await door._issuers[other].keys.reread()
    with pytest.raises(IdentityWrong, match="https"):
        verifier(tmp_path, provider, issuer=provider.issuer.replace("https", "http"))
