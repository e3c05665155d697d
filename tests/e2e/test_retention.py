"""How long records are kept, over a stack: what is due on a day, what a hold keeps, who was merged, and nothing that changes."""

import json
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.test_every_teams_commands import SOCIAL_CARE, done
from tests.e2e.test_first_contact import safeguarding

LONG_AFTER = "2041-02-12"
"""Children of the stack are born on 11 February 2017: a child of whom 25 years count is kept until 2042."""


def reckoned(stack: Stack, on: str = LONG_AFTER) -> dict[str, dict[str, Any]]:
    out = safeguarding("retention", "--dry-run", "--on", on, "--json", "--stack", stack.directory).stdout
    return {one["person"]: one for one in map(json.loads, out.splitlines())}


@pytest.fixture(scope="module")
def children(stack: Stack) -> dict[str, str]:
    found = {name: stack.child() for name in ("due", "held", "in_need", "kept_as", "other_id")}
    officer = stack.token("police_officer", "police", "PC Hale")
    for child in found.values():
        done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    accept = {"outcome": "referral_accepted", "level": 4, "rationale": "Alone.", "primary_need": "N1"}
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [found["in_need"]], "with": CONTACT}))
    done(stack.send("mash.DecideContact", manager, {"re": contact, "with": accept}))
    hold = {"kind": "legal_proceedings", "reason": "The court asked."}
    done(stack.send("people.PlaceHold", manager, {"about": [found["held"]], "with": hold}))
    both = [found["kept_as"], found["other_id"]]
    merge = {"keep": both[0], "reasons": ["same_birth_date"]}
    done(stack.send("people.MergePeople", manager, {"about": both, "with": merge}))
    stack.heads()
    return found


def test_what_is_due_is_said_with_its_kinds_and_why(stack: Stack, children: dict[str, str]) -> None:
    found = reckoned(stack)
    due, in_need = found[children["due"]], found[children["in_need"]]
    assert (due["state"], due["kinds"], due["until"]) == ("due", ["other"], "2032-12-21")
    assert (in_need["state"], in_need["until"]) == ("kept", "2042-02-11")
    assert in_need["kinds"] == ["child_in_need", "other"]
    assert due["because"]
    assert due["edition"].startswith("retention ")
    assert reckoned(stack, "2026-12-22")[children["due"]]["state"] == "kept"


def test_a_hold_keeps_it_until_it_is_lifted(stack: Stack, children: dict[str, str]) -> None:
    held = reckoned(stack)[children["held"]]
    assert (held["state"], held["because"]) == ("held", "a hold stands: legal_proceedings")
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    lift = {"about": [children["held"]], "with": {"reason": "It has ended."}}
    done(stack.send("people.LiftHold", manager, lift))
    stack.heads()
    assert reckoned(stack)[children["held"]]["state"] == "due"


def test_who_was_merged_stands_there_once(stack: Stack, children: dict[str, str]) -> None:
    found = reckoned(stack)
    assert children["kept_as"] in found
    assert children["other_id"] not in found


def test_nothing_is_changed_and_without_dry_run_nothing_is_said(
    stack: Stack, children: dict[str, str]
) -> None:
    before = stack.heads()
    reckoned(stack)
    assert stack.heads() == before
    refused = safeguarding("retention", "--stack", stack.directory, code=2).stderr
    assert "people.ProposeErasure" in refused


def test_what_is_held_of_whom_is_told_to_who_may_propose_to_erase_and_to_auditors(stack: Stack) -> None:
    for role, agency, status in (
        ("team_manager", SOCIAL_CARE, 200),
        ("auditor", SOCIAL_CARE, 200),
        ("conference_chair", SOCIAL_CARE, 403),
        ("social_worker", SOCIAL_CARE, 403),
        ("police_officer", "police", 403),
        ("lado", "lado", 403),
    ):
        who = stack.token(role, agency, "Who Asks")
        assert stack.get("mash", "/retention/facts", who).status_code == status, role
    assert (
        stack.get("people", "/retention/people", stack.token("social_worker", SOCIAL_CARE)).status_code == 403
    )
    assert stack.get("lado", "/retention/facts", stack.token("team_manager", SOCIAL_CARE)).status_code == 403
    assert stack.get("lado", "/retention/facts", stack.token("lado", "lado")).status_code == 200
