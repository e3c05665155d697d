"""The feed of an organisation, read by its own program: what is shown, changed and taken away, as it happens."""

import time
from collections.abc import Callable
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


class Copy:
    """What a school's program keeps of its feed: each entry as it was last told, and under which ids a child goes."""

    def __init__(self, stack: Stack, program: str) -> None:
        self.stack, self.program = stack, program
        self.cursor: str | None = None
        self.entries: dict[tuple[str, str], dict[str, Any]] = {}
        self.ids: dict[str, list[str]] = {}

    def follow(self) -> None:
        more = True
        while more:
            page = follow(self.stack, self.program, self.cursor)
            self.cursor, more = page["next"], page["more"]
            for item in page["items"]:
                for left in set(self.ids.get(item["child"], ())) - set(item["ids"]):
                    self.ids[left] = [
                        left
                    ]  # all ids of one child are told: whatever went by them is another now
                self.ids[item["child"]] = item["ids"]
                if item["kind"] == "same_child":
                    continue
                place = (item["child"], item["id"])
                self.entries.pop(place, None)
                if item["depth"] != "gone":
                    self.entries[place] = item

    def of(self, child: str) -> list[dict[str, Any]]:
        """What a page made of the copy would show of a child."""
        ids = self.ids.get(child, [child])
        found = [item for (of, _), item in self.entries.items() if of in ids]
        order = ("happened_at", "known_at", "recorded_at", "id")
        return [as_told(item) for item in sorted(found, key=lambda item: [item[name] for name in order])]


def as_told(item: dict[str, Any]) -> dict[str, Any]:
    """What a feed and a page say of an entry alike: all but its place in the feed, and the id that a page was asked for."""
    return {name: said for name, said in item.items() if name not in ("position", "kind", "ids", "child")}


def test_a_copy_made_of_the_feed_shows_what_the_schools_page_shows_whatever_was_corrected_merged_or_parted(
    stack: Stack,
) -> None:
    """It is held against both children's pages at each step."""
    una, una2 = stack.child("Una Test"), stack.child("Una Test-Ames")
    manager = stack.token("mash_manager", "childrens_social_care", "Ana Lim")
    lead = stack.token("designated_safeguarding_lead", "education", "L. Shaw", organisation=SCHOOL)
    program = stack.token("school_system", "education", "A program")
    copy = Copy(stack, program)

    def page(child: str) -> list[dict[str, Any]]:
        answer = stack.get("chronology", f"/children/{child}/chronology", lead, limit=200)
        return [as_told(item) for item in answer.json()["items"]] if answer.status_code == 200 else []

    def becomes(shows: Callable[[list[dict[str, Any]]], bool]) -> None:
        """The page of the first child comes to show it; and then both pages are what the copy says."""
        end = time.monotonic() + PATIENCE
        while True:
            copy.follow()
            pages = [page(una), page(una2)]
            if shows(pages[0]) and pages == [copy.of(una), copy.of(una2)]:
                return
            assert time.monotonic() < end, (pages, [copy.of(una), copy.of(una2)], copy.ids)
            time.sleep(0.1)

    def send(command: str, **body: Any) -> str:
        end = time.monotonic() + PATIENCE
        while True:  # until the service has heard of what it is about
            answer = stack.send(command, manager, body)
            if answer.status_code == 200:
                return str(answer.json()["id"])
            assert time.monotonic() < end, answer.text
            time.sleep(0.2)

    def words(items: list[dict[str, Any]]) -> list[str]:
        said = [dict(item["text"]) for item in items if item.get("text")]
        return [parts["What is worrying"] for parts in said if "What is worrying" in parts]

    steps = []
    for child, worries in ((una, "Late to school."), (una2, "An arm fracture.")):
        step = send("mash.ReceiveContact", about=[child], **{"with": {**CONTACT, "worries": worries}})
        said = {**BASIS, "with": ["education"], "organisation": SCHOOL}
        send("chronology.ShareEntry", about=[child], re=step, **{"with": said})
        steps.append(step)
    becomes(lambda items: words(items) == ["Late to school."])

    merge = {"keep": una, "reasons": ["same_birth_date"]}
    merged = send("people.MergePeople", about=[una, una2], **{"with": merge})
    becomes(lambda items: len(words(items)) == 2)
    assert copy.ids[una2] == [una, una2]

    said = {**BASIS, "from": ["education"], "show": "nothing"}
    send("chronology.WithholdEntry", about=[una2], re=steps[1], **{"with": said})
    becomes(lambda items: words(items) == ["Late to school."])

    withdrawn = {"withdrawn": True, "reason": "It was another girl."}
    send("mash.CorrectRecord", re=steps[0], **{"with": withdrawn})
    becomes(lambda items: any(item.get("withdrawn") for item in items))

    send("people.UnmergePeople", re=merged, **{"with": {"reason": "They are twins."}})
    becomes(lambda _: copy.ids[una] == [una])
