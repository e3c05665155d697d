"""Who acts: professionals known by name and agency, services without a name."""

import unicodedata

import pytest

from shared.access.refusals import NotAuthenticated
from shared.access.tokens import bearer_of
from shared.domain.actors import AGENCIES, AGENCIES_OF_ROLE, DEFAULT_AGENCY, ROLES, Actor, professional_id
from tests.unit.access.tokens import ANA, NAMES_KEY


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
    assert Actor.service("mash", "childrens_social_care").agency == "childrens_social_care"
    assert Actor.service("fws", "family_wellbeing").agency == "family_wellbeing"
    assert Actor.service("mash", "childrens_social_care").name == ""
    mash, people = (Actor.service(name, "childrens_social_care") for name in ("mash", "people"))
    assert Actor.service("mash", "childrens_social_care") == mash != people
    with pytest.raises(ValueError, match="no agency"):
        Actor.service("mash", "payroll")


def test_every_role_has_a_known_agency():
    assert set(DEFAULT_AGENCY.values()) <= AGENCIES
    assert len(DEFAULT_AGENCY) == 34
    assert set(DEFAULT_AGENCY) | {"service"} == ROLES
    assert all(agency in AGENCIES_OF_ROLE[role] <= AGENCIES for role, agency in DEFAULT_AGENCY.items())
    assert AGENCIES_OF_ROLE.keys() == DEFAULT_AGENCY.keys()
    assert AGENCIES_OF_ROLE["auditor"] == AGENCIES_OF_ROLE["mash_manager"] == {"childrens_social_care"}


@pytest.mark.parametrize("headers", [[], [""], ["Bearer"], ["Bearer  "], ["Basic abc"], ["abc"]])
def test_a_header_without_a_bearer_token(headers):
    with pytest.raises(NotAuthenticated, match="sign in") as refused:
        bearer_of(headers)
    assert refused.value.reason == "none"


def test_two_headers_are_refused_whatever_they_say():
    with pytest.raises(NotAuthenticated, match="one `Authorization`") as refused:
        bearer_of(["Bearer abc.def.ghi", "Bearer abc.def.ghi"])
    assert refused.value.reason == "several"


def test_a_header_with_a_bearer_token():
    assert bearer_of(["bearer abc.def.ghi"]) == "abc.def.ghi"
