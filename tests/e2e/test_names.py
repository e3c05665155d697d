"""Names by batch, over HTTP: in one look, recorded once, under the rules of who may read what."""

import uuid
from typing import Any

import asyncpg

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import Stack

SOCIAL_CARE = "childrens_social_care"


def ask(stack: Stack, who: str, ids: list[str], why: Any = "mash/worklist", **more: Any) -> Any:
    return stack.http.post(
        f"{stack.urls['people']}/people/names",
        json={"ids": ids, "for": why, **more},
        headers=stack.headers(who),
    )


def register(stack: Stack, name: str) -> str:
    answer = stack.send(
        "people.RegisterPerson",
        stack.token("business_support", SOCIAL_CARE),
        {"with": {"kind": "child", "name": name, "born": "2017-02-11"}},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def rows(stack: Stack) -> list[Any]:
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), "people"))
    try:
        found: list[Any] = await connection.fetch("SELECT * FROM people.access ORDER BY position")
        return found
    finally:
        await connection.close()


async def test_the_names_of_a_list_are_one_look_that_names_them_all(stack: Stack) -> None:
    children = [register(stack, f"Child {n}") for n in range(8)]
    stranger = str(uuid.uuid4())
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    stack.heads()  # the view has them
    before = await rows(stack)
    answer = ask(stack, screener, [*children, stranger, children[0]])
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [item["person"] for item in items] == [*children, stranger]
    assert [item["name"] for item in items] == [*(f"Child {n}" for n in range(8)), None]
    assert items[0]["age"] == {"years": 9, "months": 10}
    assert items[-1]["kind"] is None
    (look,) = (await rows(stack))[len(before) :]
    assert [str(child) for child in look["children"]] == [*children, stranger]
    assert (look["action"], look["outcome"], look["shown"]) == ("read:people", "shown", 8)
    assert look["purpose"].endswith(": mash/worklist")
    assert look["by_policy"]


def test_a_name_that_is_withheld_is_not_given_in_a_list(stack: Stack) -> None:
    child = register(stack, "Hid Test")
    clerk = stack.token("business_support", SOCIAL_CARE)
    restricted = stack.send(
        "people.RestrictRecord", clerk, {"about": [child], "with": {"what": ["name"], "reason": "A threat."}}
    )
    assert restricted.status_code == 200, restricted.text
    stack.heads()
    (item,) = ask(stack, clerk, [child]).json()["items"]
    assert (item["name"], item["restricted"]) == (None, ["name"])
    own_page = stack.get("people", f"/people/{child}", clerk, after=restricted.json()["position"])
    assert own_page.json()["text"]["name"] == "Hid Test"


async def test_who_may_not_read_the_index_is_refused_and_that_is_recorded(stack: Stack) -> None:
    child = register(stack, "Ref Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    before = await rows(stack)
    assert ask(stack, officer, [child]).status_code == 403
    (look,) = (await rows(stack))[len(before) :]
    assert (look["outcome"], [str(one) for one in look["children"]]) == ("refused", [child])


def test_what_cannot_be_asked_is_said_field_by_field(stack: Stack) -> None:
    clerk = stack.token("business_support", SOCIAL_CARE)
    one = str(uuid.uuid4())
    for ids, why, field in (
        ([], "a", "ids"),
        ([str(uuid.uuid4()) for _ in range(201)], "a", "ids"),
        ([one], "Because of Kit Test", "for"),
        ([one], None, "for"),
    ):
        answer = ask(stack, clerk, ids, why)
        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert ask(stack, clerk, [one] * 200).status_code == 200


async def test_a_page_says_for_what_it_reads_and_that_is_kept_with_the_look(stack: Stack) -> None:
    child = register(stack, "For Test")
    clerk = stack.token("business_support", SOCIAL_CARE)
    address = f"{stack.urls['people']}/people/{child}"
    before = await rows(stack)
    stack.http.get(address, headers={**stack.headers(clerk), "Reading-For": "child/header"})
    (look,) = (await rows(stack))[len(before) :]
    assert look["purpose"].endswith(": child/header")
    wrong = stack.http.get(address, headers={**stack.headers(clerk), "Reading-For": "Kit Test"})
    assert wrong.status_code == 422
