"""Every role sends every command and reading of two teams, with real tokens: it is decided as the golden table says."""

import json
from typing import Any
from uuid import uuid4

import pytest

from deploy.catalogue import known_commands
from deploy.generate.access_table import FOLDER
from deploy.generate.docs import DOCS
from shared.access.policy import AccessPolicy
from shared.domain.access_facts import NOTHING, OWN_TEAM, Fact, Facts
from shared.domain.actors import DEFAULT_AGENCY
from shared.team.audience import OF_ORGANISATIONS
from shared.web.commands import schema_of
from tests.e2e.conftest import CONTACT, NOW, Stack

GOLDEN: dict[str, dict[str, str]] = json.loads((DOCS / "access.json").read_text())
POLICY = AccessPolicy.read(FOLDER)
TEAM = "childrens_social_care"
NOT_VALID = 422
WITH: dict[str, dict[str, Any]] = {
    "mash.ReceiveContact": CONTACT,
    "chronology.QuestionAccess": {
        "person": str(uuid4()),
        "rule": "volume",
        "service": "mash",
        "position": 1,
        "looked_at": NOW,
        "role": "social_worker",
        "agency": TEAM,
        "edition": "access-review 2026-11",
    },
    "mash.InformSchool": {"school": "Elm School", "not_told_because": "It is half term."},
}
"""What a command says, where its fields must fit one another."""

OPENS = ("mash.ReceiveContact", "chronology.QuestionAccess")

READINGS = (
    ("GET", "/access/looks?since=2026-11-02T10:00:00Z&until=2026-11-02T11:00:00Z", "read:access:{team}"),
    ("GET", "/children/{child}/looks", "read:access:{team}"),
    ("GET", "/worklist", "read:worklist:{team}"),
    ("GET", "/deadlines", "read:deadlines:{team}"),
    ("GET", "/deadlines/counts", "read:deadlines:{team}"),
    ("GET", "/tasks", "read:worklist:{team}"),
    ("GET", "/tasks/counts", "read:worklist:{team}"),
    ("GET", "/audit/children/{child}", "read:audit:{team}"),
    ("GET", "/progress", "read:progress"),
    ("POST", "/operator/clock", "operate:clock"),
    ("POST", "/operator/parked/retry", "operate:parked"),
    ("POST", "/operator/views/none/rebuild", "operate:relay"),
)


def golden(role: str, action: str, so: Facts = NOTHING) -> bool:
    """What the golden table says, read as a reviewer does: `named & restricted | !sealed`."""
    for condition, roles in GOLDEN[action].items():
        if role in roles.split():
            return condition == "always" or any(
                all((fact.removeprefix("!") in so) != fact.startswith("!") for fact in product.split(" & "))
                for product in condition.split(" | ")
            )
    return False


def least(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """The least that a JSON Schema takes."""
    if "$ref" in schema:
        return least(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return least(schema[several][0], definitions)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema["type"]:
        case "string":
            made = {"uuid": str(uuid4()), "date": "2026-11-02", "date-time": "2026-11-02T10:00:00Z"}
            return made.get(schema.get("format", ""), "x" * max(schema.get("minLength", 1), 1))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return [least(schema["items"], definitions) for _ in range(schema.get("minItems", 1))]
        case "object":
            return {
                name: least(schema["properties"][name], definitions) for name in schema.get("required", [])
            }
    raise AssertionError(f"no value for {schema}")


def body_of(command: str) -> dict[str, Any]:
    """A body that is read, about a thing that is none: whoever may send it hears that."""
    schema = schema_of(command, known_commands()[command])
    if command in WITH:
        # A contact says itself whom it is about; what else opens a thing may be about nobody, and then is done.
        about = {"about": [str(uuid4())]} if command in OPENS else {}
        return {"re": str(uuid4()), "with": WITH[command], **about}
    return {"re": str(uuid4()), "with": least(schema["properties"]["with"], schema.get("$defs", {}))}


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    return {
        role: stack.token(
            role, agency, f"The {role}", organisation="Elm School" if agency in OF_ORGANISATIONS else None
        )
        for role, agency in DEFAULT_AGENCY.items()
    }


@pytest.mark.parametrize("team", ["mash", "chronology"])
def test_every_role_and_command_is_decided_as_the_golden_table_says(stack, tokens, team):
    commands = [name for name in known_commands() if name.startswith(f"{team}.")]
    assert len(commands) >= 10
    for command in commands:
        body = body_of(command)
        for role, token in tokens.items():
            answer = stack.send(command, token, body)
            assert answer.status_code != NOT_VALID, f"say in WITH what {command} says: {answer.text}"
            expected = golden(role, command, own(role))
            assert (answer.status_code != 403) == expected, (role, command, answer.text)
            if not expected:
                decided = POLICY.decide(role, command, own(role))
                assert answer.json()["rules"][: len(decided.rules)] == list(decided.rules), (role, command)


@pytest.mark.parametrize("team", ["mash", "chronology"])
def test_every_role_and_reading_is_decided_as_the_golden_table_says(stack, tokens, team):
    for method, path, action in READINGS:
        for role, token in tokens.items():
            address = f"{stack.urls[team]}{path.format(child=uuid4())}"
            answer = stack.http.request(method, address, headers=stack.headers(token), json={})
            expected = golden(role, action.format(team=team), own(role))
            assert (answer.status_code != 403) == expected, (role, path, answer.text)


def test_a_childs_page_opens_as_the_golden_table_says_and_is_nobodys_to_find_out_about(stack, tokens):
    """A worry that the police told: it is open to the police and to children's social care, and to no one else."""
    child = stack.child("Ida Test")
    told = stack.send("mash.ReceiveContact", tokens["police_officer"], {"about": [child], "with": CONTACT})
    assert told.status_code == 200, told.text
    stack.heads()
    for role, token in tokens.items():
        involved = DEFAULT_AGENCY[role] in {"police", TEAM}
        so = own(role) | ({Fact.ORGANISATION_INVOLVED} if involved else NOTHING)
        known = stack.get("chronology", f"/children/{child}/chronology", token)
        unknown = stack.get("chronology", f"/children/{uuid4()}/chronology", token)
        if golden(role, "read:chronology", so):
            assert known.status_code == (200 if involved else 404), (role, known.text)
        else:
            might = golden(role, "read:chronology", so | {Fact.ORGANISATION_INVOLVED})
            assert known.status_code == (404 if might else 403), (role, known.text)
        if known.status_code != 200:
            assert (unknown.status_code, unknown.json()["detail"]) == (
                known.status_code,
                known.json()["detail"],
            )


def own(role: str) -> Facts:
    """Both teams are of children's social care."""
    return OWN_TEAM if DEFAULT_AGENCY[role] == TEAM else NOTHING


def test_whoever_is_signed_in_is_told_what_they_may_and_why_not(stack, tokens):
    for team in ("mash", "chronology"):
        for role in ("mash_screener", "keyworker", "auditor", "operator", "lado", "school_system"):
            said = stack.get(team, "/access", tokens[role]).json()
            assert (said["role"], said["agency"]) == (role, DEFAULT_AGENCY[role])
            told = {one["action"]: one for one in said["actions"]}
            assert not [action for action in told if ".lado" in action or action.endswith(":lado")]
            for action, one in told.items():
                never = not any(role in roles.split() for roles in GOLDEN[action].values())
                assert (one["may"] == "no") == never, (role, one)
                assert one["may"] != "no" or one["why"], (role, one)
    screener = {
        one["action"]: one for one in stack.get("mash", "/access", tokens["mash_screener"]).json()["actions"]
    }
    assert screener["mash.ScreenContact"] == {"action": "mash.ScreenContact", "may": "yes"}
    assert screener["mash.DecideContact"]["rules"] == ["M7", "E9"]
    keyworker = stack.get("chronology", "/access", tokens["keyworker"]).json()["actions"]
    (page,) = [one for one in keyworker if one["action"] == "read:chronology"]
    assert page["may"] == "if"
    assert "their organisation is involved with the child" in page["if"]
    assert stack.get("mash", "/access", None).status_code == 401
