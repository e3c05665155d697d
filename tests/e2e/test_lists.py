"""Lists over HTTP: deadlines and contacts by filter and count, what is mine, and what stands first."""

from typing import Any

from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"


def of_child(stack: Stack, child: str, who: str, **query: Any) -> list[dict[str, Any]]:
    answer = stack.get("mash", "/deadlines", who, child=child, **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def contact(stack: Stack, child: str, who: str, **more: Any) -> dict[str, Any]:
    answer = stack.send("mash.ReceiveContact", who, {"about": [child], "with": {**CONTACT, **more}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_is_settled_comes_only_when_it_is_asked_for(stack: Stack) -> None:
    child = stack.child("Dea Test")
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    received = contact(stack, child, screener)
    open_ones = of_child(stack, child, screener, after=received["position"])
    assert {(one["rule"], one["state"]) for one in open_ones} == {("M1", "open"), ("M3", "open")}
    assert {one["rule"]: (one["do"], one["missed"]) for one in open_ones}["M1"] == (
        "Decide the contact",
        "Contact was not decided in time",
    )
    told = stack.send(
        "mash.InformReferrer",
        screener,
        {"re": received["id"], "with": {"message": "We look at it today.", "outcome": False}},
    )
    assert told.status_code == 200, told.text
    after = told.json()["position"]
    assert [one["rule"] for one in of_child(stack, child, screener, after=after)] == ["M1"]
    assert [one["rule"] for one in of_child(stack, child, screener, state="met")] == ["M3"]
    assert {one["rule"] for one in of_child(stack, child, screener, settled=True)} == {"M1", "M3"}
    assert of_child(stack, child, screener, rule="M3") == []
    assert [one["rule"] for one in of_child(stack, child, screener, due_before="2027-01-01T00:00:00Z")] == [
        "M1"
    ]
    assert of_child(stack, child, screener, due_before="2026-12-01T00:00:00Z", settled=True) == []


def test_counts_are_of_the_lists_they_lead_to(stack: Stack) -> None:
    child = stack.child("Cou Test")
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    before = stack.get("mash", "/deadlines/counts", manager).json()
    received = contact(stack, child, manager)
    answer = stack.get("mash", "/deadlines/counts", manager, after=received["position"])
    counts = {one["rule"]: one for one in answer.json()["items"]}
    assert answer.json()["total"]["open"] == before["total"]["open"] + 2
    listed = stack.get("mash", "/deadlines", manager, rule="M1", state="open", limit=200).json()["items"]
    assert counts["M1"]["open"] == len(listed)
    assert counts["M1"]["do"] == "Decide the contact"


def test_what_cannot_be_asked_of_a_list_is_said(stack: Stack) -> None:
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    for query, field in (
        ({"state": "late"}, "query.state.0"),
        ({"rule": "M1' OR"}, "query.rule"),
        ({"due_before": "2026-12-24"}, "query.due_before"),
        ({"mine": True}, "mine"),
    ):
        answer = stack.get("mash", "/deadlines", manager, **query)
        assert answer.status_code == 422, answer.text
        assert field.removeprefix("query.") in answer.json()["errors"][0]["field"]


def test_counts_are_for_who_reads_the_lists(stack: Stack) -> None:
    partner = stack.token("police_officer", "police", "PC Hale")
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    for path in ("/deadlines/counts", "/worklist/counts", "/tasks/counts"):
        assert stack.get("mash", path, manager).status_code == 200
        assert stack.get("mash", path, partner).status_code == 403
        assert stack.get("mash", path, stack.operator()).status_code == 403


def test_a_contact_that_nobody_screened_on_its_day_stands_first_and_is_marked(stack: Stack) -> None:
    """M2: written up on Monday as received on Friday."""
    child, other = stack.child("Fri Test"), stack.child("Mon Test")
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    today = contact(stack, other, screener)
    friday = contact(stack, child, screener, received="2026-12-18T15:00:00Z")
    listed = stack.get("mash", "/worklist", screener, after=friday["position"], limit=200).json()["items"]
    marked = {one["contact"]: one["not_screened_in_time"] for one in listed}
    assert marked[friday["id"]] is True
    assert marked[today["id"]] is False
    late_first = [bool(one["not_screened_in_time"]) for one in listed]  # None: screened, or nothing to screen
    assert late_first == sorted(late_first, reverse=True)
    screened = stack.send(
        "mash.ScreenContact",
        screener,
        {"re": friday["id"], "with": {"potential": "early_help", "young_carers": []}},
    )
    assert screened.status_code == 200, screened.text
    chosen = stack.get(
        "mash", "/worklist", screener, after=screened.json()["position"], potential="early_help", limit=200
    ).json()["items"]
    assert [one["not_screened_in_time"] for one in chosen if one["contact"] == friday["id"]] == [False]
    counts = stack.get("mash", "/worklist/counts", screener).json()
    by = {one["value"]: one["count"] for one in counts["by"]["potential"]}
    assert by["early_help"] == len(chosen)


def test_mine_are_the_children_who_are_allocated_to_me(stack: Stack) -> None:
    mia = stack.token("social_worker", SOCIAL_CARE, "Mia Dunn")
    other = stack.token("social_worker", SOCIAL_CARE, "Another Worker")
    manager = stack.token("team_manager", SOCIAL_CARE, "Tom Reed")
    child = accepted(stack, "Min Test")
    allocated = stack.send(
        "assessment.AllocateWorker", manager, {"about": [child], "with": {"worker": "Mia Dunn"}}
    )
    assert allocated.status_code == 200, allocated.text
    after = allocated.json()["position"]
    mine = stack.get("assessment", "/deadlines", mia, mine=True, after=after, limit=200).json()["items"]
    assert child in {one["child"] for one in mine}
    theirs = stack.get("assessment", "/deadlines", other, mine=True, limit=200).json()["items"]
    assert child not in {one["child"] for one in theirs}
    counted = stack.get("assessment", "/deadlines/counts", mia, mine=True).json()["total"]
    assert counted["open"] + counted["missed"] + counted["varied"] == len(mine)
    for query, there in (({"mine": True}, True), ({"allocated": True}, True), ({"allocated": False}, False)):
        listed = stack.get("assessment", "/worklist", mia, limit=200, **query).json()["items"]
        assert (child in {one["child"] for one in listed}) is there
    assert stack.get("assessment", "/worklist", mia, mine=True, allocated=False).json()["items"] == []


def accepted(stack: Stack, name: str) -> str:
    """A child whose referral is open in assessment."""
    child = stack.child(name)
    manager = stack.token("mash_manager", SOCIAL_CARE, "Ana Lim")
    received = contact(stack, child, manager)
    decided = stack.send(
        "mash.DecideContact",
        manager,
        {
            "re": received["id"],
            "with": {
                "outcome": "referral_accepted",
                "level": 4,
                "rationale": "Needs help.",
                "primary_need": "N1",
            },
        },
    )
    assert decided.status_code == 200, decided.text
    stack.heads()
    return child


def test_indicators_and_directory_are_read_by_whoever_is_signed_in(stack: Stack) -> None:
    school = stack.token(
        "designated_safeguarding_lead", "education", "Sarah Jones", organisation="Elm School"
    )
    third = stack.get("mash", "/levels-of-need", school, level=3, heading="learning").json()
    assert [one["level"] for one in third["levels"]] == [1, 2, 3, 4]
    assert {(one["level"], one["heading"]) for one in third["items"]} == {(3, "learning")}
    found = stack.get("mash", "/directory", school, q="childline").json()["items"]
    assert [one["name"] for one in found] == ["Childline"]
    assert stack.get("mash", "/directory", school, topic="babies' OR").status_code == 422
    assert stack.get("mash", "/levels-of-need", None).status_code == 401


def test_a_list_says_where_it_is_and_its_stream_goes_on_from_there(stack: Stack) -> None:
    screener = stack.token("mash_screener", SOCIAL_CARE, "Lee Park")
    child = stack.child("Str Test")
    position = stack.get("mash", "/worklist", screener).json()["position"]
    contact(stack, child, screener)
    with stack.http.stream(
        "GET",
        f"{stack.urls['mash']}/live/worklist",
        params={"after": position},
        headers=stack.headers(screener),
    ) as answer:
        assert answer.status_code == 200
        told = next(line for line in answer.iter_lines() if line.startswith("data: "))
    assert int(told.removeprefix("data: ")) > position
