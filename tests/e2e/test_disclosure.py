"""The words of one step are opened in a bundle where its team decided to share it, and are proved to an outsider."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.test_every_teams_commands import SOCIAL_CARE, done
from tests.e2e.test_first_contact import safeguarding
from tests.outsider import make_outsider

NOTES = "Drift since the winter."
DECISION = {"share": True, "with": ["education"], "lawful_basis": "legal_obligation", "reason": "By order."}


def disclose(stack: Stack, folder: Path, step: str, *more: str, code: int = 0) -> str:
    done = safeguarding("disclose", folder, "mash", step, "--stack", stack.directory, *more, code=code)
    return done.stderr if code else done.stdout


def test_one_text_is_shown_and_proved_and_no_other(stack: Stack, tmp_path: Path):
    child, folder = stack.child("Ola Test"), tmp_path / "bundle"
    manager, officer = stack.token("mash_manager", SOCIAL_CARE), stack.token("police_officer", "police")

    def send(command: str, who: str, body: dict[str, Any]) -> str:
        return done(stack.send(f"mash.{command}", who, body))

    contact = send("ReceiveContact", officer, {"about": [child], "with": CONTACT})
    noted = {"about": [child], "with": {"worker": "Mia Dunn", "notes": NOTES, "decisions": ["Weekly."]}}
    step = send("RecordSupervision", manager, noted)
    other = send(
        "RecordSupervision", manager, {**noted, "with": {**noted["with"], "notes": "Something else."}}
    )
    send("RecordDisclosureDecision", manager, {"re": contact, "with": DECISION})
    decided = send("RecordDisclosureDecision", manager, {"re": step, "with": DECISION})
    safeguarding("export", child, "--to", folder, "--stack", stack.directory)

    assert "the words of 1 events of mash are open now" in disclose(stack, folder, step)
    assert "the words of 1 events of mash are open now" in disclose(
        stack, folder, step
    )  # once, however often
    assert len((folder / "opened.jsonl").read_text().splitlines()) == 1
    outsider = make_outsider(tmp_path / "outsider")
    for bundle in (folder, folder.with_name("bundle.zip")):
        shown = outsider.run(
            folder / "verify.py",
            bundle,
            "--words",
            "--keys",
            stack.directory / "checkpoint-keys",
            cwd=tmp_path,
        )
        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert NOTES in shown.stdout
        assert "The words of 1 events are opened, and are those that were signed." in shown.stdout
        assert "Something else." not in shown.stdout

    assert "[E5] No decision of this team to share this step whole" in disclose(stack, folder, other, code=1)
    assert "[E5]" in disclose(stack, folder, str(uuid4()), code=1)
    assert "who told the council" in disclose(stack, folder, contact, code=1)
    for role in ("auditor", "designated_safeguarding_lead", "operator"):
        assert "mash opened nothing: 403" in disclose(stack, folder, step, "--as", role, code=1)
    assert "is no bundle" in disclose(stack, tmp_path, step, code=1)

    send("CorrectRecord", manager, {"re": decided, "with": {"reason": "Not ordered.", "withdrawn": True}})
    assert "[E5]" in disclose(stack, folder, step, code=1)
