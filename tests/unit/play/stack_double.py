"""Two services that speak the HTTP contract in memory: enough to see in which order a play does what."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import httpx

from deploy.play.calling import Services

REFUSE = "mash.Refuse"


class NoTokens:
    def token(self, name, role, agency, organisation=None, team=None):
        return f"{role}@{agency}"


@dataclass
class Double:
    """`mash` takes commands; each starts a clock of a day. `chronology` takes in what mash did, a look later."""

    done: dict[str, dict] = field(default_factory=dict)
    bodies: dict[str, dict] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    now: dict[str, datetime | None] = field(default_factory=lambda: {"mash": None, "chronology": None})
    due: list[datetime] = field(default_factory=list)
    head: int = 0
    taken: int = 0
    parked: int = 0
    grows_on_refusal: bool = False
    fails: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None
    slow: bool = False

    def services(self, patience: float = 2.0) -> Services:
        return Services(
            {"mash": "http://mash", "chronology": "http://chronology"},
            NoTokens(),
            patience=patience,
            transport=httpx.MockTransport(self.handle),
        )

    def handle(self, request: httpx.Request) -> httpx.Response:
        failure = self.fails(request)
        if failure is not None:
            return failure
        service, path = request.url.host, request.url.path
        role = request.headers["Authorization"].removeprefix("Bearer ").partition("@")[0]
        body = json.loads(request.content) if request.content else {}
        if path.startswith("/commands/"):
            return self._command(path.removeprefix("/commands/"), request.headers["Idempotency-Key"], body)
        if path == "/sign-in":
            assert self.head == self.taken, "somebody signed in before everything was taken in"
            self.signed_in.append(role)
            return httpx.Response(200, json={})
        assert role == "operator"
        match path:
            case "/progress":
                return httpx.Response(200, json=self._progress(service))
            case "/operator/clock":
                now = datetime.fromisoformat(body["now"])
                assert self.now[service] is None or now >= self.now[service], "a clock went back"
                self.now[service] = now
                return httpx.Response(204)
            case "/operator/timers":
                return httpx.Response(200, json={"fired": self._fire(service)})
            case "/operator/parked":
                row = {"source": "mash", "key": "k1", "error": "boom"}
                return httpx.Response(
                    200, json={"items": [row] * self.parked if service == "chronology" else []}
                )
        return httpx.Response(404, json={"title": "Not found"})

    def _command(self, do: str, key: str, body: dict) -> httpx.Response:
        if key in self.done:
            assert body == self.bodies[key], "another body under the same key"
            return httpx.Response(200, json={**self.done[key], "again": True})
        assert self.head == self.taken, "a step was played before everything was taken in"
        self.story.append(f"{do} at {self.now['mash']:%d %H:%M}")
        if do == REFUSE:
            self.head += self.grows_on_refusal
            return httpx.Response(
                409, json={"title": "Refused", "detail": "not twice", "rules": ["M5", "E9"]}
            )
        self.head += 1
        self.due.append(self.now["mash"] + timedelta(days=1))
        self.bodies[key] = body
        self.done[key] = {
            "id": str(uuid5(NAMESPACE_URL, key)),
            "position": self.head,
            "events": [do],
            "late": do == "mash.Late",
            "again": False,
        }
        return httpx.Response(200, json=self.done[key])

    def _fire(self, service: str) -> int:
        ripe = [due for due in self.due if service == "mash" and due <= self.now["mash"]]
        self.due = [due for due in self.due if due not in ripe]
        self.head += len(ripe)
        self.story += [f"fired due {due:%d %H:%M} at {self.now['mash']:%d %H:%M}" for due in ripe]
        return len(ripe)

    def _progress(self, service: str) -> dict:
        now = self.now[service]
        said = {"service": service, "now": now and now.isoformat(), "view_errors": {}}
        if service == "mash":
            due = min(self.due, default=None)
            return said | {
                "head": self.head,
                "relayed": self.head,
                "acknowledged": {"mash/0": self.head - 1} if self.head else {},
                "next_due": due and due.isoformat(),
            }
        taken = self.taken
        if not self.slow:
            self.taken = self.head  # seen at the next look
        return said | {
            "head": taken,
            "relayed": taken,
            "consumed": {"mash/0": taken},
            "views": {"entries": taken},
            "parked": self.parked,
        }
