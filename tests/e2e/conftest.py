"""One running stack for the tests of a session, on a simulated clock, and somebody to speak to it."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.access.development_issuer import DevelopmentIssuer

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-12-21T14:30:00Z"
PATIENCE = 90


class Stack:
    """The services of a running stack, over HTTP."""

    def __init__(self, directory: Path, urls: dict[str, str]) -> None:
        self.directory = directory
        self.urls = urls
        self.issuer = DevelopmentIssuer(directory / "issuer")
        self.http = httpx.Client(timeout=30)

    def token(self, role: str, agency: str, name: str = "A. Person", **claims: Any) -> str:
        return self.issuer.token(name, role, agency, **claims)

    def headers(self, who: str | None, key: str | None = None) -> dict[str, str]:
        headers = {} if who is None else {"Authorization": f"Bearer {who}"}
        return headers | ({} if key is None else {"Idempotency-Key": key})

    def send(
        self,
        command: str,
        who: str | None,
        body: Any = None,
        *,
        key: str | None = None,
        raw: bytes | None = None,
        trace: str | None = None,
    ) -> httpx.Response:
        service = command.partition(".")[0]
        content = raw if raw is not None else json.dumps(body if body is not None else {}).encode()
        headers = self.headers(who, key) | ({} if trace is None else {"traceparent": trace})
        return self.http.post(f"{self.urls[service]}/commands/{command}", content=content, headers=headers)

    def get(self, service: str, path: str, who: str | None, **query: Any) -> httpx.Response:
        return self.http.get(f"{self.urls[service]}{path}", headers=self.headers(who), params=query)

    def operator(self) -> str:
        return self.token("operator", "childrens_social_care")

    def heads(self) -> dict[str, int]:
        """The logs' heads, once they stand still."""
        seen: list[dict[str, int]] = []
        until = time.monotonic() + 20
        while time.monotonic() < until:
            seen.append(
                {
                    name: self.get(name, "/progress", self.operator()).json()["head"]
                    for name in sorted(self.urls)
                }
            )
            if len(seen) > 3 and seen[-1] == seen[-4]:
                return seen[-1]
            time.sleep(0.03)
        raise AssertionError("the logs do not come to rest")

    def bootstrap(self) -> str:
        """Where the broker is."""
        return str(json.loads((self.directory / "stack.json").read_text())["broker"])

    def child(self, name: str = "") -> str:
        """A child whom every team knows by now; of no name that another has, unless one is given."""
        name = name or f"Kit Test {uuid.uuid4().hex.translate(_LETTERS)[:9]}"
        clerk = self.token("business_support", "childrens_social_care")
        answer = self.send(
            "people.RegisterPerson",
            clerk,
            {"with": {"kind": "child", "name": name, "born": "2017-02-11"}},
        )
        assert answer.status_code == 200, answer.text
        child = str(answer.json()["id"])
        until = time.monotonic() + 20
        while time.monotonic() < until:
            probe = self.send(
                "mash.VaryDeadline",
                self.token("mash_manager", "childrens_social_care"),
                {
                    "about": [child],
                    "re": str(uuid.uuid4()),
                    "with": {"rule": "M1", "due": NOW, "reason": "probe"},
                },
            )
            assert probe.status_code == 404
            if self.known("mash", child) and self.known("assessment", child):
                return child
            time.sleep(0.05)
        raise AssertionError("the teams did not learn of the child")

    def known(self, service: str, child: str) -> bool:
        """Whether a team would take a command about this child: asked with one that its rules refuse."""
        if service == "assessment":
            who = self.token("team_manager", "childrens_social_care")
            answer = self.send(
                "assessment.AllocateWorker", who, {"about": [child], "with": {"worker": "Mia Dunn"}}
            )
            return answer.status_code == 409
        who = self.token("police_officer", "police")
        answer = self.send(
            "mash.ReceiveContact",
            who,
            {"about": [child], "happened": "2030-01-01T00:00:00Z", "with": CONTACT},
        )
        return answer.status_code == 409


THERAPY_HUB = """
  therapy_hub:
    name: Therapy hub
    agency: health
    source: The council's own
    accept: 3 working days
    first_seen: 2 weeks
    visit: 4 weeks
    steps:
      sleep_plan: {name: Sleep plan, within: 30 days}
"""
"""A receiving team that the stack's council adds: a row, and no code."""

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Makes a word of letters alone of an id."""

CONTACT = {
    "source": "6",
    "referrer": {"name": "PC Hale", "agency": "police", "contact": "hale@police.example"},
    "worries": "Alone at home after dark.",
    "strengths": "Close to her aunt.",
    "family_aware": True,
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("e2e") / "stack"
    policy = directory.with_name("policy")
    policy.mkdir()
    rows = (ROOT / "services/teams/data/receiving_teams.yaml").read_text(encoding="utf-8")
    (policy / "receiving_teams.yaml").write_text(rows + THERAPY_HUB, encoding="utf-8")
    log = directory.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("safeguarding")),
                "up",
                "--simulated",
                "--stack",
                str(directory),
            ],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "COLUMNS": "180",
                "SAFEGUARDING_TRACES": "1",
                "SAFEGUARDING_POLICY": str(policy),
            },
        )
    try:
        until = time.monotonic() + PATIENCE
        file = directory / "stack.json"
        while not file.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        running = Stack(directory, json.loads(file.read_text())["urls"])
        for url in running.urls.values():
            moved = running.http.post(
                f"{url}/operator/clock", json={"now": NOW}, headers=running.headers(running.operator())
            )
            assert moved.status_code == 200, moved.text
        yield running
        running.http.close()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0 or process.returncode == 130, log.read_text()
