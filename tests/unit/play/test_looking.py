"""Looking around after a play: who is asked, where, in which role, and what is made of the answers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.play.calling import Services
from deploy.play.case_types import (
    NO_CHILD,
    By,
    Case,
    CasePerson,
    CaseStep,
    Expected,
    ExpectedCount,
    ExpectedDeadline,
    ExpectedPlan,
    ExpectedUnseen,
    Viewer,
)
from deploy.play.errors import CannotGoOn
from deploy.play.looking import CaseOutcome, look_around
from deploy.play.play import Played
from deploy.play.searching import _files, holds
from shared.service.expectations import Answers

LEO, ROOT = uuid4(), uuid4()
NOW = datetime(2026, 7, 9, tzinfo=UTC)
SCHOOL = Viewer("education", "Elm School")
ADDRESSES = [
    ("missing", Answers("pattern", "/children/{child}/patterns", role="missing_coordinator")),
    ("missing", Answers("intelligence", "/intelligence", role="missing_coordinator")),
    ("people", Answers("looked_after", "/children/{child}/care", role="team_manager")),
    ("missing", Answers("child_protection", "/children/{child}/plan", role="missing_coordinator")),
    ("missing", Answers("unseen", "/children/{child}/page")),
    ("fws", Answers("early_help", "/children/{child}/help", role="fws_manager")),
]
"""Of the last, the service does not run."""


class Tokens:
    def token(
        self, name: str, role: str, agency: str, organisation: str | None = None, team: str | None = None
    ) -> str:
        return f"{role}/{agency}/{organisation or ''}"


class Stack:
    """`missing` and `people` answer from a table of addresses; what they were asked, by whom, is kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, str]] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        service, path = request.url.host, request.url.path
        who = request.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append((service, str(request.url.raw_path, "ascii"), who))
        if path == "/progress":
            return httpx.Response(
                200, json={"service": service, "head": 0, "relayed": 0, "now": NOW.isoformat()}
            )
        if path == "/deadlines":
            child = request.url.params.get("child")
            rows = [deadline(None), deadline(LEO)] if service == "missing" else []
            return page([row for row in rows if child in (None, row["child"])])
        answer = self.answers.get(path.rpartition("/")[2])
        if isinstance(answer, list):  # a page an item
            number = int(request.url.params.get("cursor", "0"))
            following = str(number + 1) if number + 1 < len(answer) else None
            return page(answer[number : number + 1], following)
        return httpx.Response(404, json={}) if answer is None else answer

    async def look(self, expected: Expected) -> CaseOutcome:
        step = CaseStep(
            1, 4, NOW, "missing.Do", By("Dee Fox", "missing_coordinator", "childrens_social_care")
        )
        people = (CasePerson("leo", {"kind": "child"}, 2), CasePerson("lost", {"kind": "child"}, 3))
        case = Case("a-case", Path("a-case.yaml"), "d", "A case", people, (step,), expected)
        urls = {"missing": "http://missing", "people": "http://people"}
        transport = httpx.MockTransport(self.handle)
        async with Services(urls, Tokens(), patience=0.1, transport=transport) as services:
            return await look_around(case, Played(ids={"leo": str(LEO)}), services, ADDRESSES)


def page(items: list[Any], following: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next": following})


def deadline(child: UUID | None) -> dict[str, Any]:
    due = {"rule": "R1", "due_at": NOW.isoformat(), "state": "open"}
    return {**due, "child": child and str(child), "command": str(uuid4()), "root": str(ROOT)}


async def test_deadlines_are_read_of_each_child_and_of_none_where_the_file_speaks_of_one():
    outcome = await Stack().look(Expected())
    assert [(row.child, row.root) for row in outcome.deadlines["leo"]] == [(LEO, ROOT)]
    assert NO_CHILD not in outcome.deadlines
    expected = Expected(deadlines=(ExpectedDeadline("M19", NO_CHILD, NOW, "open", 1),))
    outcome = await Stack().look(expected)
    assert [row.child for row in outcome.deadlines[NO_CHILD]] == [None]


async def test_only_what_the_file_asks_for_is_asked_of_the_teams():
    stack = Stack()
    outcome = await stack.look(Expected())
    assert {path.partition("?")[0] for _, path, _ in stack.asked} == {"/progress", "/deadlines"}
    assert outcome.answered == {"pattern", "intelligence", "looked_after", "child_protection", "unseen"}


async def test_plans_are_asked_of_each_team_in_its_role_and_a_404_says_that_none_is_open():
    stack = Stack(care=httpx.Response(200, json={"open": True, "since": "2026-01-01"}))
    outcome = await stack.look(Expected(plans=(ExpectedPlan("leo", "looked_after", 1),)))
    # Of teams that are not there, as family wellbeing here, nothing can be open.
    nothing = dict.fromkeys(("child_protection", "child_in_need", "early_help"), False)
    assert outcome.plans == {"leo": {"looked_after": True, **nothing}}
    assert ("people", f"/children/{LEO}/care", "team_manager/childrens_social_care/") in stack.asked
    assert ("missing", f"/children/{LEO}/plan", "missing_coordinator/childrens_social_care/") in stack.asked


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(403, json={"detail": "not for you"}), "people refused .* not for you"),
        (httpx.Response(200, json={"open": "yes"}), "neither `open: true` nor"),
    ],
)
async def test_an_answer_that_says_nothing_of_the_plan_ends_the_look(answer, words):
    with pytest.raises(CannotGoOn, match=words):
        await Stack(care=answer).look(Expected(plans=(ExpectedPlan("leo", "none", 1),)))


async def test_patterns_and_counts_are_read_page_after_page():
    commands = [uuid4(), uuid4()]
    stack = Stack(
        patterns=[{"rule": "R5", "command": str(one), "more": 1} for one in commands],
        intelligence=[
            {"kind": "places", "name": "Station steps", "count": 2},
            {"kind": "people", "name": "Jay", "count": 1},
        ],
    )
    outcome = await stack.look(
        Expected(patterns=(), counts=(ExpectedCount("places", "Station steps", 2, 1),))
    )
    assert [row.command for row in outcome.patterns["leo"]] == commands
    assert outcome.counts == {("places", "Station steps"): 2, ("people", "Jay"): 1}


async def test_what_an_organisation_is_shown_is_read_with_its_own_token_to_the_last_page():
    stack = Stack(page=[{"title": "One"}, {"title": "Mrs Next Door"}])
    outcome = await stack.look(Expected(unseen=(ExpectedUnseen("leo", SCHOOL, "Mrs Next Door", 1),)))
    assert holds(outcome.shown["leo", SCHOOL], "mrs next door")
    readers = {who for _, path, who in stack.asked if "/page" in path}
    assert readers == {"designated_safeguarding_lead/education/Elm School"}


async def test_a_page_that_is_no_listing_is_searched_as_it_stands():
    html = httpx.Response(200, text="<p>Zo&#x27;s aunt</p>", headers={"content-type": "text/html"})
    outcome = await Stack(page=html).look(Expected(unseen=(ExpectedUnseen("leo", SCHOOL, "Zo's aunt", 1),)))
    assert holds(outcome.shown["leo", SCHOOL], "Zo's aunt")


async def test_an_agency_that_is_refused_is_not_taken_for_one_that_sees_nothing():
    refused = httpx.Response(403, json={"detail": "not for you"})
    with pytest.raises(CannotGoOn, match="not for you"):
        await Stack(page=refused).look(Expected(unseen=(ExpectedUnseen("leo", SCHOOL, "Carl", 1),)))


@pytest.mark.parametrize("there", ["said ZOË to", "said Zo\\u00eb to", "Zo\\u00EB"])
def test_a_text_is_found_in_any_case_and_as_json_writes_it(there):
    assert holds(there, "Zoë")
    assert not holds(there, "Zoé")


def test_every_log_and_trace_file_is_read_but_those_of_the_lado_service(tmp_path):
    for name in (
        "logs/mash.log",
        "logs/mash.log.1",
        "logs/lado.log",
        "traces/mash.jsonl",
        "traces/lado.jsonl",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"one\ntwo \xff\n")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "postgres.log").write_text("three")
    read = list(_files(tmp_path))
    assert {place for place, _ in read} == {
        "the file logs/mash.log",
        "the file logs/mash.log.1",
        "the file postgres/postgres.log",
        "the file traces/mash.jsonl",
    }
    assert ("the file logs/mash.log", "one\n") in read
