"""Searching for people over HTTP, and records that may be of one person: by digests alone, recorded with why, erased for good."""

import time
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from shared.crypto.key_store import KeyStore
from tests.e2e.conftest import Stack

SOCIAL_CARE = "childrens_social_care"


def register(stack: Stack, name: str, **more: Any) -> str:
    return sent(stack, "people.RegisterPerson", {"with": {"kind": "child", "name": name, **more}})["id"]


def sent(stack: Stack, command: str, body: dict[str, Any], role: str = "business_support") -> Any:
    answer = stack.send(command, stack.token(role, SOCIAL_CARE), body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(stack: Stack, role: str = "mash_screener", agency: str = SOCIAL_CARE, **body: Any) -> Any:
    return stack.http.post(
        f"{stack.urls['people']}/people/search",
        json={"why": "contact_received", **body},
        headers=stack.headers(stack.token(role, agency, "Lee Park")),
    )


def found(stack: Stack, role: str = "mash_screener", **body: Any) -> list[Any]:
    stack.heads()
    answer = ask(stack, role, **body)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def query(stack: Stack, question: str, *asked: Any) -> list[Any]:
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), "people"))
    try:
        rows: list[Any] = await connection.fetch(question, *asked)
        return rows
    finally:
        await connection.close()


def written_by(stack: Stack) -> bytes:
    """Everything that the services logged and traced."""
    files = [
        *stack.directory.rglob("*.log"),
        *stack.directory.rglob("*.jsonl"),
        stack.directory.with_suffix(".log"),
    ]
    return b"".join(file.read_bytes() for file in files)


def surname() -> str:
    """One that no other test has: of letters alone, so that it sounds like nothing else."""
    return "Q" + uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:9]


def test_a_child_is_found_by_a_form_of_the_name_and_a_date_changed_about(stack: Stack) -> None:
    family = surname()
    child = register(stack, f"Robert {family}", born="2016-03-04")
    (item,) = found(stack, name=f"Bob {family}", born="2016-04-03")
    assert item["person"] == child
    assert item["name"] == f"Robert {family}"
    assert item["fits"] == {
        "score": 93,
        "name": "variant",
        "born": "day_and_month_changed_about",
        "number": None,
    }
    assert found(stack, name=f"Amara {family}", born="1999-01-01") == []


def test_a_number_finds_whom_a_later_fact_gave_it(stack: Stack) -> None:
    child = register(stack, f"Amara {surname()}", born="2016-05-14")
    sent(stack, "people.RecordNhsNumber", {"about": [child], "with": {"nhs_number": "9990000379"}})
    (item,) = found(stack, nhs_number="999 000 0379")
    assert (item["person"], item["fits"]["number"]) == (child, "nhs_number")


def test_a_name_that_was_corrected_is_found_by_both_and_a_birth_by_the_right_one(stack: Stack) -> None:
    before, after = surname(), surname()
    child = register(stack, f"Kit {before}", born="2015-01-30")
    sent(
        stack,
        "people.CorrectPerson",
        {
            "about": [child],
            "with": {"name": f"Kit {after}", "born": "2014-12-13", "reason": "Certificate seen."},
        },
    )
    for name in (before, after):
        (item,) = found(stack, name=f"Kit {name}")
        assert (item["person"], item["name"]) == (child, f"Kit {after}")
    assert [i["person"] for i in found(stack, name=f"Kit {after}", born="2014-12-13")] == [child]
    assert found(stack, name=f"Kit {after}", born="2015-01-30")[0]["fits"]["born"] is None


async def test_a_search_is_recorded_with_why_and_with_whom_it_showed(stack: Stack) -> None:
    family = surname()
    child = register(stack, f"Dana {family}", born="2016-03-04")
    stack.heads()
    before = await query(stack, "SELECT * FROM people.access ORDER BY position")
    assert found(stack, name=f"Dana {family}", why="missing_child")[0]["person"] == child
    assert found(stack, name=f"Nobody {surname()}x", why="own_work") == []
    shown, nothing = (await query(stack, "SELECT * FROM people.access ORDER BY position"))[len(before) :]
    assert [str(one) for one in shown["children"]] == [child]
    assert (shown["action"], shown["outcome"], shown["shown"]) == ("read:people", "shown", 1)
    assert shown["purpose"].endswith(": search/missing_child")
    assert (nothing["outcome"], nothing["purpose"].endswith(": search/own_work")) == ("nothing", True)
    assert family not in repr(shown)


async def test_no_name_date_or_number_stands_in_a_table_a_log_or_a_trace(stack: Stack) -> None:
    family = surname()
    register(stack, f"Chidi {family}", born="2016-03-04")
    found(stack, name=f"Chidi {family}", born="2016-03-04")
    rows = await query(stack, "SELECT * FROM people_views.search_keys")
    assert rows
    assert {type(value) for row in rows for value in row.values()} <= {type(rows[0]["person"]), str}
    assert {row["part"] for row in rows} <= {"name", "born", "number", "address"}
    written = written_by(stack)
    assert family.encode() not in written
    assert family.casefold().encode() not in written


def test_who_may_not_read_people_may_not_search(stack: Stack) -> None:
    for role, agency in (("police_officer", "police"), ("designated_safeguarding_lead", "education")):
        assert ask(stack, role, agency, name="Kit Test").status_code == 403


def test_somebody_whose_name_is_withheld_is_found_by_a_number_or_by_who_keeps_the_index(stack: Stack) -> None:
    family = surname()
    child = register(stack, f"Edwin {family}", born="2016-03-04", la_child_id=f"W{family}")
    sent(stack, "people.RestrictRecord", {"about": [child], "with": {"what": ["name"], "reason": "Threats."}})
    assert found(stack, name=f"Edwin {family}") == []
    (item,) = found(stack, la_child_id=f"W{family}")
    assert (item["person"], item["name"], item["restricted"]) == (child, None, ["name"])
    assert [i["person"] for i in found(stack, "mash_manager", name=f"Edwin {family}")] == [child]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "\u202eKit"},
        {"name": "\u200b"},
        {"name": "Kit\r\nTest"},
        {"name": "..."},
        {"name": "x" * 300},
        {"born": 0},
        {"born": "0001-01-01"},
        {"born": "2016-13-01"},
        {"nhs_number": "9990000370"},
        {"upn": "A823432109876"},
        {"name": "Kit", "why": "curiosity"},
        {"name": "Kit", "limit": 1000},
        {"name": ["Kit"]},
        {"name": "Kit", "sort": "by age"},
    ],
)
def test_what_cannot_be_searched_by_is_refused_and_not_repeated(stack: Stack, body: dict[str, Any]) -> None:
    answer = ask(stack, **body)
    assert answer.status_code == 422, answer.text
    for value in body.values():
        if isinstance(value, str) and len(value) > 3:
            assert value not in answer.text


def waited(stack: Stack, *people: str) -> list[Any]:
    """The rows of the list in which these stand, once the service has held them against all others."""
    stack.heads()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        progress = stack.get("people", "/progress", stack.operator()).json()
        if progress["views"]["find_duplicates"] >= progress["head"]:
            break
        time.sleep(0.05)
    answer = stack.get("people", "/duplicates?limit=200", stack.token("mash_manager", SOCIAL_CARE))
    assert answer.status_code == 200, answer.text
    return [
        item for item in answer.json()["items"] if set(people) <= {one["person"] for one in item["people"]}
    ]


def test_a_child_who_is_registered_again_is_flagged_and_dismissed_for_good(stack: Stack) -> None:
    family = surname()
    one = register(stack, f"Robert {family}", born="2016-03-04")
    other = register(stack, f"Bob {family}", born="2016-04-03")
    (item,) = waited(stack, one, other)
    assert set(item["reasons"]) == {"name_variant", "same_birth_date"}
    assert item["score"] >= 75
    assert {each["name"] for each in item["people"]} == {f"Robert {family}", f"Bob {family}"}
    sent(
        stack,
        "people.DismissDuplicate",
        {"about": [one, other], "with": {"reason": "Cousins: both were seen."}},
        "mash_manager",
    )
    assert waited(stack, one, other) == []
    sent(
        stack,
        "people.CorrectPerson",
        {"about": [one], "with": {"name": f"Rob {family}", "reason": "Said so."}},
    )
    assert waited(stack, one, other) == []


def test_a_correction_that_makes_two_records_alike_flags_them(stack: Stack) -> None:
    family = surname()
    one = register(stack, f"Fatima {family}", born="2016-03-04")
    other = register(stack, f"Fatma {surname()}", born="2016-03-04")
    assert waited(stack, one, other) == []
    sent(
        stack,
        "people.CorrectPerson",
        {"about": [other], "with": {"name": f"Fatma {family}", "reason": "Spelt."}},
    )
    assert len(waited(stack, one, other)) == 1


async def test_the_index_built_again_is_the_live_one_and_has_nobody_who_was_erased(stack: Stack) -> None:
    family = surname()
    kept = register(stack, f"Grace {family}", born="2016-03-04")
    gone = register(stack, f"Amit {family}", born="2016-03-04")
    stack.heads()
    digests = "SELECT digest, part FROM people_views.search_keys WHERE person = $1 ORDER BY 1"
    before = [tuple(row) for row in await query(stack, digests, kept)]
    settings = Layout(stack.directory).environment(
        "people", dsn="", bootstrap="", broker="", port=0, simulated=True
    )
    store = KeyStore.from_files(
        Path(settings["SAFEGUARDING_KEYS"]), Path(settings["SAFEGUARDING_MASTER_KEY"])
    )
    try:
        assert store.erase(uuid.UUID(gone)) == 1
    finally:
        store.close()
    assert [item["person"] for item in found(stack, name=f"Amit {family}")] == []
    # The key was destroyed beside the log, so only a rebuild leaves out the digests of surnames too.
    for view in ("search_keys", "surnames"):
        answer = stack.http.post(
            f"{stack.urls['people']}/operator/views/{view}/rebuild", headers=stack.headers(stack.operator())
        )
        assert answer.status_code == 200, answer.text
    assert [tuple(row) for row in await query(stack, digests, kept)] == before
    assert await query(stack, digests, gone) == []
