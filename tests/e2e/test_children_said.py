"""A child whom somebody could only say who it is, on a running stack: matched, exported, its words disclosed and proved."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Stack
from tests.e2e.test_every_teams_commands import SOCIAL_CARE, done
from tests.e2e.test_first_contact import safeguarding
from tests.outsider import make_outsider

WORRIES = "Asks other children for food."
SAID = {
    "source": "9",
    "worries": WORRIES,
    "children_said": [
        {"name": "Zo Somebody", "school": "Oak School"},
        {"name": "Quin Else", "address": "9 Yew Row"},
    ],
}
DECISION = {"share": True, "with": ["education"], "lawful_basis": "legal_obligation", "reason": "By order."}


def test_what_was_said_of_a_child_is_theirs_and_no_other_childs_in_list_export_and_disclosure(
    stack: Stack, tmp_path: Path
) -> None:
    child, folder = stack.child("Zoe Test"), tmp_path / "bundle"
    screener, manager = (
        stack.token("mash_screener", SOCIAL_CARE),
        stack.token("mash_manager", SOCIAL_CARE, "Ana"),
    )

    def send(command: str, who: str, body: dict[str, Any]) -> str:
        return done(stack.send(f"mash.{command}", who, body))

    def listed(contact: str) -> list[dict[str, Any]]:
        after = stack.heads()["mash"]
        answer = stack.get("mash", "/worklist", screener, after=after, limit=200)
        return [each for each in answer.json()["items"] if each["contact"] == contact]

    contact = send("ReceiveContact", screener, {"with": SAID})
    (row,) = listed(contact)
    assert (row["child"], row["children_said"]) == (None, 2)
    assert [each["name"] for each in row["text"]["children_said"]] == ["Zo Somebody", "Quin Else"]

    matches = {"re": contact, "with": {"matches": [{"said": 1, "person": child}]}}
    step = send("MatchChildren", screener, matches)
    rows = {row["child"]: row for row in listed(contact)}
    assert (rows[None]["children_said"], rows[child]["children_said"]) == (1, 0)
    assert [each["name"] for each in rows[child]["text"]["children_said"]] == ["Zo Somebody"]
    again = stack.send("mash.MatchChildren", screener, matches)
    assert again.status_code == 409
    assert "matched already" in again.text

    send("RecordDisclosureDecision", manager, {"re": step, "with": DECISION})
    safeguarding("export", child, "--to", folder, "--stack", stack.directory)
    opened = safeguarding("disclose", folder, "mash", step, "--stack", stack.directory).stdout
    assert "the words of 1 events of mash are open now" in opened
    outsider = make_outsider(tmp_path / "outsider")
    shown = outsider.run(
        folder / "verify.py",
        folder,
        "--words",
        "--keys",
        stack.directory / "checkpoint-keys",
        cwd=tmp_path,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert WORRIES in shown.stdout
    assert "Zo Somebody" in shown.stdout
    assert "Quin Else" not in shown.stdout
    said = safeguarding("verify", "--json", "--stack", stack.directory).stdout
    found = {one["service"]: one for one in map(json.loads, said.splitlines())}
    assert found["mash"]["findings"] == []
