"""What every service's door does with strangers, with odd cursors and positions, and with what it answers."""

from base64 import urlsafe_b64encode
from typing import Any

import orjson
import pytest

from shared.web.headers import ON_EVERY_ANSWER
from tests.e2e.conftest import Stack

NOBODY = "00000000-0000-4000-8000-000000000001"
FAR = "9999-12-31T23:59:59-14:00"
ODD_CURSORS: tuple[Any, ...] = (
    5,
    [],
    {},
    None,
    True,
    "a\x00b",
    -1,
    2**63,
    "0001-01-01T00:00:00+14:00",
    FAR,
    "2026-01-01",
    [5],
    {"a": 5},
)
"""What a part of a cursor may be changed to."""


def described(stack: Stack, service: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.get(service, "/openapi.json", stack.operator()).json()
    return found


def addresses(stack: Stack, service: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every method, path and description of a service, with somebody's id where the path needs one."""
    return [
        (method, path.replace("{", "").replace("}", ""), operation)
        for path, methods in described(stack, service)["paths"].items()
        for method, operation in methods.items()
    ]


def with_ids(path: str) -> str:
    return "/".join(
        NOBODY if part in {"child", "person", "professional"} else part for part in path.split("/")
    )


def test_nothing_but_health_is_answered_to_who_is_not_signed_in(stack):
    for service, url in stack.urls.items():
        for method, path, _ in addresses(stack, service):
            answer = stack.http.request(method, f"{url}{with_ids(path)}")
            if path.startswith("/health/"):
                assert answer.status_code == 200, (service, path)
            else:
                assert answer.status_code == 401, (service, path)
        for path in ("/metrics", "/openapi.json", "/docs", "/redoc"):
            assert stack.http.get(f"{url}{path}").status_code in {401, 404}, (service, path)


def test_metrics_are_for_who_runs_it(stack):
    clerk = stack.token("business_support", "childrens_social_care")
    for service in stack.urls:
        assert stack.get(service, "/metrics", clerk).status_code == 403
        answer = stack.get(service, "/metrics", stack.operator())
        assert answer.status_code == 200
        assert "safeguarding_log_head" in answer.text


def test_no_answer_may_be_kept(stack):
    manager = stack.token("mash_manager", "childrens_social_care")
    for service in stack.urls:
        for path in ("/worklist", "/tasks", "/deadlines", "/health/ready", "/nowhere", f"/people/{NOBODY}"):
            answer = stack.get(service, path, manager)
            for name, value in ON_EVERY_ANSWER:
                assert answer.headers.get_list(name.decode()) == [value.decode()], (service, path)


def lists(stack: Stack) -> list[tuple[str, str]]:
    return [
        (service, with_ids(path))
        for service in stack.urls
        for method, path, operation in addresses(stack, service)
        if method == "get" and any(each["name"] == "cursor" for each in operation.get("parameters", ()))
    ]


def test_a_cursor_changed_by_hand_is_refused_by_every_list(stack):
    who = stack.token("team_manager", "childrens_social_care")
    found = lists(stack)
    assert len(found) > 3 * len(stack.urls)  # worklist, tasks and deadlines each, and the chronology
    for service, path in found:
        for parts in range(1, 5):
            good: list[Any] = ["2026-01-01T00:00:00Z", "M1", NOBODY, NOBODY][:parts]
            for at in range(parts):
                for odd in ODD_CURSORS:
                    place = [*good[:at], odd, *good[at + 1 :]]
                    cursor = urlsafe_b64encode(orjson.dumps(place)).decode()
                    answer = stack.get(service, path, who, cursor=cursor)
                    # A text may be a rule's name; all else is none of ours.
                    fine = {200, 403, 422} if isinstance(odd, str) and odd.isprintable() else {403, 422}
                    assert answer.status_code in fine, (service, path, place, answer.text)


@pytest.mark.parametrize("after", [2**63 - 1, 2**63, 10**30, -1, "x"])
def test_a_position_that_no_log_has_come_to_is_refused_at_once(stack, after):
    who = stack.token("team_manager", "childrens_social_care")
    for service, path in lists(stack):
        answer = stack.get(service, path, who, after=after)
        assert answer.status_code in {422, 403}, (service, path, answer.text)
        assert answer.elapsed.total_seconds() < 1.5, (service, path)
    for service in stack.urls:
        answer = stack.get(service, "/operator/events", stack.operator(), after=after)
        assert answer.status_code == 422, (service, answer.text)


@pytest.mark.parametrize("source", ["a\x00b", "\\ud800", "", "x" * 5000])
def test_what_an_operator_writes_wrongly_is_refused(stack, source):
    written = source.replace("\x00", "\\u0000")
    body = f'{{"source": "{written}", "key": "{NOBODY}", "reason": "x"}}'.encode()
    headers = {**stack.headers(stack.operator()), "Content-Type": "application/json"}
    for service, url in stack.urls.items():
        for what in ("retry", "skip"):
            sent = body.replace(b', "reason": "x"', b"") if what == "retry" else body
            answer = stack.http.post(f"{url}/operator/parked/{what}", content=sent, headers=headers)
            assert answer.status_code == 422, (service, what, answer.text)
