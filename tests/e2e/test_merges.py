"""Two records of one girl on a running stack: merged, read as one by everybody, and apart again."""

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"
MANAGER = ("mash_manager", SOCIAL_CARE, "Ana Lim")
MOTHER = {"kind": "adult", "name": "Grace Test"}
SAID = {
    "Merged with another record of the same child",
    "Merged into another record of the same child",
}
_T = TypeVar("_T")


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def soon(look: Callable[[], _T], wanted: _T) -> None:
    """What is looked at becomes so, within the time that a message takes."""
    until = time.monotonic() + 20
    while (found := look()) != wanted:
        assert time.monotonic() < until, f"{found} and not {wanted}"
        time.sleep(0.05)


def contact(stack: Stack, child: str, worries: str) -> str:
    officer = stack.token("police_officer", "police", "PC Hale")
    body = {"about": [child], "with": {**CONTACT, "worries": worries}}
    return done(stack.send("mash.ReceiveContact", officer, body))


def page(stack: Stack, child: str, who: str) -> list[dict[str, Any]]:
    answer = stack.get("chronology", f"/children/{child}/chronology", who, limit=200)
    return list(answer.json()["items"]) if answer.status_code == 200 else []


def contacts(stack: Stack, child: str, who: str) -> list[tuple[str, str]]:
    """The contacts on a child's page: what each tells of, and under which id it was recorded."""
    return [
        (dict(item["text"])["What is worrying"], item["recorded_under"])
        for item in page(stack, child, who)
        if item["event"] == "mash.ContactReceived"
    ]


def merge(stack: Stack, *children: str) -> Any:
    body = {"about": [*children], "with": {"keep": children[0], "reasons": ["same_birth_date"]}}
    return stack.send("people.MergePeople", stack.token(*MANAGER), body)


def test_one_chronology_of_both_while_the_merge_stands_and_each_its_own_again(stack: Stack) -> None:
    zoe, zoe2 = stack.child("Zoe Test"), stack.child("Zoë Test-Ames")
    manager = stack.token(*MANAGER)
    contact(stack, zoe, "Late to school.")
    first = contact(stack, zoe2, "An arm fracture.")
    soon(lambda: contacts(stack, zoe2, manager), [("An arm fracture.", zoe2)])
    soon(lambda: contacts(stack, zoe, manager), [("Late to school.", zoe)])

    merged = done(merge(stack, zoe, zoe2))
    both = [("Late to school.", zoe), ("An arm fracture.", zoe2)]
    for child in (zoe, zoe2):
        soon(lambda child=child: contacts(stack, child, manager), both)  # type: ignore[misc]
        soon(lambda child=child: {item["title"] for item in page(stack, child, manager)} >= SAID, True)  # type: ignore[misc]
        assert {item["child"] for item in page(stack, child, manager)} == {zoe}
    # Who saw one of them sees both: the police recorded each.
    officer = stack.token("police_officer", "police", "PC Hale")
    assert contacts(stack, zoe2, officer) == both
    soon(lambda: {row["thing"] for row in clocks(stack, zoe)} >= {first}, True)

    # What is recorded meanwhile is the kept record's, and stays there.
    contact(stack, zoe2, "Bruises.")
    soon(lambda: contacts(stack, zoe, manager), [*both, ("Bruises.", zoe)])
    again = {"re": merged, "with": {"reason": "They are twins."}}
    done(stack.send("people.UnmergePeople", manager, again))
    soon(lambda: contacts(stack, zoe2, manager), [("An arm fracture.", zoe2)])
    soon(lambda: contacts(stack, zoe, manager), [("Late to school.", zoe), ("Bruises.", zoe)])
    soon(lambda: {row["thing"] for row in clocks(stack, zoe)} & {first}, set())
    refusal = stack.send("people.UnmergePeople", manager, again)
    assert (refusal.status_code, "nothing to undo" in refusal.text) == (409, True)


def clocks(stack: Stack, child: str) -> list[dict[str, Any]]:
    answer = stack.get("mash", "/deadlines", stack.token(*MANAGER), child=child)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_the_index_shows_one_person_with_what_stands_under_each_id(stack: Stack) -> None:
    zoe, zoe2 = stack.child("Zoe Test"), stack.child("Zoë Test-Ames")
    clerk, manager = stack.token("business_support", SOCIAL_CARE, "Lee Park"), stack.token(*MANAGER)
    mother = done(stack.send("people.RegisterPerson", clerk, {"with": MOTHER}))
    related = {"person": mother, "is": "mother", "parental_responsibility": True}
    done(stack.send("people.RelatePeople", clerk, {"about": [zoe2], "with": related}))
    address = {"kind": "home", "lines": ["1 High Street"], "postcode": "AB1 2CD"}
    done(stack.send("people.RecordAddress", clerk, {"about": [zoe2], "with": address}))
    merged = merge(stack, zoe, zoe2)
    for child in (zoe, zoe2):
        shown = stack.get("people", f"/people/{child}", manager, after=merged.json()["position"]).json()
        assert (shown["person"], shown["text"]["name"]) == (zoe, "Zoe Test")
        assert [fact["fact"] for fact in shown["facts"]] == ["address"]
        assert shown["relations"] == [{**related, "person": mother}]
        [other] = shown["merged"]
        assert (other["person"], other["text"]["name"], other["merge"], other["reasons"]) == (
            zoe2,
            "Zoë Test-Ames",
            done(merged),
            ["same_birth_date"],
        )
    undone = stack.send(
        "people.UnmergePeople", manager, {"about": [zoe2, zoe], "with": {"reason": "They are twins."}}
    )
    done(undone)
    shown = stack.get("people", f"/people/{zoe}", manager, after=undone.json()["position"]).json()
    assert (shown["facts"], shown["relations"], shown["merged"]) == ([], [], [])


async def test_who_looked_at_one_looked_at_both(stack: Stack) -> None:
    zoe, zoe2 = stack.child("Zoe Test"), stack.child("Zoë Test-Ames")
    manager = stack.token(*MANAGER)
    contact(stack, zoe2, "An arm fracture.")
    done(merge(stack, zoe, zoe2))
    soon(lambda: [under for _, under in contacts(stack, zoe, manager)], [zoe2])
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), "chronology"))
    try:
        looked = await connection.fetchval(
            "SELECT children FROM chronology.access WHERE $1 = ANY(children) ORDER BY position DESC LIMIT 1",
            uuid.UUID(zoe),
        )
    finally:
        await connection.close()
    assert set(looked) == {uuid.UUID(zoe), uuid.UUID(zoe2)}


def test_who_may_not_merge_hears_so_and_a_wrong_merge_says_what_to_do(stack: Stack) -> None:
    zoe, zoe2 = stack.child("Zoe Test"), stack.child("Zoë Test-Ames")
    officer = stack.token("police_officer", "police", "PC Hale")
    asked = {"about": [zoe, zoe2], "with": {"keep": zoe, "reasons": ["same_birth_date"]}}
    assert stack.send("people.MergePeople", officer, asked).status_code == 403
    manager = stack.token(*MANAGER)
    refused = stack.send(
        "people.MergePeople", manager, {**asked, "about": [zoe2], "with": {**asked["with"], "keep": zoe}}
    )
    assert (refused.status_code, "at least two records" in refused.text) == (409, True)
