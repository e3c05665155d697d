"""Where a team answers what case files expect: said once, and checked against its router."""

import pytest
from fastapi import APIRouter

from shared.service.expectations import Answers, check_answers


@pytest.mark.parametrize(
    ("expectation", "path", "role", "words"),
    [
        ("pattern", "/patterns", "missing_coordinator", "holds `{child}`"),
        ("intelligence", "/children/{child}/intelligence", "missing_coordinator", "holds no `{child}`"),
        ("pattern", "/children/{child}/patterns", "", "say in which role"),
        ("pattern", "/children/{child}/patterns", "service", "say in which role"),
        ("unseen", "/children/{child}/page", "police_officer", "name no role"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused(expectation, path, role, words):
    with pytest.raises(ValueError, match=words):
        Answers(expectation, path, role)


def test_the_childs_id_stands_in_its_place():
    assert Answers("unseen", "/children/{child}/page").of(7) == "/children/7/page"


def test_an_address_must_be_a_get_of_the_teams_router():
    router = APIRouter()
    router.add_api_route("/children/{child}/patterns", lambda: None, methods=["GET"])
    router.add_api_route("/children/{child}/plan", lambda: None, methods=["POST"])
    check_answers(
        "missing", [Answers("pattern", "/children/{child}/patterns", "missing_coordinator")], router
    )
    with pytest.raises(ValueError, match="missing answers `child_protection` at GET "):
        check_answers(
            "missing", [Answers("child_protection", "/children/{child}/plan", "missing_coordinator")], router
        )
