"""The feed of an organisation, read by its own program: what is shown, changed and taken away, as it happens."""

import time
from threading import Thread
from typing import Any

from tests.e2e.conftest import CONTACT, Stack

SCHOOL = "Example education"
"""Whose program the development issuer's school system is."""
BASIS = {"lawful_basis": "public_task", "reason": "They look after her in the day."}
PATIENCE = 30


def follow(stack: Stack, who: str, cursor: str | None, wait: int = 0) -> dict[str, Any]:
    answer = stack.get(
        "chronology",
        "/feed",
        who,
        **({"cursor": cursor} if cursor else {}),
        **({"wait": wait} if wait else {}),
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def until_told(stack: Stack, who: str, cursor: str, depth: str) -> tuple[dict[str, Any], str]:
    """The next item of this depth, and the cursor after it; waiting as a program does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page = follow(stack, who, cursor, wait=5)
        cursor = page["next"]
        for item in page["items"]:
            if item["depth"] == depth:
                return item, cursor
    raise AssertionError(f"the feed told of nothing {depth}")


def test_a_schools_program_is_told_what_is_shared_what_is_withheld_and_what_to_delete(stack: Stack) -> None:
    child = stack.child("Ina Test")
    screener = stack.token("mash_screener", "childrens_social_care", "Lee Park")
    manager = stack.token("mash_manager", "childrens_social_care", "Ana Lim")
    program = stack.token("school_system", "education", "A program")
    first = follow(stack, program, None)
    assert (first["items"], first["more"]) == ([], False)
    step = stack.send("mash.ReceiveContact", screener, {"about": [child], "with": CONTACT}).json()["id"]

    def decide(command: str, **said: Any) -> None:
        end = time.monotonic() + PATIENCE
        while True:  # until the chronology has heard of the contact
            body = {"about": [child], "re": step, "with": {**BASIS, **said}}
            answer = stack.send(f"chronology.{command}", manager, body)
            if answer.status_code == 200:
                return
            assert time.monotonic() < end, answer.text
            time.sleep(0.2)

    heard: list[tuple[dict[str, Any], str]] = []
    waits = Thread(target=lambda: heard.append(until_told(stack, program, first["next"], "whole")))
    waits.start()
    decide("ShareEntry", **{"with": ["education"], "organisation": SCHOOL})
    waits.join(PATIENCE)
    [(whole, cursor)] = heard
    assert any(words == CONTACT["worries"] for _, words in whole["text"])
    assert (whole["kind"], whole["ids"]) == ("entry", [child])

    decide("WithholdEntry", **{"from": ["education"]})
    withheld, cursor = until_told(stack, program, cursor, "withheld")
    assert (withheld["id"], withheld["text"]) == (whole["id"], None)
    decide("WithholdEntry", **{"from": ["education"], "show": "nothing"})
    gone, cursor = until_told(stack, program, cursor, "gone")
    assert gone["id"] == whole["id"]
    assert {"title", "text", "topic"} & set(gone) == set()
    assert follow(stack, program, cursor)["items"] == []
    assert follow(stack, program, None)["items"] == []  # begun anew it tells nothing of what was taken away


def test_a_feed_is_for_the_program_of_an_organisation_and_a_cursor_is_as_it_was_given(stack: Stack) -> None:
    person = stack.token("designated_safeguarding_lead", "education", "L. Shaw", organisation=SCHOOL)
    assert stack.get("chronology", "/feed", person).status_code == 403
    program = stack.token("school_system", "education", "A program")
    wrong = stack.get("chronology", "/feed", program, cursor="zzz")
    assert wrong.status_code == 422, wrong.text
    assert stack.get("chronology", "/feed", program, wait=26).status_code == 422
