"""What may be done now, over HTTP: what it says, that it is one look, that a stranger learns nothing, and what time it is."""

import uuid
from typing import Any

import asyncpg
import pytest

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import CONTACT, NOW, Stack

SOCIAL_CARE = "childrens_social_care"


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    return stack.child("May Test")


@pytest.fixture
def contact(stack: Stack, child: str) -> str:
    answer = stack.send(
        "mash.ReceiveContact", stack.token("police_officer", "police"), {"about": [child], "with": CONTACT}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def may(stack: Stack, who: str, **query: Any) -> dict[str, Any]:
    answer = stack.get("mash", "/may", who, **query)
    assert answer.status_code == 200, answer.text
    return {one["command"]: one for one in answer.json()["commands"]}


async def looks(stack: Stack) -> list[Any]:
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), "mash"))
    try:
        return list(await connection.fetch("SELECT * FROM mash.access ORDER BY position"))
    finally:
        await connection.close()


def test_what_is_refused_is_told_before_with_the_same_rule_and_words(stack, contact, child):
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    assert may(stack, manager, re=contact)["mash.HoldContact"] == {
        "command": "mash.HoldContact",
        "may": "yes",
        "about": [child],
        "because": "",
        "rules": [],
        "why": "",
    }
    held = {"re": contact, "with": {"reason": "The GP's record."}}
    assert stack.send("mash.HoldContact", manager, held).status_code == 200
    told = may(stack, manager, re=contact)["mash.HoldContact"]
    refused = stack.send("mash.HoldContact", manager, held).json()
    assert (told["may"], told["about"], told["because"]) == ("no", [], "state")
    assert (told["rules"], told["why"]) == (
        refused["rules"],
        refused["detail"][:1].upper() + refused["detail"][1:] + ".",
    )
    screener = may(stack, stack.token("mash_screener", SOCIAL_CARE), re=contact)["mash.DecideContact"]
    assert (screener["may"], screener["because"], screener["rules"][0]) == ("no", "role", "M7")


async def test_it_is_one_look_at_the_children_and_the_thing(stack, contact, child):
    before = len(await looks(stack))
    may(stack, stack.token("mash_manager", SOCIAL_CARE), re=contact)
    rows = (await looks(stack))[before:]
    assert [(row["action"], row["outcome"], row["children"], row["subject"]) for row in rows] == [
        ("read:may", "shown", [uuid.UUID(child)], uuid.UUID(contact))
    ]


def test_what_opens_something_about_a_child(stack, child):
    officer = may(stack, stack.token("police_officer", "police"), about=child)
    assert officer["mash.ReceiveContact"]["may"] == "yes"
    assert officer["mash.RecordConsultation"]["because"] == "role"


def test_an_unknown_thing_and_one_that_is_nothing_to_the_person_are_answered_alike(stack, contact):
    manager = stack.token("mash_manager", SOCIAL_CARE)
    assert stack.get("mash", "/may", manager, re=str(uuid.uuid4())).status_code == 404
    auditor = stack.token("auditor", SOCIAL_CARE)
    known, unknown = (stack.get("mash", "/may", auditor, re=thing) for thing in (contact, str(uuid.uuid4())))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    operator = stack.get("mash", "/may", stack.operator(), re=contact)
    assert operator.status_code == 403


def test_a_question_about_nothing_is_refused_with_its_field(stack):
    answer = stack.get("mash", "/may", stack.token("mash_manager", SOCIAL_CARE))
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("re", "missing")]
    wrong = stack.get("mash", "/may", stack.token("mash_manager", SOCIAL_CARE), re="x")
    assert [each["code"] for each in wrong.json()["errors"]] == ["not_an_id"]


def test_every_answer_says_what_time_it_is_by_the_simulated_clock(stack, contact):
    for answer in (
        stack.get("mash", "/may", stack.token("mash_manager", SOCIAL_CARE), re=contact),
        stack.get("mash", "/health/ready", None),
        stack.get("mash", "/nothing", None),
    ):
        assert answer.headers["safeguarding-now"] == NOW.replace("Z", "+00:00")
