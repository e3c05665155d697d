"""Who sees an entry is decided by who recorded it, and is so for its reader at once (E5)."""

import time
from typing import Any

from tests.e2e.conftest import CONTACT, Stack

PATIENCE = 30
BASIS = {"lawful_basis": "public_task", "reason": "They look after her in the day."}


def entries(stack: Stack, child: str, who: str) -> list[dict[str, Any]]:
    answer = stack.get("chronology", f"/children/{child}/chronology", who)
    return answer.json()["items"] if answer.status_code == 200 else []


def until(stack: Stack, child: str, who: str, depth: str) -> dict[str, Any]:
    """The contact's entry, once this reader is shown so much of it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for entry in entries(stack, child, who):
            if entry["depth"] == depth and entry.get("event") in (None, "mash.ContactReceived"):
                return entry
        time.sleep(0.1)
    raise AssertionError(f"the contact is not shown {depth}: {entries(stack, child, who)}")


def test_an_entry_is_shared_with_a_school_withheld_from_it_again_and_shared_by_nobody_else(
    stack: Stack,
) -> None:
    child = stack.child("Ida Test")
    screener = stack.token("mash_screener", "childrens_social_care", "Lee Park")
    manager = stack.token("mash_manager", "childrens_social_care", "Ana Lim")
    officer = stack.token("police_officer", "police", "PC Hale")
    school = stack.token("designated_safeguarding_lead", "education", "L. Shaw", organisation="Elm School")
    step = stack.send("mash.ReceiveContact", screener, {"about": [child], "with": CONTACT}).json()["id"]
    until(stack, child, manager, "whole")
    assert stack.get("chronology", f"/children/{child}/chronology", school).status_code == 404

    def decide(command: str, who: str, **said: Any) -> Any:
        body = {"about": [child], "re": step, "with": {**BASIS, **said}}
        return stack.send(f"chronology.{command}", who, body)

    not_theirs = decide("ShareEntry", officer, **{"with": ["probation"]})
    assert not_theirs.status_code in (403, 409), not_theirs.text
    assert not_theirs.json()["rules"] == ["E9"]
    never = decide("WithholdEntry", manager, **{"from": ["childrens_social_care"]})
    assert never.json()["rules"] == ["E5"]

    shared = decide("ShareEntry", manager, **{"with": ["education"], "organisation": "elm school"})
    assert shared.status_code == 200, shared.text
    whole = until(stack, child, school, "whole")
    assert any(words == CONTACT["worries"] for _, words in whole["text"])

    withheld = decide("WithholdEntry", manager, **{"from": ["education"]})
    assert withheld.status_code == 200, withheld.text
    told = until(stack, child, school, "withheld")
    assert (told["title"], told["text"]) == ("Something is withheld", None)
    assert "topic" not in told
    assert until(stack, child, manager, "whole")["text"]

    listed = stack.get(
        "chronology",
        f"/children/{child}/disclosures",
        stack.token("social_worker", "childrens_social_care"),
        after=withheld.json()["position"],
    )
    assert [(one["decided"], one["agency"], one["lawful_basis"]) for one in listed.json()["items"]] == [
        ("shared", "education", "public_task"),
        ("withheld", "education", "public_task"),
    ]
    assert listed.json()["items"][0]["text"]["reason"] == BASIS["reason"]
    theirs = stack.get("chronology", f"/children/{child}/disclosures", school)
    assert theirs.json()["items"] == []

    undone = stack.send(
        "chronology.CorrectRecord",
        manager,
        {"re": withheld.json()["id"], "with": {"withdrawn": True, "reason": "A slip."}},
    )
    assert (undone.status_code, undone.json()["rules"]) == (409, ["E3"]), undone.text
