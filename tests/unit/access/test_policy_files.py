"""What policies and groups may say: a slip is refused before anybody is, and named by its file and id or line."""

import shutil
from pathlib import Path

import pytest

from shared.access import groups, sources
from shared.access.compiler import compile_table
from shared.access.groups import PolicyWrong
from shared.access.policy import AccessPolicy
from shared.access.sources import PolicyFile, Sources, read_sources
from shared.access.table import FILE, read_table
from shared.domain.access_facts import NOTHING, Fact

SERVICES = Path(__file__).parents[3] / "services"
ACTIONS = frozenset(read_table(SERVICES / FILE).rows)
FORBID = '@id("x") @rule("E9") @why("No.") forbid'
PERMIT = '@id("x") permit (principal in Role::"auditor", action == Action::"mash.HoldContact", resource)'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The policies, groups and table that come with the platform, to be spoilt."""
    for path in [*SERVICES.glob("**/*.cedar"), SERVICES / groups.FILE, SERVICES / FILE]:
        copy = tmp_path / "services" / path.relative_to(SERVICES)
        copy.parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(path, copy)
    return tmp_path / "services"


def added(tree: Path, file: str, text: str) -> Path:
    path = tree / file
    path.write_text(path.read_text() + text)
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (", "is not Cedar: unexpected end of input"),
        (PERMIT.replace('Role::"auditor"', '[Role::"auditor", Role::"lado"]') + ";", "is not Cedar"),
        (PERMIT.replace('@id("x") ', "") + ";", "needs an @id of its own"),
        (PERMIT.replace("x", "two words", 1) + ";", "needs an @id of its own"),
        (PERMIT.replace("x", "mash-managers", 1) + ";", "has a policy of this id"),
        (PERMIT.replace("auditor", "auditer") + ";", '`"auditer"` is not declared'),
        (PERMIT.replace("HoldContact", "HoldContct") + ";", "HoldContct"),
        (PERMIT + " when { context.seald };", "`context.seald` is no fact: they are works_with_child"),
        (PERMIT + " when { context.restricted };", "attribute `restricted` in context"),
        (PERMIT + " when { context == context };", "ask for facts one by one"),
        (PERMIT + " when { resource has restricted };", "write `resource` alone"),
        (
            PERMIT.replace('principal in Role::"auditor"', "principal") + ";",
            "a permit is for a role or a group",
        ),
        (
            PERMIT.replace('principal in Role::"auditor"', 'principal == Person::"auditor"') + ";",
            "principal in Role",
        ),
        (PERMIT.replace(", resource", ', resource == Record::"record"') + ";", "write `resource` alone"),
        ('@rule("E9") ' + PERMIT + ";", "a permit has no @rule"),
        ('@alon("yes") ' + PERMIT + ";", "@alon means nothing here"),
        (
            FORBID.replace('@rule("E9") ', "") + " (principal, action, resource);",
            "names the rule it enforces",
        ),
        (FORBID.replace("E9", "nine") + " (principal, action, resource);", "names the rule it enforces"),
        (FORBID.replace('@why("No.") ', "") + " (principal, action, resource);", "says why"),
        (
            FORBID.replace("forbid", '@alone("no") forbid') + " (principal, action, resource);",
            '@alone is "yes"',
        ),
        (
            FORBID.replace("forbid", '@basis("consent") forbid') + " (principal, action, resource);",
            "no @basis",
        ),
        ('@id("x") permit (principal == ?principal, action, resource);', "is a template"),
        # It is valid, and errs whenever it is asked: Cedar skips it then, and allows what it forbids.
        (FORBID + " (principal, action, resource) when { 9223372036854775807 + 1 > 0 };", "integer overflow"),
    ],
)
def test_a_slip_in_a_policy_is_named_by_its_file(tree, text, says):
    path = added(tree, "access.cedar", f"\n{text}\n")
    with pytest.raises(PolicyWrong, match=says) as wrong:
        compile_table(read_sources(tree), ACTIONS)
    assert str(path) in str(wrong.value)


def test_the_line_and_the_id_are_the_right_ones(tree):
    path = added(tree, "mash/access.cedar", f"\n{PERMIT} when {{ context.named }};\n")
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '@id("x")' in text)
    with pytest.raises(PolicyWrong, match=rf'access\.cedar, line {line}, @id\("x"\)'):
        compile_table(read_sources(tree), ACTIONS)


@pytest.mark.parametrize(
    "scope",
    [
        'action == Action::"assessment.RecordVisit", resource)',
        'action in [Action::"mash.HoldContact", Action::"read:worklist:fws"], resource)',
        'action in Action::"*.CorrectRecord", resource)',
        'action in Action::"commands", resource)',
        'action in Action::"read:worklist", resource)',
        "action, resource)",
        'action in Action::"mash", resource) when { action == Action::"fws.ExtendHelp" }',
    ],
)
def test_a_teams_file_is_about_its_own_actions_alone(tree, scope):
    added(tree, "mash/access.cedar", f'\n@id("x") permit (principal in Role::"auditor", {scope};\n')
    with pytest.raises(PolicyWrong, match="of mash"):
        compile_table(read_sources(tree), ACTIONS)


def test_a_wall_names_no_group_as_groups_are_the_councils(tree):
    wall = PolicyFile(
        Path("national.cedar"), FORBID + ' (principal in Role::"manager", action, resource);', national=True
    )
    found = read_sources(tree)
    with pytest.raises(PolicyWrong, match='Role::"manager" is no role'):
        compile_table(Sources((*found.files, wall), found.written_groups), ACTIONS)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  machine: [police_system,", "  machine: [machine,", "`machine` contains itself"),
        ("  machine: [police_system,", "  machine: [polce_system,", "`polce_system` is no role"),
        # A wall lets the LADO through: a group of that name would open it.
        ("  machine: [police_system,", "  lado: [police_system,", "`lado` is a role: a group"),
        ("  machine: [police_system,", "  service: [police_system,", "`service` is a role: a group"),
        ("  machine: [police_system,", "  Machine: [police_system,", "`Machine` is no name"),
        ("  machine: [police_system,", "  manager: []\n  machine: [police_system,", "duplicate key"),
        ("  machine: [police_system,", "  machine: police_system\n  more: [police_system,", "valid list"),
        ("bases:\n", "colour: blue\nbases:\n", "colour: Extra inputs"),
        ("    read:access: {purpose", "    access: {purpose", "`access` is no action"),
        ("    lado.*: {purpose", "    lado.*: {porpose", "lado.*.purpose: Field required"),
        ("groups:\n", "groups: [\n", "line"),
    ],
)
def test_a_slip_in_the_groups_is_named_by_its_line(tree, old, new, says):
    path = tree / groups.FILE
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(PolicyWrong, match=says) as wrong:
        compile_table(read_sources(tree), ACTIONS)
    assert f"{path}, line " in str(wrong.value)


def test_groups_need_a_basis_to_fall_back_on(tree):
    path = tree / groups.FILE
    path.write_text(path.read_text().replace("  default: {purpose", "  # default: {purpose"))
    with pytest.raises(PolicyWrong, match=r"needs `bases\.default`"):
        compile_table(read_sources(tree), ACTIONS)


def test_a_file_that_is_not_there_or_no_text_is_named(tree):
    (tree / "access.cedar").unlink()
    with pytest.raises(PolicyWrong, match=r"access\.cedar cannot be read"):
        read_sources(tree)
    (tree / "access.cedar").write_bytes(b"\xff")
    with pytest.raises(PolicyWrong, match="no text in UTF-8"):
        read_sources(tree)


# -- the council's own folder


@pytest.fixture
def council(tmp_path: Path) -> Path:
    folder = tmp_path / "council"
    folder.mkdir()
    return folder


def decided(tree: Path, council: Path) -> AccessPolicy:
    return AccessPolicy(compile_table(read_sources(tree, council), ACTIONS))


def allowed(policy: AccessPolicy, role: str, action: str, facts: frozenset[Fact] = NOTHING) -> bool:
    return policy.decide(role, action, facts).allowed


def test_a_council_adds_and_narrows(tree, council):
    (council / sources.COUNCIL).write_text(
        '@id("ours") permit (principal in Role::"team_worker", action == Action::"mash.HoldContact", resource);\n'
        '@id("need-to-know") @rule("E9") @why("Ask their worker.")\n'
        'forbid (principal in Role::"social_care", action == Action::"read:chronology", resource)\n'
        "unless { context.works_with_child || context.of_an_open_team || context.glass_broken };\n"
    )
    policy = decided(tree, council)
    assert allowed(policy, "team_worker", "mash.HoldContact")
    assert not allowed(policy, "team_worker", "mash.DecideContact")
    refused = policy.decide("social_worker", "read:chronology", NOTHING)
    assert (refused.by, refused.rules) == (("need-to-know",), ("E9",))
    assert "Ask their worker. Somebody of this role may, if they are allocated" in refused.why
    assert allowed(policy, "social_worker", "read:chronology", frozenset({Fact.GLASS_BROKEN}))


def test_a_council_does_not_open_a_wall(tree, council):
    (council / sources.COUNCIL).write_text(
        '@id("a") permit (principal in Role::"mash_manager", action in Action::"lado", resource);\n'
        '@id("b") permit (principal in Role::"auditor", action in Action::"commands", resource);\n'
        '@id("c") permit (principal in Role::"operator", action in Action::"reading", resource);\n'
        '@id("d") permit (principal in Role::"social_care", action == Action::"read:chronology", resource);\n'
    )
    policy = decided(tree, council)
    assert policy.decide("mash_manager", "read:worklist:lado", NOTHING).rules == ("L9",)
    assert not allowed(policy, "auditor", "mash.ReceiveContact")
    assert not allowed(policy, "operator", "read:worklist:mash")
    sealed = frozenset({Fact.SEALED, Fact.GLASS_BROKEN, Fact.WORKS_WITH_CHILD})
    assert not allowed(policy, "social_worker", "read:chronology", sealed)


def test_a_council_has_groups_and_bases_of_its_own(tree, council):
    (council / groups.FILE).write_text(
        "groups: {mash_management: [mash_manager]}\n"
        "bases: {by_action: {mash.*: {purpose: front_door, lawful_basis: legal_obligation}}}\n"
    )
    policy = decided(tree, council)
    assert allowed(policy, "mash_manager", "mash.DecideContact")
    assert not allowed(policy, "senior_practitioner", "mash.DecideContact")
    assert policy.basis("mash.DecideContact") == ("front_door", "legal_obligation")
    assert policy.basis("people.MergePeople") == ("keeping_the_index_of_people", "public_task")


def test_a_table_of_old_is_not_passed_over(tree, council):
    (council / "access.yaml").write_text("edition: '2'\n")
    with pytest.raises(PolicyWrong, match=r"no longer read: write what"):
        read_sources(tree, council)
    with pytest.raises(PolicyWrong, match="is no folder"):
        read_sources(tree, council / "access.yaml")
