"""Corrections on a running stack: a record put right over HTTP, the clocks judged anew, the old one kept."""

import time
from typing import Any

from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"
MANAGER = ("mash_manager", SOCIAL_CARE, "Ana Lim")


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def clocks(stack: Stack, child: str, *, after: Any) -> dict[str, dict[str, Any]]:
    """The front door's clocks of a child, each the latest of its rule, once the board has taken in an answer."""
    who = stack.token(*MANAGER)
    position = after.json()["position"]
    answer = stack.get("mash", "/deadlines", who, child=child, settled=True, after=position)
    assert answer.status_code == 200, answer.text
    return {item["rule"]: item for item in answer.json()["items"]}


def test_an_act_is_put_right_and_withdrawn_and_its_clocks_follow(stack: Stack) -> None:
    child = stack.child("Cora Test")
    officer, manager = stack.token("police_officer", "police", "PC Hale"), stack.token(*MANAGER)
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    held = stack.send("mash.HoldContact", manager, {"re": contact, "with": {"reason": "The GP is closed."}})
    step = done(held)
    before = clocks(stack, child, after=held)
    assert (before["M1"]["state"], before["M5"]["state"]) == ("met", "open")
    assert before["M1"]["root"] == contact

    other = stack.token("mash_screener", SOCIAL_CARE, "Jo Bell")
    body = {"re": step, "with": {"reason": "It was never held.", "withdrawn": True}}
    refusal = stack.send("mash.CorrectRecord", other, body)
    assert (refusal.status_code, "E9" in refusal.json()["rules"]) == (403, True)
    withdrawn = stack.send("mash.CorrectRecord", manager, body)
    done(withdrawn)
    after = clocks(stack, child, after=withdrawn)
    assert (after["M1"]["state"], after["M1"]["acted_at"], after["M5"]["state"]) == ("open", None, "ended")

    # What was withdrawn may be done once more: the stream is folded without it.
    again = stack.send("mash.HoldContact", manager, {"re": contact, "with": {"reason": "Now it is held."}})
    done(again)
    assert clocks(stack, child, after=again)["M1"]["state"] == "met"


def test_a_correction_that_says_nothing_or_too_much_is_refused_in_plain_words(stack: Stack) -> None:
    child = stack.child("Cleo Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    manager = stack.token(*MANAGER)
    before = stack.heads()
    for fields, status, words in (
        ({}, 409, "say what is right"),
        ({"fields": {"colour": "red"}}, 409, "cannot be corrected in that field"),
        ({"happened": "2030-01-01T00:00:00Z"}, 409, "later than now"),
        ({"happened": "yesterday"}, 422, "happened"),
    ):
        body = {"re": contact, "with": {"reason": "A slip.", **fields}}
        answer = stack.send("mash.CorrectRecord", manager, body)
        assert answer.status_code == status, answer.text
        assert words in answer.text
    assert stack.heads() == before


def test_the_correction_reaches_the_chronology(stack: Stack) -> None:
    child = stack.child("Cyra Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    body = {"re": contact, "with": {"reason": "Another child.", "withdrawn": True}}
    done(stack.send("mash.CorrectRecord", officer, body))
    reader = stack.token("social_worker", SOCIAL_CARE, "Mia Dunn")
    until = time.monotonic() + 20
    titles: list[str] = []
    while time.monotonic() < until and not any("withdrawn" in title for title in titles):
        items = stack.get("chronology", f"/children/{child}/chronology", reader).json().get("items", ())
        titles = [item["title"] for item in items]
        time.sleep(0.05)
    assert any("withdrawn" in title for title in titles), titles
    old, new = sorted(items, key=lambda item: item["corrects"] is not None)
    assert (old["corrected_by"], old["withdrawn"], old["command"]) == (new["id"], True, contact)
    assert (new["corrects"], new["corrected_by"], new["withdrawn"]) == (old["id"], None, False)


def test_a_list_shows_what_is_right(stack: Stack) -> None:
    child = stack.child("Cleo Test")
    officer, manager = stack.token("police_officer", "police", "PC Hale"), stack.token(*MANAGER)
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    fields = {"source": "5A", "worries": "Alone at home after school."}
    body = {"re": contact, "with": {"reason": "The school told.", "fields": fields}}
    corrected = stack.send("mash.CorrectRecord", manager, body)
    done(corrected)
    items = stack.get("mash", "/worklist", manager, limit=200, after=corrected.json()["position"]).json()[
        "items"
    ]
    (row,) = [item for item in items if item["contact"] == contact]
    text = row["text"]
    assert (row["source"], text["worries"], text["strengths"], text["recorded_by"]) == (
        "5A",
        fields["worries"],
        CONTACT["strengths"],
        "PC Hale",
    )
