"""The operator's and the auditor's commands on services that are known by address and token alone."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.conftest import Stack
from tests.e2e.test_first_contact import safeguarding
from tests.outsider import make_outsider

Given = Callable[[str], dict[str, str]]


@pytest.fixture
def at(stack: Stack, tmp_path: Path) -> Given:
    """The environment of somebody who has the addresses and a token of a role, and not the stack's directory."""

    def given(role: str) -> dict[str, str]:
        file = tmp_path / f"{role}.token"
        file.write_text(stack.token(role, "childrens_social_care"))
        file.chmod(0o600)
        named = " ".join(f"{name}={url}" for name, url in stack.urls.items())
        return {"SAFEGUARDING_AT": named, "SAFEGUARDING_TOKEN_FILE": str(file)}

    return given


def test_the_operator_looks_after_an_installation(stack: Stack, at: Given):
    child, operator = stack.child(), at("operator")
    assert safeguarding("parked", "list", **operator).stdout == "Nothing is parked.\n"
    lines = safeguarding(
        "events", "tail", "--no-follow", "--service", "people", **operator
    ).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert {one["service"] for one in found} == {"people"}
    assert "people.PersonRegistered" in {one["event"] for one in found}
    # Of logs that have not come so far nothing is printed, and nothing is refused.
    assert safeguarding("events", "tail", "--no-follow", "--after", 10**6, **operator).stdout == ""
    assert safeguarding("views", "rebuild", "mash", "tasks", **operator).stdout
    assert safeguarding("relay", "resend", "people", "--key", child, **operator).stdout
    told = safeguarding("parked", "retry", "mash", "people", uuid4(), code=1, **operator).stderr
    assert told.startswith("mash refused /operator/parked/retry: ")


def test_the_auditor_exports_from_an_installation(stack: Stack, at: Given, tmp_path: Path):
    child = stack.child()
    said = safeguarding("export", child, "--to", tmp_path / "bundle", **at("auditor")).stdout
    assert "people 1" in said
    outsider = make_outsider(tmp_path / "outsider")
    keys = stack.directory / "checkpoint-keys"
    done = outsider.run("verify.py", "--keys", keys, cwd=tmp_path / "bundle")
    assert done.returncode == 0, done.stdout


def test_by_options_too(stack: Stack, at: Given):
    token = at("operator")["SAFEGUARDING_TOKEN_FILE"]
    named = [part for name, url in stack.urls.items() for part in ("--at", f"{name}={url}")]
    assert "Nothing is parked." in safeguarding("parked", "list", *named, "--token-file", token).stdout
    there = {"SAFEGUARDING_TOKEN": Path(token).read_text()}
    assert "Nothing is parked." in safeguarding("parked", "list", *named, **there).stdout


def test_what_goes_wrong_says_what_to_do(stack: Stack, at: Given, tmp_path: Path):
    operator, auditor = at("operator"), at("auditor")
    told = safeguarding("export", uuid4(), "--to", tmp_path / "none", code=1, **operator).stderr
    assert "gave no export: 403" in told
    assert "Those who may: auditor" in told
    assert not (tmp_path / "none").exists()
    assert "403" in safeguarding("parked", "list", code=1, **auditor).stderr

    stale = Path(operator["SAFEGUARDING_TOKEN_FILE"])
    stale.write_text(stale.read_text()[:-9] + "AAAAAAAAA")
    told = safeguarding("parked", "list", code=1, **operator).stderr
    assert "did not accept the token" in told
    assert f"get a fresh token from your sign-in and put it into {stale}" in told
    assert "AAAAAAAAA" not in told

    away = {**auditor, "SAFEGUARDING_AT": "mash=http://127.0.0.1:9"}
    assert "mash did not answer for" in safeguarding("parked", "list", code=1, **away).stderr
    absent = safeguarding("views", "rebuild", "nobody", "tasks", code=1, **auditor).stderr
    assert "there is no service nobody here; there are" in absent
    lost = {**auditor, "SAFEGUARDING_TOKEN_FILE": ""}
    assert "--token-file" in safeguarding("parked", "list", code=1, **lost).stderr
    both = safeguarding("parked", "list", "--stack", tmp_path, code=1, **auditor).stderr
    assert "name two places" in both
