"""What the record of who looked says of a look over HTTP: what entitled it, what it showed, or that there was nothing."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"


async def last_look(stack: Stack, service: str, child: str) -> Any:
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), service))
    try:
        return await connection.fetchrow(
            f"SELECT * FROM {service}.access WHERE $1 = ANY(children) ORDER BY position DESC LIMIT 1",
            uuid.UUID(child),
        )
    finally:
        await connection.close()


async def test_a_look_says_how_many_were_shown_to_whom_by_which_policy_and_as_known_when(
    stack: Stack,
) -> None:
    child = stack.child("Una Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    answer = stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT})
    assert answer.status_code == 200, answer.text
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    listed = stack.get("mash", "/worklist", screener, after=answer.json()["position"], limit=200)
    assert listed.status_code == 200
    row = await last_look(stack, "mash", child)
    items = listed.json()["items"]
    assert (row["action"], row["outcome"], row["shown"]) == ("read:worklist:mash", "shown", len(items))
    assert row["lens"] == [SOCIAL_CARE]
    assert row["by_policy"]
    assert row["basis"] == "public_task"
    assert row["as_known"] >= answer.json()["position"]
    assert row["first_entry"] is not None
    assert abs(datetime.now(UTC) - row["real_at"]) < timedelta(minutes=5)  # whatever the stack's clock says


async def test_a_status_enquiry_that_was_answered_is_kept_as_a_look_is_m20(stack: Stack) -> None:
    child = stack.child("Ula Test")
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    asked = {
        "asked_by": "L. Shaw",
        "their_agency": "education",
        "basis": "public_task",
        "why": "A new pupil.",
        "answer": "not_known",
    }
    answer = stack.send("mash.AnswerStatusEnquiry", screener, {"about": [child], "with": asked})
    assert answer.status_code == 200, answer.text
    row = await last_look(stack, "mash", child)
    assert (row["action"], row["outcome"], row["role"]) == (
        "mash.AnswerStatusEnquiry",
        "shown",
        "mash_screener",
    )
    assert row["purpose"].endswith(": status_enquiry:education:public_task")
    assert str(row["subject"]) == answer.json()["id"]


async def test_where_there_was_nothing_to_see_the_record_says_so(stack: Stack) -> None:
    nobody = str(uuid.uuid4())
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    assert stack.get("chronology", f"/children/{nobody}/chronology", manager).status_code == 404
    row = await last_look(stack, "chronology", nobody)
    assert (row["outcome"], row["shown"], row["first_entry"]) == ("nothing", 0, None)
    assert row["by_policy"]


async def test_a_refused_look_says_by_which_rule_and_shows_nothing(stack: Stack) -> None:
    nobody = str(uuid.uuid4())
    clerk = stack.token("operator", SOCIAL_CARE)
    assert stack.get("people", f"/people/{nobody}", clerk).status_code == 403
    row = await last_look(stack, "people", nobody)
    assert (row["outcome"], row["shown"], row["lens"]) == ("refused", None, None)
    assert "E9" in row["rules"]
