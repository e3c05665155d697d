"""A child goes missing, over HTTP: the board, the panel's agenda by itself, and what interviews say together, for few to read."""

import time
import uuid
from typing import Any

import asyncpg
import pytest

from deploy.local.layout import Layout
from deploy.play.stacks import dsn_of
from tests.e2e.conftest import Stack

SOCIAL_CARE = "childrens_social_care"
COORDINATOR = ("missing_coordinator", SOCIAL_CARE, "Dee Fox")
POLICE = ("police_officer", "police", "PC Hale")
PANEL = "2026-12-23"
"""The Wednesday after the present of the stack."""


def sent(stack: Stack, who: tuple[str, str, str], command: str, body: dict[str, Any]) -> Any:
    until = time.monotonic() + 20
    while True:
        answer = stack.send(command, stack.token(*who), body)
        if answer.status_code != 404 or time.monotonic() > until:
            break
        time.sleep(0.05)  # the team has not heard of the child yet
    assert answer.status_code == 200, answer.text
    return answer.json()


def missing(stack: Stack, **more: Any) -> tuple[str, str]:
    """A child who is missing: the child and the episode."""
    child = stack.child()
    body = {
        "about": [child],
        "with": {"from": "home", "circumstances": "Did not come home.", "police_risk": "high", **more},
    }
    return child, sent(stack, POLICE, "missing.ReportMissing", body)["id"]


def interviewed(stack: Stack, place: str, person: str) -> tuple[str, str]:
    """A child who was back and said where and with whom they were."""
    child, episode = missing(stack)
    sent(
        stack, POLICE, "missing.RecordReturn", {"re": episode, "with": {"where": "Home", "condition": "safe"}}
    )
    told = {
        "with": "Dee Fox",
        "why_left": "A row.",
        "push": [],
        "pull": [],
        "places": [place],
        "people": [person],
        "groups": [],
        "exploitation_indicators": [],
    }
    sent(stack, COORDINATOR, "missing.RecordInterview", {"re": episode, "with": told})
    return child, episode


def caught_up(stack: Stack) -> None:
    """Wait until the service has done what follows from its own facts."""
    stack.heads()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        said = stack.get("missing", "/progress", stack.operator()).json()
        if all(position >= said["head"] for position in said["views"].values()):
            return
        time.sleep(0.05)
    raise AssertionError("the service does not come to rest")


def read(stack: Stack, path: str, who: tuple[str, str, str] = COORDINATOR) -> Any:
    answer = stack.get("missing", path, stack.token(*who))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_is_missing_stands_on_the_board_and_on_the_next_agenda(stack: Stack) -> None:
    child, episode = missing(stack)
    caught_up(stack)
    (row,) = [one for one in read(stack, "/worklist?limit=200")["items"] if one["child"] == child]
    assert (row["episode"], row["risk"], row["waits_for"]) == (episode, "high", "the child")
    assert row["text"]["circumstances"] == "Did not come home."
    panel = read(stack, f"/panel/{PANEL}")
    (item,) = [one for one in panel["items"] if one["child"] == child]
    assert (item["reviewed"], item["carried_over"], item["actions_left"]) == (False, False, [])


def test_a_panel_closes_with_nothing_lost_and_carries_actions_on(stack: Stack) -> None:
    child, episode = missing(stack)
    caught_up(stack)
    panel = read(stack, f"/panel/{PANEL}")["panel"]
    refused = stack.send("missing.ClosePanel", stack.token(*COORDINATOR), {"re": panel, "with": {}})
    assert (refused.status_code, refused.json()["rules"]) == (409, ["R3"])
    left = [one["episode"] for one in read(stack, f"/panel/{PANEL}")["items"] if not one["reviewed"]]
    sent(stack, COORDINATOR, "missing.ClosePanel", {"re": panel, "with": {"carried_over": left}})
    caught_up(stack)
    (item,) = [one for one in read(stack, "/panel/2026-12-30")["items"] if one["child"] == child]
    assert (item["episode"], item["carried_over"]) == (episode, True)


def test_what_interviews_say_is_counted_as_it_was_first_written_for_few(stack: Stack) -> None:
    place, person = f"Steps {uuid.uuid4().hex[:8]}", f"Jay {uuid.uuid4().hex[:8]}"
    interviewed(stack, place, person)
    interviewed(stack, place.upper(), f"{person} or so")
    caught_up(stack)

    def said() -> dict[tuple[str, str], int]:
        items = read(stack, "/intelligence?limit=200", POLICE)["items"]
        return {(one["kind"], one["name"]): one["count"] for one in items}

    assert said()["places", place] == 2
    assert (said()["people", person], said()["people", f"{person} or so"]) == (1, 1)
    link = {"with": {"same_as": [person, f"{person} or so"], "reason": "One description.", "grade": "b"}}
    sent(stack, COORDINATOR, "missing.LinkIntelligence", link)
    caught_up(stack)
    assert said()["people", person] == 2
    assert ("people", f"{person} or so") not in said()


@pytest.mark.parametrize(
    ("role", "agency", "status"),
    [
        ("missing_coordinator", SOCIAL_CARE, 200),
        ("police_officer", "police", 200),
        ("auditor", SOCIAL_CARE, 200),
        ("social_worker", SOCIAL_CARE, 403),
        ("team_manager", SOCIAL_CARE, 403),
        ("youth_worker", "targeted_youth", 403),
    ],
)
def test_intelligence_has_a_reading_of_its_own(stack: Stack, role: str, agency: str, status: int) -> None:
    assert stack.get("missing", "/intelligence", stack.token(role, agency)).status_code == status


async def test_what_was_said_stands_in_no_table_and_is_the_same_built_again(stack: Stack) -> None:
    place = f"Underpass {uuid.uuid4().hex[:8]}"
    interviewed(stack, place, "Nobody")
    caught_up(stack)
    connection = await asyncpg.connect(dsn_of(Layout(stack.directory), "missing"))
    try:
        question = "SELECT stream, kind, digest, happened_at FROM missing_views.mentions ORDER BY 1, 2, 3"
        before = await connection.fetch(question)
        answer = stack.http.post(
            f"{stack.urls['missing']}/operator/views/mentions/rebuild",
            headers=stack.headers(stack.operator()),
        )
        assert answer.status_code == 200, answer.text
        assert await connection.fetch(question) == before
        rows = await connection.fetch("SELECT m.*::text AS row FROM missing_views.mentions m")
        assert before
        assert not [row for row in rows if place.casefold() in row["row"].casefold()]
    finally:
        await connection.close()
