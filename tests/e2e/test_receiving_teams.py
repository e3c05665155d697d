"""The receiving teams over HTTP: a team that a council adds as a row, its list and board, and who is shown what; and the
transfer panel of family wellbeing.
"""

import time
from typing import Any

import httpx

from tests.e2e.conftest import Stack

SOCIAL_CARE = "childrens_social_care"
HUB = "therapy_hub"


def of_team(stack: Stack, team: str, role: str = "team_lead", agency: str = SOCIAL_CARE) -> str:
    return stack.token(role, agency, f"Somebody of {team}", team=team)


def send(stack: Stack, command: str, who: str, child: str, **fields: Any) -> httpx.Response:
    """A command about the child, once the team knows of them."""
    until = time.monotonic() + 20
    while True:
        answer = stack.send(f"teams.{command}", who, {"about": [child], "with": fields})
        if answer.status_code != 404 or time.monotonic() > until:
            return answer
        time.sleep(0.05)


def done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def items(stack: Stack, path: str, who: str, **query: Any) -> list[dict[str, Any]]:
    answer = stack.get("teams", path, who, **query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_team_that_is_a_row_alone_has_access_clocks_a_list_and_a_board(stack: Stack) -> None:
    child = stack.child()
    manager = stack.token("team_manager", SOCIAL_CARE, "Ravi Cole")
    lead, worker = (of_team(stack, HUB, role, "health") for role in ("team_lead", "team_worker"))
    listed = {one["team"]: one for one in items(stack, "/teams", worker)}
    assert (listed[HUB]["name"], listed[HUB]["accept"]) == ("Therapy hub", "3 working days")
    assert len(listed) == 13
    offered = done(send(stack, "OfferCase", manager, child, team=HUB, handover="He does not sleep."))
    assert send(stack, "OfferCase", manager, child, team=HUB, handover="Again.").json()["rules"] == ["A10"]
    stranger = of_team(stack, "adoption")
    assert send(stack, "AcceptCase", stranger, child, team=HUB, worker="Una Mar").json()["rules"] == ["E9"]
    (waiting,) = items(stack, "/worklist", lead, after=offered["position"])
    assert (waiting["child"], waiting["waits_for"]) == (child, "the team's answer")
    assert waiting["text"]["handover"] == "He does not sleep."
    done(send(stack, "AcceptCase", lead, child, team=HUB, worker="Una Mar"))
    seen = {"team": HUB, "seen": True, "alone": True, "words": "I dream a lot.", "place": "home"}
    done(send(stack, "RecordSeen", worker, child, **seen))
    last = done(send(stack, "RecordStep", worker, child, team=HUB, what="sleep_plan"))
    board = items(stack, "/board", lead, after=last["position"])
    assert [(one["rule"], one["child"], one["state"]) for one in board] == [("Z3", child, "open")]
    (case,) = items(stack, f"/children/{child}/cases", manager, after=last["position"])
    assert [(one["what"], one["name"]) for one in case["steps"]] == [("sleep_plan", "Sleep plan")]
    assert send(stack, "RecordStep", worker, child, team=HUB, what="care_plan").status_code == 409


def test_a_teams_people_are_shown_their_own_cases_and_no_others(stack: Stack) -> None:
    child = stack.child()
    manager = stack.token("team_manager", SOCIAL_CARE, "Ravi Cole")
    offered = done(send(stack, "OfferCase", manager, child, team="no_recourse", handover="No funds."))
    position = offered["position"]
    for who, shown in (
        (of_team(stack, "no_recourse"), True),
        (manager, True),
        (of_team(stack, "adoption"), False),
        (stack.token("team_worker", SOCIAL_CARE, "Of no team"), False),
    ):
        for path in ("/worklist", "/board", f"/children/{child}/cases"):
            found = [one for one in items(stack, path, who, after=position) if one["child"] == child]
            assert bool(found) is shown, path
        asked = items(stack, "/worklist", who, team="no_recourse")
        assert any(one["child"] == child for one in asked) is shown
    outsider = stack.get("teams", "/worklist", stack.token("police_officer", "police"))
    assert outsider.status_code == 403
    assert stack.get("teams", "/deadlines", of_team(stack, "adoption")).status_code == 403


def test_the_transfer_panel_is_shown_to_those_who_decide_at_it(stack: Stack) -> None:
    for role, agency in (
        ("fws_manager", "family_wellbeing"),
        ("keyworker", "family_wellbeing"),
        ("team_manager", SOCIAL_CARE),
    ):
        answer = stack.get("fws", "/panel/2026-12-24", stack.token(role, agency))
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"day": "2026-12-24", "items": [], "decided": []}
    refused = stack.get("fws", "/panel/2026-12-24", stack.token("police_officer", "police"))
    assert refused.status_code == 403
