"""The LADO's service as it runs: what is routed waits and is taken in; its pages; one refusal for everybody else (L9); and to
whom alone it is shown that a sealed record exists (L8).
"""

import time
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, Stack

ADULT = {"name": "Zacharias Quill", "role": "coach", "employer": "Quagmire Rovers", "born": "1990-03-02"}
MARK = "A sealed record exists: ask the LADO"


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def lado(stack: Stack) -> str:
    return stack.token("lado", "lado", "Ines Marsh")


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    return stack.child()


@pytest.fixture(scope="module")
def contact(stack: Stack, child: str) -> str:
    """Routed to the LADO."""
    officer = stack.token("police_officer", "police", "PC Ida")
    body = {"about": [child], "with": {**CONTACT, "person_in_trust": True}}
    contact = done(stack.send("mash.ReceiveContact", officer, body))
    manager = stack.token("mash_manager", "childrens_social_care", "Ida Manager")
    decide = {"outcome": "routed_to_lado", "level": 4, "rationale": "Position of trust."}
    done(stack.send("mash.DecideContact", manager, {"re": contact, "with": decide}))
    return contact


@pytest.fixture(scope="module")
def allegation(stack: Stack, lado: str, child: str, contact: str) -> str:
    until = time.monotonic() + 20
    while not (items := sent(stack, lado, contact)) and time.monotonic() < until:
        time.sleep(0.05)
    assert items[0]["text"]["rationale"] == "Position of trust."
    told = {"adult": ADULT, "alleged": "Grabbed a child.", "notified_by": "L. Shaw", "setting": "sport"}
    return done(stack.send("lado.ReceiveNotification", lado, {"re": contact, "with": told}))


def sent(stack: Stack, who: str, contact: str) -> list[dict[str, Any]]:
    answer = stack.get("lado", "/intake", who, limit=200)
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["items"] if one["contact"] == contact]


def page(stack: Stack, who: str, allegation: str) -> dict[str, Any]:
    answer = stack.get("lado", f"/allegations/{allegation}", who, after=stack.heads()["lado"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_was_routed_waits_until_it_is_taken_in_and_is_one_allegation(
    stack: Stack, lado: str, contact: str, allegation: str
) -> None:
    again = {"adult": {**ADULT, "name": "ZACHARIAS  quill"}, "alleged": "The same.", "notified_by": "L. Shaw"}
    assert done(stack.send("lado.ReceiveNotification", lado, {"re": contact, "with": again})) == allegation
    stack.heads()
    assert sent(stack, lado, contact) == []


def test_the_page_of_an_allegation_and_the_lado_s_part_of_the_chronology(
    stack: Stack, lado: str, child: str, allegation: str
) -> None:
    limbs = {"limbs": ["possible_offence"], "decision": "allegation", "reason": "He grabbed him."}
    done(stack.send("lado.DecideThreshold", lado, {"re": allegation, "with": limbs}))
    shown = page(stack, lado, allegation)
    [one] = shown["items"]
    assert (one["waits_for"], one["text"]["adult_name"]) == ("the meeting", ADULT["name"])
    assert [act["kind"] for act in shown["acts"]] == ["notification", "threshold"]
    assert shown["acts"][1]["title"] == "Threshold decided: allegation"
    assert shown["acts"][1]["text"]["reason"] == "He grabbed him."
    assert (shown["kept_until"], shown["born_not_known"]) == ("2058-03-02", False)
    chronology = stack.get("lado", f"/children/{child}/chronology", lado).json()["items"]
    assert [act["kind"] for act in chronology] == ["notification", "threshold"]
    listed = stack.get("lado", "/worklist", lado, limit=200).json()["items"]
    assert allegation in {each["allegation"] for each in listed}
    counted = stack.get("lado", "/statistics", lado).json()
    assert counted["fewer_than"] == 5
    assert ADULT["name"] not in str(counted)


def test_another_allegation_against_the_same_adult_is_found_by_the_digest(
    stack: Stack, lado: str, allegation: str
) -> None:
    told = {"adult": ADULT, "alleged": "Years ago.", "notified_by": "P. Roe", "historic": True}
    other = done(stack.send("lado.ReceiveNotification", lado, {"with": told}))
    assert other in page(stack, lado, allegation)["others_of_the_adult"]
    assert page(stack, lado, other)["items"][0]["child"] is None


def test_a_risk_is_told_in_words_that_name_nobody_l8(
    stack: Stack, lado: str, child: str, allegation: str
) -> None:
    tell = {"risk": "The coach of the rovers grabs him.", "to": "mash", "setting_kind": "sport"}
    refused = stack.send("lado.NotifyChildAtRisk", lado, {"re": allegation, "with": tell})
    assert (refused.status_code, refused.json()["rules"]) == (409, ["L8"])
    tell["risk"] = "An adult at his club grabs him."
    done(stack.send("lado.NotifyChildAtRisk", lado, {"re": allegation, "with": tell}))
    stack.heads()
    manager = stack.token("mash_manager", "childrens_social_care", "Ida Manager")
    listed = stack.get("mash", "/worklist", manager, limit=200, source="5A").json()["items"]
    [told] = [one for one in listed if one["child"] == child]
    assert told["referrer_agency"] == "lado"
    assert "grabs him" in told["text"]["worries"]


def somebody(stack: Stack, role: str, agency: str, name: str, **more: Any) -> str:
    """Signed in, and known by every team to be who they are."""
    who = stack.token(role, agency, name, sub=name, **more)
    answer = stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who))
    assert answer.status_code == 200, answer.text
    stack.heads()
    return who


def seen(stack: Stack, who: str, child: str) -> dict[str, Any]:
    answer = stack.get("chronology", f"/children/{child}/chronology", who, after=stack.heads()["chronology"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_that_a_record_exists_is_shown_to_who_is_named_and_to_nobody_else_l8(
    stack: Stack, lado: str, child: str, allegation: str
) -> None:
    named = somebody(stack, "social_worker", "childrens_social_care", "Ida Named")
    keyworker = somebody(stack, "keyworker", "family_wellbeing", "Ida Keyworker")
    other = somebody(stack, "social_worker", "childrens_social_care", "Ida Other")
    namesake = stack.token("social_worker", "childrens_social_care", "Ida Named", sub=str(uuid.uuid4()))
    auditor = stack.token("auditor", "childrens_social_care", "Ida Auditor")
    before = {who: seen(stack, who, child) for who in (other, namesake, auditor)}
    unknown = stack.get("chronology", f"/children/{child}/chronology", keyworker)
    readers = {
        "named": ["Ida Nobody", {"name": "Ida Named", "agency": "childrens_social_care"}],
        "reason": "She works with him, and knows of Quill.",
    }
    done(stack.send("lado.NameReaders", lado, {"re": allegation, "with": readers}))
    assert seen(stack, named, child)["marks"] == [MARK]
    for who, page_before in before.items():
        assert seen(stack, who, child) == page_before
        assert "marks" not in page_before
    assert stack.get("chronology", f"/children/{child}/chronology", keyworker).json() == unknown.json()
    more = {"named": [{"name": "Ida Keyworker", "agency": "family_wellbeing"}], "reason": "As she."}
    done(stack.send("lado.NameReaders", lado, {"re": allegation, "with": more}))
    page_of_keyworker = seen(stack, keyworker, child)
    assert (page_of_keyworker["marks"], page_of_keyworker["items"]) == ([MARK], [])


@pytest.mark.parametrize(
    ("role", "agency"),
    [
        ("team_manager", "childrens_social_care"),
        ("mash_manager", "childrens_social_care"),
        ("auditor", "childrens_social_care"),
        ("police_officer", "police"),
        ("operator", "childrens_social_care"),
    ],
)
def test_everybody_else_meets_one_refusal_whether_there_is_anything_or_not_l9(
    stack: Stack, role: str, agency: str, child: str, allegation: str
) -> None:
    who = stack.token(role, agency, "Ida Stranger")
    nothing = str(uuid.uuid4())
    asked = [
        stack.get("lado", path, who)
        for path in (
            "/intake",
            "/worklist",
            "/statistics",
            "/deadlines",
            f"/allegations/{allegation}",
            f"/allegations/{nothing}",
            f"/children/{child}/chronology",
            f"/children/{nothing}/chronology",
        )
    ]
    asked += [
        stack.send("lado.HoldAllegationsMeeting", who, {"re": thing, "with": body})
        for thing in (allegation, nothing)
        for body in ({"present": ["police"], "decisions": []}, {"made_up": True})
    ]
    assert {(answer.status_code, tuple(answer.json()["rules"])) for answer in asked} == {(403, ("L9",))}
    told = [{name: said for name, said in answer.json().items() if name != "instance"} for answer in asked]
    assert all(one == told[0] for one in told)
