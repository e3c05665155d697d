"""A contact that is restricted, on the front door's own lists: who reads it there, and what everybody else sees."""

import time
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


TITLE = "A contact was made and is restricted"
BY_POLICE, CHECK_ASKED = "Contact received from the police", "Health asked for information (full)"
PATIENCE = 20


def page(stack: Stack, child: str, who: str, **query: Any) -> list[dict[str, Any]]:
    """What stands on the child's page for somebody, once all has come to it."""
    stack.heads()
    head = stack.heads()["chronology"]
    answer = stack.get("chronology", f"/children/{child}/chronology", who, after=head, **query)
    assert answer.status_code in (200, 404), answer.text
    return list(answer.json()["items"]) if answer.status_code == 200 else []


def titles(entries: list[dict[str, Any]]) -> list[str]:
    return [each["title"] for each in entries]


class Told:
    """A contact of the police, who were asked for a check, which a screener then finds to be about somebody in trust."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack = stack
        self.child = stack.child(f"{name} Test")
        self.officer = stack.token("police_officer", "police", f"PC {name}")
        self.nurse = stack.token("health_practitioner", "health", f"{name} Nurse")
        self.worker = somebody(stack, "social_worker", f"{name} Worker")
        self.manager = somebody(stack, "mash_manager", f"{name} Manager")
        self.screener = somebody(stack, "mash_screener", f"{name} Screener")
        self.contact = self.do(self.officer, "mash.ReceiveContact", about=[self.child], **CONTACT)
        basis = {"lawful_basis": "children_act_1989_s47", "reason": "To ask would warn him."}
        self.do(self.manager, "mash.DispenseWithConsent", re=self.contact, **basis)
        asked = {"agency": "health", "extent": "full", "reason": "Bruises, by his coach."}
        self.check = self.do(self.manager, "mash.RequestAgencyCheck", re=self.contact, **asked)
        until = time.monotonic() + PATIENCE
        # A log that stands still may have facts of another on their way to it.
        while not {BY_POLICE, CHECK_ASKED} <= set(self.shown(self.manager)):
            assert time.monotonic() < until, "the chronology has not heard of the contact and its check"
            time.sleep(0.1)

    def do(self, who: str, command: str, *, re: str = "", about: Any = (), **body: Any) -> str:
        address = {name: said for name, said in (("re", re), ("about", list(about))) if said}
        return done(self.stack.send(command, who, {**address, "with": body}))

    def screened(self) -> None:
        found = {"potential": "child_protection", "young_carers": [], "person_in_trust": True}
        self.do(self.screener, "mash.ScreenContact", re=self.contact, **found)

    def decided(self, outcome: str) -> None:
        self.do(
            self.manager, "mash.DecideContact", re=self.contact, outcome=outcome, level=1, rationale="So."
        )

    def reason_for_sharing(self, who: str) -> str | None:
        """Of the one decision on who sees it, as somebody is told it."""
        after = self.stack.heads()["chronology"]
        answer = self.stack.get("chronology", f"/children/{self.child}/disclosures", who, after=after)
        [decision] = answer.json()["items"]
        return decision["text"] and str(decision["text"]["reason"])

    def shown(self, who: str, **query: Any) -> list[str]:
        return titles(page(self.stack, self.child, who, **query))


def test_what_was_told_of_it_before_is_withdrawn_from_all_pages_until_it_is_decided_otherwise(
    stack: Stack,
) -> None:
    told = Told(stack, "Uma")
    stack.heads()
    shares = {"with": ["education"], "organisation": "Elm School", "reason": "He coaches there."}
    whose = {
        "re": told.check,
        "about": [told.child],
    }  # their own team's: the contact itself is for the police to share
    told.do(told.manager, "chronology.ShareEntry", **whose, **shares, lawful_basis="public_task")
    assert told.reason_for_sharing(told.worker) == "He coaches there."
    before = told.shown(told.worker)
    assert {BY_POLICE, CHECK_ASKED} <= set(before)
    told.screened()
    screened = told.shown(told.manager)
    assert told.reason_for_sharing(told.manager) == "He coaches there."
    assert told.reason_for_sharing(told.worker) is None
    for who in (told.worker, told.nurse):
        entries = page(stack, told.child, who)
        assert set(titles(entries)) == {TITLE}
        assert [each["text"] for each in entries] == [None] * len(entries)
        assert not any("topic" in each or "event" in each for each in entries)
        # Nor is it found by what it says.
        assert told.shown(who, topic="agency_check") == told.shown(who, significance="routine") == []
    # Who wrote it down reads what they wrote.
    assert BY_POLICE in told.shown(told.officer)
    told.decided("no_further_action")
    assert len(told.shown(told.worker)) == len(screened) + 1
    assert TITLE not in told.shown(told.worker)
    assert CHECK_ASKED in told.shown(told.nurse)


def test_one_for_the_lado_stays_withdrawn_and_the_lado_reads_it(stack: Stack) -> None:
    told = Told(stack, "Ute")
    lado = stack.token("lado", "lado", "Ute Lado")
    assert page(stack, told.child, lado) == []
    told.screened()
    told.decided("routed_to_lado")
    assert set(told.shown(told.worker)) == {TITLE}
    weighing = stack.get("chronology", "/worklist", told.worker, limit=200).json()["items"]
    assert told.child not in {each["child"] for each in weighing}
    [contact] = page(stack, told.child, lado)
    assert contact["title"] == BY_POLICE
    assert ["What is worrying", CONTACT["worries"]] in contact["text"]


def test_who_is_kept_from_it_may_do_what_their_role_does_and_learns_nothing_by_it(stack: Stack) -> None:
    told = Told(stack, "Uli")
    worker = somebody(stack, "mash_social_worker", "Uli Kept")
    told.screened()
    told.decided("routed_to_lado")
    listed = stack.get("mash", "/may", worker, re=told.contact).json()["commands"]
    may = {each["command"]: each for each in listed}
    assert {each["because"] for each in listed} <= {"", "role"}
    assert may["mash.InformReferrer"]["may"] == may["mash.IdentifyImmediateHarm"]["may"] == "yes"
    refused = stack.send(
        "mash.IdentifyImmediateHarm", worker, {"re": told.contact, "with": {"reason": "At home."}}
    )
    assert (refused.status_code, refused.json()["rules"]) == (409, [])
    assert "decided" not in refused.text
    told.do(worker, "mash.InformReferrer", re=told.contact, message="Passed on.", outcome=True)
