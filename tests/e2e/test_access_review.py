"""Who looked at a child, in every team; and the review of access over HTTP and the command line, from the look to the answer."""

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, NOW, ROOT, Stack

SOCIAL_CARE = "childrens_social_care"
DAY = NOW[:10]
PATIENCE = 30


def command(stack: Stack, *words: str) -> list[dict[str, Any]]:
    """What a command prints, a JSON object a line."""
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("safeguarding")),
            *words,
            "--json",
            "--stack",
            str(stack.directory),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def opened(stack: Stack, child: str, who: str) -> None:
    """Opens the child's page, once there is one."""
    end = time.monotonic() + PATIENCE
    while stack.get("chronology", f"/children/{child}/chronology", who).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    """Whom the police told of, whom a colleague with the same surname looked at, and at whom a screener did."""
    surname = f"Quill{uuid.uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    child = stack.child(f"Una {surname}")
    stack.surname = surname  # type: ignore[attr-defined]
    officer = stack.token("police_officer", "police", "PC Hale")
    assert stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}).status_code == 200
    relative = stack.token("mash_screener", SOCIAL_CARE, f"Lee {surname}")
    stranger = stack.token("social_worker", SOCIAL_CARE, "Noa Stranger")
    for who in (relative, stranger):
        assert (
            stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(who)).status_code == 200
        )
    for who in (relative, stranger, officer):
        opened(stack, child, who)
    return child


def test_who_looked_is_one_list_of_all_teams_the_latest_first_is_e4(stack: Stack, child: str) -> None:
    looks = command(stack, "who-looked", child)
    assert looks == sorted(looks, key=lambda one: (one["at"], one["service"], one["position"]), reverse=True)
    assert {"chronology", "mash"} <= {one["service"] for one in looks}
    roles = {one["role"] for one in looks if one["action"] == "read:chronology" and one["outcome"] == "shown"}
    assert roles == {"mash_screener", "social_worker", "police_officer"}
    assert all(one["children"] == [child] for one in looks)
    again = command(stack, "who-looked", child)
    assert {one["action"] for one in again} >= {
        "read:access:mash",
        "read:access:chronology",
    }  # a look of its own


def test_who_looked_is_told_to_managers_and_auditors_alone_is_e9(stack: Stack, child: str) -> None:
    path = f"/children/{child}/looks"
    for role, agency, status in (
        ("team_manager", SOCIAL_CARE, 200),
        ("auditor", SOCIAL_CARE, 200),
        ("social_worker", SOCIAL_CARE, 403),
        ("police_officer", "police", 403),
        ("operator", SOCIAL_CARE, 403),
    ):
        answer = stack.get("chronology", path, stack.token(role, agency, "Who Asks"))
        assert answer.status_code == status, (role, answer.text)
        assert status == 200 or "E9" in answer.json()["rules"]


def test_pages_of_looks_are_the_whole_once(stack: Stack, child: str) -> None:
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    path, seen, cursor = f"/children/{child}/looks", [], None
    first = stack.get("chronology", path, manager, limit=200).json()["items"]
    while True:
        page = stack.get(
            "chronology", path, manager, limit=2, **({"cursor": cursor} if cursor else {})
        ).json()
        seen += [one["position"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen[-len(first) :] == [one["position"] for one in first]


def test_the_review_finds_the_relative_and_the_stranger_and_another_manager_answers_is_e4(
    stack: Stack, child: str
) -> None:
    found = command(stack, "review-access", "--from", DAY, "--ask")
    of_child = {one["rule"]: one for one in found if one["child"] == child}
    assert {"own_surname", "no_involvement"} == of_child.keys()
    assert (of_child["own_surname"]["role"], of_child["no_involvement"]["role"]) == (
        "mash_screener",
        "social_worker",
    )
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")

    def waiting() -> dict[str, Any]:
        items = stack.get("chronology", "/questions", manager, limit=200).json()["items"]
        return {one["rule"]: one for one in items if one["child"] == child}

    assert waiting().keys() == of_child.keys()
    command(stack, "review-access", "--from", DAY, "--ask")
    assert waiting().keys() == of_child.keys()  # asked once, however often it is gone through
    relative = waiting()["own_surname"]
    verdict = {"verdict": "referred", "note": "They are cousins; she did not say so."}
    refused = stack.send(
        "chronology.ReviewAccess",
        stack.token("social_worker", SOCIAL_CARE, "Noa Stranger"),
        {"re": relative["access"], "with": verdict},
    )
    assert refused.status_code == 403
    done = stack.send("chronology.ReviewAccess", manager, {"re": relative["access"], "with": verdict})
    assert done.status_code == 200, done.text
    left = stack.get("chronology", "/questions", manager, limit=200, after=done.json()["position"]).json()[
        "items"
    ]
    assert relative["access"] not in {one["access"] for one in left}


def test_a_manager_does_not_answer_for_their_own_look_is_e4(stack: Stack, child: str) -> None:
    surname = stack.surname  # type: ignore[attr-defined]
    own = stack.token("team_manager", SOCIAL_CARE, f"Ida {surname}")
    assert stack.http.post(f"{stack.urls['people']}/sign-in", headers=stack.headers(own)).status_code == 200
    opened(stack, child, own)
    command(stack, "review-access", "--from", DAY, "--ask")
    items = stack.get("chronology", "/questions", own, limit=200).json()["items"]
    [mine] = [
        one
        for one in items
        if one["child"] == child and one["role"] == "team_manager" and one["rule"] == "own_surname"
    ]
    verdict = {"verdict": "justified", "note": "It was me."}
    refused = stack.send("chronology.ReviewAccess", own, {"re": mine["access"], "with": verdict})
    assert refused.status_code == 409, refused.text
    assert refused.json()["rules"] == ["E4"]


def test_no_name_leaves_people_for_the_review(stack: Stack, child: str) -> None:
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    looks = stack.get("chronology", f"/children/{child}/looks", manager).json()["items"]
    officer = next(one["person"] for one in looks if one["role"] == "police_officer")
    pairs = [{"person": officer, "child": child}]
    answer = stack.http.post(
        f"{stack.urls['people']}/access/same-surname", headers=stack.headers(manager), json={"looks": pairs}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"items": [False]}
    clerk = stack.token("business_support", SOCIAL_CARE, "C. Lerk")
    refused = stack.http.post(
        f"{stack.urls['people']}/access/same-surname", headers=stack.headers(clerk), json={"looks": pairs}
    )
    assert refused.status_code == 403
