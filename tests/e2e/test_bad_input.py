"""Bad input: a clear problem that says what to do, and nothing changed but the record of the attempt."""

import time
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import CONTACT, Stack

SOCIAL_CARE = "childrens_social_care"


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    return stack.child()


@pytest.fixture(scope="module")
def contact(stack: Stack, child: str) -> str:
    who = stack.token("police_officer", "police", "PC Hale")
    answer = stack.send("mash.ReceiveContact", who, {"about": [child], "with": CONTACT})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def refused(
    stack: Stack, answer: Any, status: int, before: dict[str, int], *rules: str, says: str = ""
) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["what_to_do"], problem
    assert set(rules) <= set(problem.get("rules") or ()), problem
    assert says.casefold() in answer.text.casefold()
    assert stack.heads() == before


def with_(**changes: Any) -> dict[str, Any]:
    return {**CONTACT, **changes}


def test_an_unknown_child(stack, child):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    body = {"about": [str(uuid.uuid4())], "with": CONTACT}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 404, before, says="register")
    body = {"about": [child, str(uuid.uuid4())], "with": CONTACT}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 404, before, says="register")


@pytest.mark.parametrize(
    "happened", ["yesterday", "2026-12-21", "2026-12-21T14:00", 0, "2026-13-01T00:00:00Z"]
)
def test_a_malformed_time(stack, child, happened):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    body = {"about": [child], "with": CONTACT, "happened": happened}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 422, before, says="happened")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"with": with_(colour="red")}, "with"),
        ({"with": CONTACT, "colour": "red"}, "go into with"),
        ({"with": with_(source="99")}, "source"),
        ({"with": with_(referrer={"name": "X", "agency": "navy", "contact": "y"})}, "agency"),
        ({"with": {}}, "worries"),
        ({"with": [1]}, "with"),
        ({"with": with_(worries="a\x00b")}, "control characters"),
        ({"with": CONTACT, "about": "everyone"}, "about"),
        ({"with": CONTACT, "about": []}, "who they are said to be"),
        ({"with": with_(children_said=[{}])}, "say of each child what is known"),
        ({"with": with_(children_said=[{"age": 19}])}, "age"),
    ],
)
def test_a_body_of_the_wrong_shape(stack, child, body, says):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    refused(stack, stack.send("mash.ReceiveContact", who, {"about": [child], **body}), 422, before, says=says)


def test_no_json_at_all(stack):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    refused(stack, stack.send("mash.ReceiveContact", who, raw=b"{not json"), 422, before)
    refused(stack, stack.send("mash.ReceiveContact", who, raw=b"[]"), 422, before)


def test_nothing_of_what_was_sent_is_said_again(stack, child):
    who = stack.token("police_officer", "police")
    body = {"about": [child], "with": with_(source="Zebedee Secretname", referrer="Zebedee Secretname")}
    answer = stack.send("mash.ReceiveContact", who, body)
    assert answer.status_code == 422
    assert "Zebedee" not in answer.text


def test_a_text_of_a_megabyte(stack, child):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    body = {"about": [child], "with": with_(worries="x" * 1_000_000)}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 413, before)
    body = {"about": [child], "with": with_(worries="x" * 100_000)}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 422, before, says="worries")


def test_an_invalid_nhs_number(stack):
    before = stack.heads()
    clerk = stack.token("business_support", SOCIAL_CARE)
    for number in ("9990003336", "123", "NINE", "９９９０００３３３５"):
        body = {"with": {"kind": "child", "name": "Kit Test", "born": "2017-02-11", "nhs_number": number}}
        refused(stack, stack.send("people.RegisterPerson", clerk, body), 422, before, says="nhs")


def test_happened_in_the_future(stack, child):
    before = stack.heads()
    who = stack.token("police_officer", "police")
    body = {"about": [child], "with": CONTACT, "happened": "2026-12-21T14:30:01Z"}
    refused(stack, stack.send("mash.ReceiveContact", who, body), 409, before, "E2")


def test_a_role_that_may_not(stack, contact):
    before = stack.heads()
    decision = {"outcome": "no_further_action", "level": 1, "rationale": "Nothing to see."}
    screener = stack.token("mash_screener", SOCIAL_CARE)
    answer = stack.send("mash.DecideContact", screener, {"re": contact, "with": decision})
    refused(stack, answer, 403, before, "M7", "E9")
    officer = stack.token("police_officer", "police")
    answer = stack.send("mash.HoldContact", officer, {"re": contact, "with": {"reason": "x"}})
    refused(stack, answer, 403, before, "E9")
    auditor = stack.token("auditor", SOCIAL_CARE)
    answer = stack.send("mash.HoldContact", auditor, {"re": contact, "with": {"reason": "x"}})
    refused(stack, answer, 403, before, "E9")


def test_a_step_out_of_order(stack, contact, child):
    before = stack.heads()
    worker = stack.token("mash_social_worker", SOCIAL_CARE)
    body = {"re": contact, "with": {"message": "Accepted.", "outcome": True}}
    refused(stack, stack.send("mash.InformReferrer", worker, body), 409, before, "M4")
    social_worker = stack.token("social_worker", SOCIAL_CARE)
    body = {"about": [child], "with": {"seen": True, "alone": True, "words": "", "place": "home"}}
    refused(stack, stack.send("assessment.RecordVisit", social_worker, body), 409, before, "A10")
    body = {"re": str(uuid.uuid4()), "with": {"reason": "x"}}
    manager = stack.token("mash_manager", SOCIAL_CARE)
    refused(stack, stack.send("mash.HoldContact", manager, body), 404, before)


def test_a_roles_refusal_does_not_hide_the_others(stack, contact):
    """A social worker may not (E9), and nobody may before the decision (M4)."""
    before = stack.heads()
    colleague = stack.token("social_worker", SOCIAL_CARE)
    body = {"re": contact, "with": {"message": "Accepted.", "outcome": True}}
    refused(stack, stack.send("mash.InformReferrer", colleague, body), 403, before, "E9", "M4")


@pytest.mark.parametrize("role", ["police_officer", "housing_officer", "operator"])
def test_a_refusal_tells_a_stranger_nothing_of_the_record(stack, contact, child, role):
    who = stack.token(role, {"police_officer": "police", "housing_officer": "housing"}.get(role, SOCIAL_CARE))
    told = {"message": "Accepted.", "outcome": True}
    answers = [
        stack.send("mash.InformReferrer", who, {"re": re, "with": told}).json()
        for re in (contact, str(uuid.uuid4()))
    ]
    visit = {"seen": True, "alone": True, "words": "", "place": "home"}
    answers += [
        stack.send("assessment.RecordVisit", who, {"about": [about], "with": visit}).json()
        for about in (child, str(uuid.uuid4()))
    ]
    assert {tuple(answer["rules"]) for answer in answers} == {("E9",)}
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]


def test_nobody_chooses_somebody_elses_id(stack, child):
    before = stack.heads()
    manager = stack.token("team_manager", SOCIAL_CARE)
    body = {"about": [child], "with": {"worker": {"id": str(uuid.uuid4()), "name": "Mallory"}}}
    refused(stack, stack.send("assessment.AllocateWorker", manager, body), 422, before, says="plain text")
    clerk = stack.token("business_support", SOCIAL_CARE)
    person = {"kind": "child", "name": "Kit Test", "born": "2017-02-11"}
    for address in ({"about": [str(uuid.uuid4())]}, {"re": str(uuid.uuid4())}):
        refused(stack, stack.send("people.RegisterPerson", clerk, {**address, "with": person}), 404, before)
    refused(
        stack, stack.send("people.RelatePeople", clerk, {"about": [child] * 101, "with": {}}), 422, before
    )


def test_tokens_that_do_not_count(stack, child, tmp_path):
    from shared.access.development_issuer import DevelopmentIssuer

    before = stack.heads()
    body = {"about": [child], "with": CONTACT}
    foreign = DevelopmentIssuer(tmp_path / "foreign").token("PC Hale", "police_officer", "police")
    from datetime import timedelta

    expired = stack.token("police_officer", "police", ttl=timedelta(seconds=-1))
    others = (
        stack.token("police_officer", "police", aud="other"),
        stack.token("mash_manager", "police"),
        stack.token("auditor", "police"),
        stack.token("designated_safeguarding_lead", SOCIAL_CARE),
        stack.token("police_officer", "police", typ="id_token"),
        stack.token("police_officer", "police", sub=None),
        stack.token("police_officer", "police", exp=10**400),
    )
    for token in (None, "nonsense", foreign, expired, *others):
        answer = stack.send("mash.ReceiveContact", token, body)
        refused(stack, answer, 401, before)
        assert "www-authenticate" in answer.headers
    who = stack.token("police_officer", "police")
    twice = [("Authorization", f"Bearer {who}"), ("Authorization", f"Bearer {who}")]
    answer = stack.http.post(f"{stack.urls['mash']}/commands/mash.ReceiveContact", json=body, headers=twice)
    refused(stack, answer, 401, before)
    kinds = {
        "none",
        "malformed",
        "key",
        "expired",
        "audience",
        "agency",
        "kind",
        "claims",
        "times",
        "several",
    }
    until = time.monotonic() + 10
    while not kinds <= (told := refusals_counted(stack)):  # what is measured is shown for two seconds
        assert time.monotonic() < until, kinds - told
        time.sleep(0.1)


def refusals_counted(stack: Stack) -> set[str]:
    """Why requests were refused at the door of MASH, as Prometheus is told."""
    lines = stack.get("mash", "/metrics", stack.operator()).text.splitlines()
    counts = [line for line in lines if line.startswith("safeguarding_tokens_refused_total")]
    return {line.partition('reason="')[2].partition('"')[0] for line in counts if not line.endswith(" 0.0")}


def test_a_program_does_what_it_was_given_and_no_more(stack, child):
    feed = stack.token("police_system", "police")
    sent = stack.send("mash.ReceiveContact", feed, {"about": [child], "with": CONTACT})
    assert sent.status_code == 200, sent.text
    before = stack.heads()
    refused(stack, stack.send("mash.ScreenContact", feed, {"about": [child]}), 403, before)
    refused(stack, stack.get("mash", "/worklist", feed), 403, before)


def test_an_idempotency_key_is_the_senders_own_in_each_organisation(stack, child):
    """A form's key, `2026-11-24-1`, comes from two schools of somebody who works at both, or of two of one name."""
    body = {"about": [child], "with": CONTACT}
    answers = [
        stack.send(
            "mash.ReceiveContact",
            stack.token("designated_safeguarding_lead", "education", "Sarah Jones", organisation=school),
            body,
            key="2026-11-24-1",
        ).json()
        for school in ("Elm School", "Oak School")
    ]
    assert [one["again"] for one in answers] == [False, False]
    assert answers[0]["id"] != answers[1]["id"]


def test_the_same_key_acts_once_and_another_body_under_it_is_refused(stack, child):
    who = stack.token("police_officer", "police", "PC Twice")
    body = {"about": [child], "with": CONTACT}
    first = stack.send("mash.ReceiveContact", who, body, key="twice")
    after = stack.heads()
    again = stack.send("mash.ReceiveContact", who, body, key="twice")
    assert first.status_code == again.status_code == 200
    assert again.json() == {**first.json(), "again": True}
    other = {"about": [child], "with": with_(worries="Something else.")}
    answer = stack.send("mash.ReceiveContact", who, other, key="twice")
    assert answer.status_code in {409, 422}
    assert answer.json()["what_to_do"]
    assert stack.heads()["mash"] == after["mash"]
    stranger = stack.token("police_officer", "police", "PC Other")
    assert stack.send("mash.ReceiveContact", stranger, body, key="twice").json()["id"] != first.json()["id"]


def test_an_unknown_command_and_an_unknown_page(stack):
    who = stack.token("mash_manager", SOCIAL_CARE)
    for answer in (stack.send("mash.Nothing", who), stack.get("mash", "/nothing", who)):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_foreign_cursor(stack, child):
    manager = stack.token("mash_manager", SOCIAL_CARE)
    for service, path in (
        ("mash", "/worklist"),
        ("assessment", "/worklist"),
        ("chronology", "/worklist"),
        ("chronology", f"/children/{child}/chronology"),
        ("mash", "/deadlines"),
    ):
        for cursor in ("nonsense", "WzFd", "e30="):
            answer = stack.get(service, path, manager, cursor=cursor)
            assert answer.status_code == 422, (service, path, answer.text)
            assert "cursor" in answer.text


def test_a_child_of_whom_nothing_may_be_seen_is_as_unknown_as_one_who_is(stack, child):
    nurse = stack.token("health_practitioner", "health")
    known = stack.get("chronology", f"/children/{child}/chronology", nurse)
    unknown = stack.get("chronology", f"/children/{uuid.uuid4()}/chronology", nurse)
    assert known.status_code == unknown.status_code == 404
    assert known.json() == unknown.json()


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"worries": " \n"}, "with.worries", "blank"),
        ({"worries": None}, "with.worries", "not_text"),
        ({"referrer": {"name": "Ms\u202ellaH", "contact": "y"}}, "with.referrer.name", "characters"),
        ({"referrer": {"name": "Ms\r\nHall", "contact": "y"}}, "with.referrer.name", "characters"),
        ({"referrer": {"contact": "y"}}, "with.referrer.name", "missing"),
        ({"family_aware": 1}, "with.family_aware", "not_yes_or_no"),
        ({"received": 0}, "with.received", "not_a_time"),
        ({"received": "0001-01-01T00:00:00Z"}, "with.received", "out_of_range"),
    ],
)
def test_a_mistake_has_its_field_and_a_code(stack, child, said, field, code):
    before = stack.heads()
    who = stack.token("mash_social_worker", SOCIAL_CARE)
    answer = stack.send("mash.ReceiveContact", who, {"about": [child], "with": with_(**said)})
    refused(stack, answer, 422, before)
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
