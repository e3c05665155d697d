"""The commands of every team on a running stack, over HTTP, and in a case file played from end to end."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.conftest import CONTACT, ROOT, Stack

CASE = ROOT / "cases" / "colleagues-disagree.yaml"
SOCIAL_CARE = "childrens_social_care"


def done(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_a_case_of_all_of_them_plays_as_it_says(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("safeguarding")), "play", str(CASE), "--check"]
    played = subprocess.run(
        [*command, "--stack", str(tmp_path / "stack")],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "colleagues-disagree: everything is as the file says." in played.stdout


def test_an_escalation_is_answered_by_the_agency_addressed_alone(stack: Stack) -> None:
    child = stack.child("Esi Test")
    officer = stack.token("police_officer", "police", "PC Hale")
    worker = stack.token("social_worker", SOCIAL_CARE, "Mia Dunn")
    contact = done(stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT}))
    asked = {"with": "Ana Lim", "their_agency": SOCIAL_CARE, "what": "It waits.", "wanted": "Decide it."}
    escalation = done(stack.send("mash.RaiseEscalation", officer, {"re": contact, "with": asked}))
    body = {"re": escalation, "with": {"answer": "Today.", "agreed": True}}
    refusal = stack.send("mash.AnswerEscalation", officer, body)
    assert (refusal.status_code, refusal.json()["rules"]) == (403, ["E9"])
    answered = stack.send("mash.AnswerEscalation", worker, body)
    done(answered)
    assert answered.json()["events"] == ["team.EscalationAnswered"]
    settled = {"resolution": "Decided.", "stage": "practitioner", "agreed": True}
    done(stack.send("mash.ResolveEscalation", officer, {"re": escalation, "with": settled}))
    too_late = stack.send("mash.AnswerEscalation", worker, body)
    assert (too_late.status_code, too_late.json()["rules"]) == (409, [])
    assert "resolved already" in too_late.text


def test_what_is_missing_or_wrong_is_named(stack: Stack) -> None:
    child = stack.child("Eva Test")
    manager = stack.token("team_manager", SOCIAL_CARE, "Moira Hill")
    audit = {"what": "threshold_decision", "findings": "Sound."}
    for command, body, status, words in (
        (
            "RecordAudit",
            {"about": [child], "with": {"what": "weather", "findings": "Wet."}},
            422,
            "with.what",
        ),
        ("RecordAudit", {"re": child, "with": audit}, 404, "nothing about a child was recorded"),
        ("RecordAudit", {"with": audit}, 404, "say which children this is about"),
        ("RecordSupervision", {"about": [child], "with": {"notes": "Drift."}}, 422, "with.worker"),
        ("RecordCopyGiven", {"about": [child], "with": {"document": "plan", "to": []}}, 409, "E8"),
        (
            "RecordDisclosureDecision",
            {"about": [child], "with": {"share": True, "lawful_basis": "consent", "reason": ""}},
            422,
            "with.with",
        ),
    ):
        answer = stack.send(f"assessment.{command}", manager, body)
        assert answer.status_code == status, answer.text
        assert words in answer.text
    done(stack.send("assessment.RecordAudit", manager, {"about": [child], "with": audit}))
    stranger = stack.token("social_worker", SOCIAL_CARE, "Mia Dunn")
    refusal = stack.send("assessment.RecordAudit", stranger, {"about": [child], "with": audit})
    assert (refusal.status_code, "E9" in refusal.json()["rules"]) == (403, True)
