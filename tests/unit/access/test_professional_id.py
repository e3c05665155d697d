"""Who acts: professionals known by name and agency, services without a name."""

import unicodedata
from dataclasses import replace
from uuid import UUID

import pytest

from shared.access.refusals import NotAuthenticated
from shared.access.tokens import bearer_of
from shared.domain.actors import (
    AGENCIES,
    AGENCIES_OF_ROLE,
    DEFAULT_AGENCY,
    ROLES,
    Actor,
    organisation_id,
    professional_id,
    sign_in_id,
)
from tests.unit.access.tokens import ANA, NAMES_KEY


async def test_a_token_becomes_its_actor(issuer, verifier):
    actor = await verifier.actor(
        issuer.token("L. Shaw", "designated_safeguarding_lead", "education", "Elm School", sub="s-1")
    )
    signed_in = sign_in_id(NAMES_KEY, issuer.issuer, "s-1")
    assert actor == Actor(
        signed_in,
        "L. Shaw",
        "designated_safeguarding_lead",
        "education",
        organisation_id(NAMES_KEY, "Elm School"),
        sign_in=signed_in,
        named=professional_id(NAMES_KEY, "L. Shaw", "education"),
        organisation_name="Elm School",
    )
    assert actor.signature == "L. Shaw, Elm School"


async def test_two_of_one_name_are_two_and_another_name_changes_nobody(issuer, verifier):
    """Both were one, and a display name that somebody edits themselves made them another."""
    first, namesake, renamed = [
        await verifier.actor(issuer.token(name, *ANA[1:], sub=subject))
        for name, subject in (("John Smith", "s-1"), ("John Smith", "s-2"), ("Ana Lim", "s-1"))
    ]
    assert first.id != namesake.id
    assert first.id == renamed.id
    assert first.named == namesake.named != renamed.named


def test_a_sign_in_is_another_under_another_issuer_subject_or_council():
    ids = {
        sign_in_id(NAMES_KEY, "https://one.example", "s-1"),
        sign_in_id(NAMES_KEY, "https://two.example", "s-1"),
        sign_in_id(NAMES_KEY, "https://one.example", "s-2"),
        sign_in_id(NAMES_KEY, "https://one.example\x1fs", "-1"),
        sign_in_id(bytes(32), "https://one.example", "s-1"),
    }
    assert len(ids) == 5
    with pytest.raises(ValueError):
        sign_in_id(b"short", "https://one.example", "s-1")


def test_who_somebody_surely_is_and_who_they_may_be():
    mine, named, other = UUID(int=1), UUID(int=2), UUID(int=3)
    unknown = Actor(mine, "Ana", "mash_manager", "childrens_social_care", sign_in=mine, named=named)
    assert [unknown.is_surely(each) for each in (mine, named, other)] == [True, False, False]
    assert [unknown.may_be(each) for each in (mine, named, other)] == [True, True, False]
    known = replace(unknown, id=named, named=None)
    assert [known.is_surely(each) for each in (mine, named, other)] == [True, True, False]
    assert [known.may_be(each) for each in (mine, named, other)] == [True, True, False]


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


def test_an_organisation_is_known_by_name_however_it_is_typed_and_its_id_says_nothing():
    elm = organisation_id(NAMES_KEY, "St Zoë's  School")
    assert elm == organisation_id(NAMES_KEY, unicodedata.normalize("NFD", " ST ZOË'S school\t"))
    others = {
        organisation_id(NAMES_KEY, "St Zoe's School"),
        organisation_id(bytes(32), "St Zoë's School"),
        str(professional_id(NAMES_KEY, "St Zoë's School", "education")),
    }
    assert elm not in others
    assert UUID(elm).version == 8


@pytest.mark.parametrize(("key", "name"), [(NAMES_KEY, " "), (NAMES_KEY, ""), (b"short", "Elm School")])
def test_an_organisations_id_needs_a_name_and_a_whole_key(key, name):
    with pytest.raises(ValueError):
        organisation_id(key, name)


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
    with pytest.raises(NotAuthenticated, match="one header Authorization") as refused:
        bearer_of(["Bearer abc.def.ghi", "Bearer abc.def.ghi"])
    assert refused.value.reason == "several"


def test_a_header_with_a_bearer_token():
    assert bearer_of(["bearer abc.def.ghi"]) == "abc.def.ghi"
