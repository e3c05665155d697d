"""Every address of every team, asked what its description foresees and what it does not: no mistake of the service's, and
nothing answered that is not described.

The same requests each time; the description itself is read as any client would read it, with a token.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import FailureGroup, not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import services
from tests.e2e.conftest import Stack

SOCIAL_CARE = "childrens_social_care"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EACH = 2
"""Requests of an address, of each kind and by each of those who ask: what mistakes have in common shows soon or never."""
ASKED_BY = (("mash_manager", SOCIAL_CARE), ("police_officer", "police"))


def described(stack: Stack, team: str) -> dict[str, Any]:
    answer = stack.get(team, "/openapi.json", stack.token("auditor", SOCIAL_CARE))
    assert answer.status_code == 200
    description: dict[str, Any] = answer.json()
    return description


def operations(description: dict[str, Any]) -> Iterator[APIOperation]:
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        yield found.ok()


@pytest.mark.parametrize("team", services.names())
def test_nothing_is_answered_that_is_not_described(stack: Stack, team: str) -> None:
    failed: list[str] = []
    with requests.Session() as session:
        for operation in operations(described(stack, team)):
            for role, agency in ASKED_BY:
                headers = stack.headers(stack.token(role, agency))
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    try:
                        ask(operation, mode, stack.urls[team], session, headers)
                    except FailureGroup as failures:
                        failed += [f"{operation.label} by a {role}: {each}" for each in failures.exceptions]
                    except Unsatisfiable:
                        assert mode is GenerationMode.NEGATIVE  # it takes nothing that could be wrong
    assert not failed, "\n\n".join(failed)


def ask(
    operation: APIOperation,
    mode: GenerationMode,
    url: str,
    session: requests.Session,
    headers: dict[str, str],
) -> None:
    cases = operation.as_strategy(generation_mode=mode)
    checks = CHECKS if mode is GenerationMode.POSITIVE else [*CHECKS, negative_data_rejection]

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def asked(case: Case) -> None:
        response = case.call(base_url=url, session=session, headers=headers)
        case.validate_response(response, checks=checks)

    asked()


@pytest.mark.parametrize("team", services.names())
def test_who_is_not_signed_in_is_answered_nothing_anywhere_but_that_it_lives(stack: Stack, team: str) -> None:
    description = described(stack, team)
    assert [*description["components"]["securitySchemes"]] == ["token"]
    with httpx.Client(base_url=stack.urls[team]) as client:
        assert client.get("/openapi.json").status_code == 401
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                answer = client.request(method, path.replace("{", "").replace("}", ""))
                open_to_all = operation.get("security", description["security"]) == []
                assert open_to_all == path.startswith("/health/"), path
                assert (answer.status_code == 401) == (not open_to_all), (path, answer.text)
