"""The copy that a person asks for, over a stack: drafted out of every team, reviewed line by line, released as a disclosure (E5, E8)."""

import json
import stat
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, Stack
from tests.e2e.test_every_teams_commands import SOCIAL_CARE, done
from tests.e2e.test_first_contact import safeguarding
from tests.e2e.test_missing import sent

SISTER = f"Quenby{uuid.uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
FILE_OF_ONE = 0o600


@pytest.fixture(scope="module")
def asked(stack: Stack) -> tuple[str, str]:
    """A child with a sister who is spoken of, a restricted contact and a withheld one; and her request for a copy."""
    child, sister = stack.child("Una Test"), stack.child(f"{SISTER} Test")
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    officer = stack.token("police_officer", "police", "PC Hale")
    done(
        stack.send(
            "people.RelatePeople", manager, {"about": [child], "with": {"person": sister, "is": "sister"}}
        )
    )

    def contact(worries: str, by: str = officer) -> str:
        said = {**CONTACT, "worries": worries}
        return done(stack.send("mash.ReceiveContact", by, {"about": [child], "with": said}))

    contact(f"Out late with {SISTER} again.")
    closed = contact("Her teacher frightens her.")
    withheld = contact("Her address is known to him.", manager)
    done(
        stack.send(
            "mash.RestrictContact",
            manager,
            {"re": closed, "with": {"named": ["Ola Named"], "reason": "A teacher is named."}},
        )
    )
    stack.heads()
    harm = {
        "from": ["health"],
        "show": "nothing",
        "lawful_basis": "vital_interests",
        "reason": "It would do more harm.",
    }
    recorded = ("mash_manager", SOCIAL_CARE, "Ana Lim")
    sent(stack, recorded, "chronology.WithholdEntry", {"about": [child], "re": withheld, "with": harm})
    stack.heads()
    request = {"asked_by": "the_person", "asked_by_name": "Una Test", "identity_checked": True}
    return child, done(
        stack.send("people.RequestSubjectAccess", manager, {"about": [child], "with": request})
    )


def told(stack: Stack, *words: object, code: int = 0) -> str:
    run = safeguarding("subject-access", *words, "--stack", stack.directory, code=code)
    return run.stdout + run.stderr


def test_a_copy_is_drafted_reviewed_and_released_and_nothing_goes_out_before_is_e5_and_e8(
    stack: Stack, asked: tuple[str, str], tmp_path: Path
) -> None:
    child, request = asked
    path, copy = tmp_path / "draft.json", tmp_path / "copy.txt"
    said = told(stack, "draft", child, "--to", path)
    assert "lado: withheld whatever it may hold." in said
    assert stat.S_IMODE(path.stat().st_mode) == FILE_OF_ONE
    draft: dict[str, Any] = json.loads(path.read_text())
    lines = [line for fact in draft["facts"] for line in fact["lines"]]
    of = {line["text"]: (line["proposed"], line["proposed_why"]) for line in lines}
    assert of[f"Out late with {SISTER} again."] == ("redact", "other_person")
    assert of["Her teacher frightens her."] == ("leave_out", "restricted")
    assert of["Her address is known to him."] == ("leave_out", "withheld")
    every = {(line["text"], line["proposed"], line["proposed_why"]) for line in lines}
    assert ("hale@police.example", "redact", "who_told") in every
    assert (CONTACT["strengths"], "show", None) in every
    assert {fact["service"] for fact in draft["facts"]} >= {"people", "mash"}
    assert "is there already" in told(stack, "draft", child, "--to", path, code=1)

    # Nobody has decided on anything: nothing goes out.
    release = ("--request", request, "--person", child, "--copy", copy)
    assert "decide it" in told(stack, "review", path, "--request", request, code=1)
    assert "decide it" in told(stack, "release", path, *release, code=1)
    for line in lines:
        line["decided"], line["why"] = line["proposed"], line["proposed_why"]
    path.write_text(json.dumps(draft))
    assert "E5" in told(stack, "release", path, *release, code=1)
    assert not copy.exists()

    # Reviewed, it is released; what was changed after the review is not.
    assert "Reviewed: " in told(stack, "review", path, "--request", request)
    shown = next(line for line in lines if line["decided"] == "leave_out")
    shown["decided"] = "show"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(draft))
    assert "E5" in told(stack, "release", changed, *release, code=1)
    assert not copy.exists()
    told(stack, "release", path, *release)
    assert stat.S_IMODE(copy.stat().st_mode) == FILE_OF_ONE
    text = copy.read_text()
    assert "Out late with [removed] again." in text
    for kept in (SISTER, "teacher", "address is known", "hale@police.example", "lado"):
        assert kept not in text, kept

    # It stands in the list no longer, and in the log as a disclosure.
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    after = stack.heads()["people"]
    waiting = stack.get("people", "/subject-access-requests", manager, after=after, limit=200).json()["items"]
    assert request not in {one["request"] for one in waiting}


def test_every_team_records_that_it_was_asked_and_shows_it_to_few(
    stack: Stack, asked: tuple[str, str]
) -> None:
    child, _ = asked
    path = f"/subject-access/{child}"
    for role, agency, status in (
        ("team_manager", SOCIAL_CARE, 200),
        ("auditor", SOCIAL_CARE, 200),
        ("social_worker", SOCIAL_CARE, 403),
        ("conference_chair", SOCIAL_CARE, 403),
        ("police_officer", "police", 403),
    ):
        who = stack.token(role, agency, "Who Asks")
        assert stack.get("mash", path, who).status_code == status, role
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    assert stack.get("lado", path, manager).status_code == 403
    looks = stack.get("mash", f"/children/{child}/looks", manager, limit=200).json()["items"]
    assert {
        (one["role"], one["outcome"]) for one in looks if one["action"] == "read:subject_access:mash"
    } >= {
        ("team_manager", "shown"),
        ("social_worker", "refused"),
    }


def test_of_whom_something_is_wanted_still_the_list_says_until_when(stack: Stack) -> None:
    child = stack.child()
    manager = stack.token("team_manager", SOCIAL_CARE, "Kay Reed")
    request = {
        "asked_by": "parent",
        "asked_by_name": "Ann Test",
        "identity_checked": True,
        "received": "2026-12-01",
    }
    made = done(stack.send("people.RequestSubjectAccess", manager, {"about": [child], "with": request}))
    after = stack.heads()["people"]
    items = stack.get("people", "/subject-access-requests", manager, after=after, limit=200).json()["items"]
    [row] = [one for one in items if one["request"] == made]
    assert (row["respond_by"], row["reviewed"], row["text"]["asked_by_name"]) == (
        "2027-01-01",
        False,
        "Ann Test",
    )
