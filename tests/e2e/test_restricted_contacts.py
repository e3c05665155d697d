"""A contact that is restricted, on the front door's own lists: who reads it there, and what everybody else sees."""

import uuid
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    return stack.child("Una Test")


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def somebody(stack: Stack, role: str, name: str) -> str:
    """Signed in, and known by every team to be who they are."""
    who = stack.token(role, SOCIAL_CARE, name, sub=name)
    answer = stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who))
    assert answer.status_code == 200, answer.text
    stack.heads()
    return who


def row(stack: Stack, who: str, contact: str) -> dict[str, Any]:
    answer = stack.get("mash", "/worklist", who, after=stack.heads()["mash"], limit=200)
    assert answer.status_code == 200, answer.text
    (found,) = (each for each in answer.json()["items"] if each["contact"] == contact)
    return dict(found)


def nothing_but(contact: str, child: str, shown: dict[str, Any]) -> bool:
    said = {name: value for name, value in shown.items() if value is not None}
    return said == {"contact": contact, "child": child, "restricted": True}


def test_one_about_an_adult_who_works_with_children_is_for_few_until_it_is_decided(
    stack: Stack, child: str
) -> None:
    writer = somebody(stack, "mash_screener", "Una Writer")
    others = [
        somebody(stack, "mash_screener", "Una Screener"),
        somebody(stack, "mash_social_worker", "Una Worker"),
        somebody(stack, "social_worker", "Una Elsewhere"),
    ]
    manager = somebody(stack, "mash_manager", "Una Manager")
    few = [manager, somebody(stack, "senior_practitioner", "Una Senior"), writer]
    contact = done(
        stack.send(
            "mash.ReceiveContact", writer, {"about": [child], "with": {**CONTACT, "person_in_trust": True}}
        )
    )
    for who in others:
        assert nothing_but(contact, child, row(stack, who, contact))
    for who in few:
        assert row(stack, who, contact)["text"]["worries"] == CONTACT["worries"]
    decide = {"outcome": "no_further_action", "level": 1, "rationale": "Mistaken."}
    done(stack.send("mash.DecideContact", manager, {"re": contact, "with": decide}))
    for who in (*others, *few):
        shown = row(stack, who, contact)
        assert (shown["restricted"], shown["text"]["worries"]) == (False, CONTACT["worries"])


def test_what_a_manager_restricted_stays_so_and_is_for_who_is_named(stack: Stack, child: str) -> None:
    manager = somebody(stack, "mash_manager", "Ula Manager")
    named, other = (
        somebody(stack, "mash_social_worker", "Ula Named"),
        somebody(stack, "mash_social_worker", "Ula Other"),
    )
    namesake = stack.token("mash_social_worker", SOCIAL_CARE, "Ula Named", sub=str(uuid.uuid4()))
    officer = stack.token("police_officer", "police", "PC Ule")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    assert row(stack, other, contact)["text"]
    restrict = {"named": ["Ula Named"], "reason": "Her aunt works here."}
    done(stack.send("mash.RestrictContact", manager, {"re": contact, "with": restrict}))
    assert row(stack, named, contact)["text"]["worries"] == CONTACT["worries"]
    for who in (other, namesake):
        assert nothing_but(contact, child, row(stack, who, contact))
    decide = {"outcome": "no_further_action", "level": 1, "rationale": "Known."}
    done(stack.send("mash.DecideContact", manager, {"re": contact, "with": decide}))
    assert nothing_but(contact, child, row(stack, other, contact))


def test_what_goes_to_the_lado_stays_restricted(stack: Stack, child: str) -> None:
    manager, screener = (
        somebody(stack, "mash_manager", "Uta Manager"),
        somebody(stack, "mash_screener", "Uta Screener"),
    )
    officer = stack.token("police_officer", "police", "PC Ute")
    body = {"about": [child], "with": {**CONTACT, "person_in_trust": True}}
    contact = done(stack.send("mash.ReceiveContact", officer, body))
    decide = {"outcome": "routed_to_lado", "level": 4, "rationale": "The adult teaches."}
    done(stack.send("mash.DecideContact", manager, {"re": contact, "with": decide}))
    assert nothing_but(contact, child, row(stack, screener, contact))
    assert row(stack, manager, contact)["outcome"] == "routed_to_lado"
