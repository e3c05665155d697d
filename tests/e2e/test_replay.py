"""The auditor's replay on running services: what every agency was shown as cases played is what replay shows of that moment.

Two cases are played at speed, one of them with a record that turns out to be another child's, and before each step the page
of every agency is kept. So are what differs between two moments, and whether what is shown live is what the log gives.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.play.calling import AUDITOR, OPERATOR, Services
from deploy.play.case_types import By, Case
from deploy.play.cases import load_case
from deploy.play.files import known_commands
from deploy.play.play import Play, agenda
from deploy.play.stacks import RunningStack, own_stack
from tests.e2e.conftest import CONTACT, ROOT, Stack
from tests.e2e.test_first_contact import safeguarding
from tests.e2e.test_proof import as_superuser
from tests.e2e.test_sharing import until

CASES = ("saturday-night", "alone-at-night")
REPLAYED = 100
SEED = random.SystemRandom().randrange(10**9)


@dataclass(frozen=True)
class Kept:
    """A page as somebody was shown it, and at which position of the chronology's log."""

    child: str
    who: By
    position: int
    items: list[dict[str, Any]]


@dataclass
class Keeping:
    """Keeps the page of each agency, before each step of a case, of each of its children."""

    running: RunningStack
    http: httpx.Client
    readers: list[By]
    children: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def get(self, path: str, by: By, **query: Any) -> httpx.Response:
        token = self.running.tokens.token(by.name, by.role, by.agency, by.organisation)
        return self.http.get(path, headers={"Authorization": f"Bearer {token}"}, params=query)

    def keep(self) -> None:
        position = self.get("/progress", OPERATOR).json()["head"]
        for child in self.children:
            for who in self.readers:
                path = f"/children/{child}/chronology"
                answer = self.get(path, who, limit=200, after=position)
                if answer.status_code == httpx.codes.OK:
                    assert answer.json()["next"] is None
                    self.kept.append(Kept(child, who, position, answer.json()["items"]))


def readers(case: Case) -> list[By]:
    """Everybody who acts in a case, once for each agency, organisation and role."""
    found = {
        (job.by.agency, job.by.organisation, job.by.role): job.by
        for job in agenda(case)
        if hasattr(job, "by")
    }
    return list(found.values())


async def play_and_keep(running: RunningStack) -> list[Kept]:
    kept: list[Kept] = []
    for name in CASES:
        case = load_case(ROOT / "cases" / f"{name}.yaml", known_commands())
        with httpx.Client(base_url=running.urls["chronology"], timeout=30) as http:
            kept += await played_and_kept(running, case, http)
    return kept


async def played_and_kept(running: RunningStack, case: Case, http: httpx.Client) -> list[Kept]:
    async with Services(running.urls, running.tokens) as services:
        keeping = Keeping(running, http, readers(case))
        play = Play(case, services, running.directory)
        send = services.send

        async def sending(do: str, by: By, key: str, body: Any, *, send=send, keeping=keeping) -> Any:
            # Before a step is sent, all that earlier ones caused has been taken in.
            keeping.keep()
            answer = await send(do, by, key, body)
            if do == "people.RegisterPerson" and body["with"]["kind"] == "child":
                keeping.children.append(str(answer.id))
            return answer

        services.send = sending  # type: ignore[method-assign]
        played = await play.run()
        assert not played.differences
        keeping.keep()
    return keeping.kept


async def test_what_each_agency_was_shown_is_what_replay_shows_of_that_moment(tmp_path: Path) -> None:
    """Words included: their keys live."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    quiet = lambda _said: None  # noqa: E731
    async with own_stack(tmp_path / "stack", simulated_clock=True, broker="embedded", say=quiet) as running:
        kept = await play_and_keep(running)
        assert len(kept) > REPLAYED
        assert len({one.who.agency for one in kept}) > 2
        assert any(item["text"] for one in kept for item in one.items)
        async with Services(running.urls, running.tokens) as services:
            for one in chance.sample(kept, REPLAYED):
                lens = {"agency": one.who.agency, "organisation": one.who.organisation, "role": one.who.role}
                body = {"as_known": str(one.position), "lens": lens, "limit": 200}
                path = f"/audit/children/{one.child}/replay"
                answer = await services.ask("chronology", "POST", path, by=AUDITOR, body=body)
                assert answer.status_code == httpx.codes.OK, answer.text
                assert answer.json()["items"] == one.items, (SEED, one.who, one.position)


AUDIT = ("auditor", "childrens_social_care")
MANAGER = ("mash_manager", "childrens_social_care")
ELM = {"agency": "education", "organisation": "Elm School"}


def post(stack: Stack, child: str, what: str, body: Any, who: str) -> httpx.Response:
    url = f"{stack.urls['chronology']}/audit/children/{child}/{what}"
    return stack.http.post(url, json=body, headers=stack.headers(who))


@dataclass(frozen=True)
class Story:
    """A contact that was shared with a school, and withheld from it again: positions of the chronology's log."""

    child: str
    received: int
    shared: int
    withheld: int


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    child = stack.child()
    manager = stack.token(*MANAGER, "Ana Lim")
    answer = stack.send(
        "mash.ReceiveContact", stack.token("mash_screener", *MANAGER[1:]), {"about": [child], "with": CONTACT}
    )
    step = answer.json()["id"]
    until(stack, child, manager, "whole")
    positions = [stack.heads()["chronology"]]
    why = {"lawful_basis": "public_task", "reason": "They look after her in the day."}
    for command, named in (("ShareEntry", "with"), ("WithholdEntry", "from")):
        said = {**why, named: ["education"], "organisation": "Elm School"}
        done = stack.send(f"chronology.{command}", manager, {"about": [child], "re": step, "with": said})
        assert done.status_code == httpx.codes.OK, done.text
        positions.append(stack.heads()["chronology"])
    return Story(child, *positions)


def test_through_a_schools_eyes_there_is_only_what_it_was_shown_then(stack: Stack, story: Story) -> None:
    auditor = stack.token(*AUDIT)
    depths = []
    for position in (story.received, story.shared, story.withheld):
        body = {"as_known": str(position), "lens": ELM}
        found = post(stack, story.child, "replay", body, auditor).json()
        assert found["position"] == position
        depths.append([(item["depth"], item["text"] is not None) for item in found["items"]])
    assert depths == [[], [("whole", True)], [("withheld", False)]]


def test_a_difference_names_the_event_the_role_and_the_reason(stack: Stack, story: Story) -> None:
    auditor = stack.token(*AUDIT)
    body = {"earlier": str(story.shared), "later": str(story.withheld), "lens": ELM}
    found = post(stack, story.child, "differences", body, auditor)
    [change] = found.json()["items"]
    assert change["change"] == "changed"
    depth = next(one for one in change["fields"] if one["field"] == "depth")
    assert (depth["was"], depth["is"]) == ("whole", "withheld")
    [because] = change["because"]
    assert because["event"] == "chronology.EntryWithheld"
    assert (because["role"], because["agency"]) == MANAGER
    assert because["reason"] == "They look after her in the day."
    body = {"earlier": "0", "later": str(story.received)}
    [added] = post(stack, story.child, "differences", body, auditor).json()["items"]
    assert (added["change"], added["because"][0]["role"]) == ("added", "mash_screener")
    assert added["shown"]["text"]


def test_the_look_says_through_whose_eyes_and_as_known_when(stack: Stack, story: Story) -> None:
    auditor = stack.token(*AUDIT)
    post(stack, story.child, "replay", {"as_known": str(story.shared), "lens": ELM}, auditor)
    looks = stack.get("chronology", f"/children/{story.child}/looks", auditor).json()["items"]
    look = next(one for one in looks if one["action"] == "read:audit:chronology")
    assert (look["as_known"], look["lens"][0], look["shown"]) == (story.shared, "education", 1)
    assert "Elm School" not in json.dumps(look)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"as_known": "2026-03-29T01:30"}, "as_known"),
        ({"as_known": "999999999"}, "as_known"),
        ({"as_known": "2099-01-01"}, "as_known"),
        ({"as_at": "12"}, "as_at"),
        ({"knew": "2026-01-01"}, "knew"),
        ({"lens": {"agency": "the press"}}, "lens"),
        ({"lens": {"agency": "police", "organisation": "Met"}}, "lens"),
        ({"lens": {"agency": "police", "role": "king"}}, "lens"),
    ],
)
def test_an_unclear_moment_or_lens_is_refused_by_name(
    stack: Stack, story: Story, body: Any, field: str
) -> None:
    answer = post(stack, story.child, "replay", body, stack.token(*AUDIT))
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_only_an_auditor_replays(stack: Stack, story: Story) -> None:
    for who in (stack.token(*MANAGER), stack.token("police_officer", "police"), stack.operator()):
        for what, body in (("replay", {}), ("differences", {"earlier": "0"}), ("compared", {})):
            answer = post(stack, story.child, what, body, who)
            assert answer.status_code == httpx.codes.FORBIDDEN, (what, answer.text)
            assert answer.json()["rules"]


def test_social_care_sees_its_own_past_and_what_another_sees_and_no_other_agency_does(
    stack: Stack, story: Story
) -> None:
    path, manager = f"/children/{story.child}/chronology", stack.token(*MANAGER)
    before = stack.get("chronology", path, manager, as_known="0")
    assert before.json()["items"] == []
    now = stack.get("chronology", path, manager, as_known=str(story.received)).json()
    assert [item["depth"] for item in now["items"]] == ["whole"]
    organisation = post(stack, story.child, "replay", {"lens": ELM}, stack.token(*AUDIT))
    assert organisation.json()["items"][0]["depth"] == "withheld"
    assert stack.get("chronology", path, manager, seen_as="housing").json()["items"] == []
    for query in ({"as_known": "2026-12-01"}, {"seen_as": "childrens_social_care"}):
        officer = stack.token("police_officer", "police", organisation="Met")
        assert stack.get("chronology", path, officer, **query).status_code in (403, 404)
    assert (
        stack.get("chronology", path, manager, as_known="soon").status_code
        == httpx.codes.UNPROCESSABLE_ENTITY
    )


def test_through_anothers_eyes_social_care_is_shown_what_that_one_is_shown(stack: Stack) -> None:
    child = stack.child()
    officer, manager = stack.token("police_officer", "police"), stack.token(*MANAGER)
    stack.send("mash.ReceiveContact", officer, {"about": [child], "with": CONTACT})
    until(stack, child, manager, "whole")
    path = f"/children/{child}/chronology"
    [seen] = stack.get("chronology", path, manager, seen_as="police").json()["items"]
    assert seen["depth"] == "whole"


def test_live_is_what_the_log_gives_until_somebody_writes_to_a_table(stack: Stack, story: Story) -> None:
    held = safeguarding("replay", story.child, "--compare", "--stack", stack.directory)
    assert "What is shown live is what the log gives, up to position" in held.stdout
    with written(stack, story.child):
        told = safeguarding("replay", story.child, "--compare", "--stack", stack.directory, code=1).stdout
        assert "entries, " in told
        assert "differs in significance" in told
        assert "missing" in told
    safeguarding("replay", story.child, "--compare", "--stack", stack.directory)


@contextmanager
def written(stack: Stack, child: str) -> Iterator[None]:
    """By the database's owner: an entry is made light of, and hidden from its reader."""
    weigh = "UPDATE chronology_views.entries SET significance = $2 WHERE child = $1"
    move = "UPDATE chronology_views.seen SET agency = $2 WHERE child = $1 AND agency = $3"
    [entry] = [
        item
        for item in stack.get("chronology", f"/children/{child}/chronology", stack.token(*MANAGER)).json()[
            "items"
        ]
        if item["event"] == "mash.ContactReceived"
    ]
    other = "routine" if entry["significance"] != "routine" else "critical"
    asyncio.run(as_superuser(stack, weigh, UUID(child), other))
    asyncio.run(as_superuser(stack, move, UUID(child), "housing", "education"))
    try:
        yield
    finally:
        asyncio.run(as_superuser(stack, weigh, UUID(child), entry["significance"]))
        asyncio.run(as_superuser(stack, move, UUID(child), "education", "housing"))


def test_the_commands_tell_the_past_in_words_and_as_lines(stack: Stack, story: Story) -> None:
    at = ("--stack", stack.directory)
    school = ("--as", "education/Elm School")
    shown = safeguarding("replay", story.child, "--as-known", story.shared, *school, *at).stdout
    assert CONTACT["worries"] in shown
    lines = safeguarding("replay", story.child, "--as-known", story.withheld, *school, "--json", *at).stdout
    assert [json.loads(line)["depth"] for line in lines.splitlines()] == ["withheld"]
    differs = safeguarding("diff", story.child, story.shared, story.withheld, *school, *at).stdout
    assert "depth: whole -> withheld" in differs
    assert "by chronology.EntryWithheld at" in differs
    assert "mash_manager of childrens_social_care: They look after her in the day." in differs
    assert safeguarding("diff", story.child, story.withheld, *at).stdout == ""
    unclear = safeguarding("replay", story.child, "--as-known", "2026-03-29T01:30", *at, code=1).stderr
    assert "does not exist in Europe/London" in unclear
    assert (
        "--knew needs --as" in safeguarding("replay", story.child, "--knew", "2026-01-01", *at, code=2).stderr
    )
