"""The identity file: what each issuer's claims mean, for whom it may speak, and which slips are named with their line."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt

from shared.access.identity import IdentityWrong, read_identity
from shared.access.refusals import NotAuthenticated
from shared.access.tokens import TokenVerifier
from shared.domain.actors import AGENCIES, AGENCIES_OF_ROLE, DEFAULT_AGENCY, MACHINE_ROLES, organisation_id
from tests.unit.access.tokens import ANA, NAMES_KEY, claims_of, identity_of

ROOT = Path(__file__).parents[3]
GOOD = """
issuers:
- issuer: https://login.example/tenant
  audience: api://safeguarding
  may_speak_for: [childrens_social_care]
"""


def verifier_of(issuer, /, **changes) -> TokenVerifier:
    return TokenVerifier(identity_of(issuer, **changes), NAMES_KEY)


async def refused(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(NotAuthenticated) as refusal:
        await verifier.actor(token)
    return refusal.value.reason


# -- the file


@pytest.mark.parametrize(
    ("line", "place", "says"),
    [
        ("  leeway: 2 min", "", "at most 60 s"),
        ("  leeway: soon", "leeway", "whole number and a unit"),
        ("  longest: 25 h", "", "at most 24 h"),
        ("  audiance: x", "audiance", "not permitted"),
        ("  role: {claim: roles, map: {Boss: wizard}}", "Boss", "no role of a person"),
        ("  role: {claim: roles, map: {Feed: police_system}}", "Feed", "no role of a person"),
        ("  role: {claim: roles, map: {Us: service}}", "Us", "no role of a person"),
        ("  agency: {always: police}", "", "may not speak for police"),
        ("  agency: {always: army}", "always", "no agency"),
        ("  agency: {claim: a, always: lado}", "agency", "either `claim`"),
        ("  strength: {police: {amr: [mfa]}}", "", "may not speak for police"),
        ("  keys: http://login.example/keys", "", "https"),
        ("  token: {typ: []}", "typ", "at least 1"),
        (
            "  machines: {m: {name: M, role: police_system, agency: childrens_social_care, organisation: O, may: ['read:feed']}}",
            "",
            "police_system is of police",
        ),
        (
            "  machines: {m: {name: M, role: police_system, agency: police, organisation: O, may: ['mash.*']}}",
            "may",
            "match pattern",
        ),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path, line, place, says):
    file = tmp_path / "identity.yaml"
    file.write_text(f"{GOOD}{line}\n")
    with pytest.raises(IdentityWrong) as wrong:
        read_identity(file)
    assert says in str(wrong.value)
    assert place in str(wrong.value)
    assert f"line {6 if place else 3}," in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("issuers: [", "line 1"),
        ("issuers: []", "at least 1"),
        ("issuers:\n- {issuer: i, audience: a, keys: k, may_speak_for: []}", "at least 1"),
        ("issuers:\n- {issuer: i, audience: a, may_speak_for: [police]}", "say where its `keys` are"),
        (GOOD + GOOD.replace("\nissuers:\n", ""), "stands here twice"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, text, says):
    file = tmp_path / "identity.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(IdentityWrong, match=says):
        read_identity(file)


def test_the_examples_on_the_page_can_be_used(tmp_path):
    page = (ROOT / "docs" / "how-to" / "sign-in.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    file = tmp_path / "identity.yaml"
    file.write_text(example)
    council, keycloak = read_identity(file).issuers
    assert council.may_speak_for == {"childrens_social_care", "family_wellbeing", "lado"}
    assert council.leeway == timedelta(seconds=30)
    assert keycloak.role.claim == ["realm_access", "roles"]


# -- what the claims mean


async def test_teams_are_our_own_words_where_no_map_says_otherwise(issuer):
    verifier = verifier_of(issuer, teams={"claim": "teams"})
    hub = await verifier.actor(issuer.token("Una Mar", "team_worker", "health", team="therapy_hub"))
    assert (hub.agency, hub.teams) == ("health", {"therapy_hub"})
    nobody = await verifier.actor(issuer.token("Una Mar", "team_worker", "health"))
    assert nobody.teams == frozenset()


async def test_the_claims_of_a_councils_directory(issuer):
    verifier = verifier_of(
        issuer,
        subject="oid",
        role={"claim": "roles", "map": {"SG.Social": "social_worker", "SG.Lead": "team_manager"}},
        agency=None,
        may_speak_for=["childrens_social_care"],
        machines=None,
        teams={"claim": "groups", "map": {"11-22": "leaving_care"}},
    )
    given = {
        "name": "Ana Lim",
        "oid": "o-1",
        "sub": None,
        "role": None,
        "agency": None,
        "groups": ["99", "11-22"],
    }
    actor = await verifier.actor(issuer.token(**given | {"roles": ["Other", "SG.Social"]}))
    assert (actor.role, actor.agency, actor.teams) == (
        "social_worker",
        "childrens_social_care",
        {"leaving_care"},
    )
    assert await refused(verifier, issuer.token(**given | {"roles": ["Other"]})) == "role"
    assert await refused(verifier, issuer.token(**given | {"roles": []})) == "role"
    assert await refused(verifier, issuer.token(**given | {"roles": ["SG.Lead", "SG.Social"]})) == "role"
    assert await refused(verifier, issuer.token(**given | {"roles": ["x"] * 501})) == "claims"


async def test_a_claim_within_another_as_keycloak_has_its_roles(issuer):
    verifier = verifier_of(issuer, role={"claim": ["realm_access", "roles"]})
    token = issuer.token("Ana Lim", None, ANA[2], realm_access={"roles": ["mash_manager"]})
    assert (await verifier.actor(token)).role == "mash_manager"
    assert await refused(verifier, issuer.token("Ana Lim", None, ANA[2], realm_access=["roles"])) == "claims"


async def test_an_issuer_speaks_for_its_own_agencies_alone(issuer):
    verifier = verifier_of(issuer, may_speak_for=["police"], strength=None, machines=None)
    assert await verifier.actor(issuer.token("PC Hale", "police_officer", "police", "Met"))
    assert await refused(verifier, issuer.token(*ANA)) == "agency"


async def test_a_police_force_with_an_issuer_of_its_own(issuer):
    verifier = verifier_of(
        issuer,
        may_speak_for=["police"],
        agency={"always": "police"},
        organisation={"always": "Kent Police"},
        machines=None,
    )
    # Whatever its tokens say of an agency, its people are of the police.
    actor = await verifier.actor(issuer.token("PC Hale", "police_officer", "childrens_social_care"))
    assert (actor.agency, actor.organisation) == ("police", organisation_id(NAMES_KEY, "Kent Police"))
    assert await refused(verifier, issuer.token("PC Hale", "auditor", "police")) == "agency"


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("designated_safeguarding_lead", "education"),
        ("health_practitioner", "health"),
        ("housing_officer", "housing"),
        ("police_officer", "police"),
        ("placement_manager", "placement"),
    ],
)
async def test_where_an_agency_is_many_nobody_gets_in_for_all_of_them(issuer, role, agency):
    verifier = verifier_of(issuer, organisation=None)
    assert await refused(verifier, issuer.token("Jo Bell", role, agency)) == "organisation"
    assert (await verifier.actor(issuer.token("Jo Bell", role, agency, "Elm"))).organisation_name == "Elm"
    assert (await verifier.actor(issuer.token(*ANA))).organisation is None


async def test_an_organisation_that_the_map_does_not_know_is_none(issuer):
    verifier = verifier_of(issuer, organisation={"map": {"urn-1": "Elm School"}})
    lead = ("Jo Bell", "designated_safeguarding_lead", "education")
    assert (await verifier.actor(issuer.token(*lead, "urn-1"))).organisation_name == "Elm School"
    assert await refused(verifier, issuer.token(*lead, "Elm School")) == "organisation"


async def test_clocks_may_differ_by_the_leeway_and_no_more(issuer):
    verifier = verifier_of(issuer, leeway="30 s")
    now = int(time.time())
    for override in ({"nbf": now + 25}, {"iat": now + 25, "exp": now + 60}, {"exp": now - 25}):
        assert await verifier.actor(issuer.token(*ANA, **override))
    for override in ({"nbf": now + 40}, {"iat": now + 40, "exp": now + 60}, {"exp": now - 31}):
        assert await refused(verifier, issuer.token(*ANA, **override)) in {"too_early", "expired"}


async def test_a_token_lives_no_longer_than_its_issuer_may_give(issuer):
    verifier = verifier_of(issuer, longest="75 min")
    assert await verifier.actor(issuer.token(*ANA, ttl=timedelta(minutes=75)))
    assert await refused(verifier, issuer.token(*ANA, ttl=timedelta(minutes=76))) == "too_long"


async def test_what_a_token_always_says(issuer):
    verifier = verifier_of(issuer, token={"typ": ["none", "JWT", "at+jwt"], "must_say": {"typ": ["Bearer"]}})
    token = issuer.token(*ANA)
    assert await refused(verifier, token) == "kind"
    assert await verifier.actor(_saying(issuer, "Bearer"))
    assert await refused(verifier, _saying(issuer, "ID")) == "kind"


def _saying(issuer, kind: str) -> str:
    """Keycloak says in a claim `typ`, beside the header's, what its token is."""
    claims = claims_of(issuer) | {"typ": kind}
    header = {"alg": "Ed25519", "kid": issuer._key.kid}
    return jwt.encode(header, claims, issuer._key, algorithms=["Ed25519"])


async def test_an_agency_may_ask_for_a_second_factor(issuer):
    verifier = verifier_of(issuer, strength={"police": {"amr": ["mfa", "hwk"], "acr": ["high"]}})
    officer = ("PC Hale", "police_officer", "police")
    assert await refused(verifier, issuer.token(*officer)) == "strength"
    assert await refused(verifier, issuer.token(*officer, amr=["pwd"], acr="high")) == "strength"
    assert await refused(verifier, issuer.token(*officer, amr=["pwd", "mfa"], acr="low")) == "strength"
    assert await verifier.actor(issuer.token(*officer, amr=["pwd", "mfa"], acr="high"))
    assert await verifier.actor(issuer.token(*ANA))  # another agency asks for none


@pytest.mark.parametrize("role", sorted(DEFAULT_AGENCY.keys() - MACHINE_ROLES))
async def test_a_role_is_let_in_of_its_own_agencies_alone(issuer, verifier, role):
    """Every pair of a person's role and an agency, at the door."""
    let_in = set()
    for agency in sorted(AGENCIES):
        token = issuer.token("Jo Bell", role, agency, "Elm")
        try:
            let_in.add((await verifier.actor(token)).agency)
        except NotAuthenticated as refusal:
            assert refusal.reason == "agency"
    assert let_in == AGENCIES_OF_ROLE[role]


# -- programs


FEED = {
    "name": "Met feed",
    "role": "police_system",
    "agency": "police",
    "organisation": "Metropolitan Police",
    "may": ["read:feed"],
    "client": "met-feed",
}


async def test_a_program_is_what_its_entry_says_and_may_do_no_more(issuer):
    verifier = verifier_of(issuer, machines={"svc-7": FEED})
    # What its token says of a role is not looked at.
    token = issuer.token("Somebody", "auditor", "childrens_social_care", sub="svc-7", client_id="met-feed")
    actor = await verifier.actor(token)
    assert (actor.name, actor.role, actor.organisation) == (
        "Met feed",
        "police_system",
        organisation_id(NAMES_KEY, "Metropolitan Police"),
    )
    assert actor.within_limits("read:feed")
    assert not actor.within_limits("mash.ReceiveContact")
    assert await refused(verifier, issuer.token(*ANA, sub="svc-7", azp="another")) == "client"


async def test_a_person_who_came_through_a_programs_client_is_a_person(issuer):
    verifier = verifier_of(issuer, machines={"svc-7": FEED})
    actor = await verifier.actor(issuer.token(*ANA, azp="met-feed"))
    assert (actor.role, actor.only) == ("mash_manager", None)
    assert actor.within_limits("mash.DecideContact")
