"""The table that services read: it is what the policies make, is used only for these very policies, and never written."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.generate import access_table
from shared.access.groups import PolicyWrong
from shared.access.policy import AccessPolicy
from shared.access.sources import read_sources
from shared.access.table import FILE, read_table, written
from shared.domain.access_facts import NOTHING
from tests.unit.access.test_policy_files import SERVICES, added, council, tree

__all__ = ["council", "tree"]
COMPILED = "the access policies are others than the shipped table was made of"


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.glob("**/*") if path.is_file()}


def test_it_is_what_the_policies_make_and_reads_back_the_same():
    assert access_table.SHIPPED.read_text() == access_table.shipped()
    assert written(read_table(access_table.SHIPPED)) == access_table.shipped()


def test_it_is_read_without_the_engine_and_the_log_says_nothing(caplog):
    AccessPolicy.read(SERVICES)
    assert not caplog.records
    program = f"""
import sys
from pathlib import Path
from shared.access.policy import AccessPolicy
AccessPolicy.read(Path({str(SERVICES)!r}))
print("cedarpy" in sys.modules)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=SERVICES.parent, capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"


def test_no_module_that_decides_imports_the_engine():
    shared = SERVICES.parent / "shared"
    importing = {path.name for path in shared.glob("**/*.py") if "import cedarpy" in path.read_text()}
    assert importing == {"compiler.py", "parsed.py"}


@pytest.mark.parametrize("file", ["access.cedar", "lado/access.cedar", "groups.yaml"])
def test_where_a_source_is_another_the_policies_are_compiled_and_the_log_says_so(tree, file, caplog):
    added(tree, file, "\n")
    before = files(tree)
    policy = AccessPolicy.read(tree)
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert line.message.startswith(COMPILED)
    assert files(tree) == before, "no service writes a table"
    assert policy.decide("mash_manager", "mash.DecideContact", NOTHING).allowed


def test_another_compiler_or_list_of_facts_is_another_digest(tree, monkeypatch):
    sources = read_sources(tree)
    before = sources.digest(["mash.HoldContact"])
    assert before == read_sources(tree).digest(["mash.HoldContact"])
    assert before != sources.digest(["mash.HoldContact", "mash.DecideContact"])
    monkeypatch.setattr("shared.access.sources._compiler", lambda: "another")
    assert before != sources.digest(["mash.HoldContact"])


def test_a_table_in_a_councils_folder_is_not_read(tree, council):
    (council / FILE).write_text("{}")
    assert AccessPolicy.read(tree, council).decide("lado", "read:worklist:lado", NOTHING).allowed


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"digest": "x", "policies": {}, "bases": {}, "actions": {}}', "\xff"]
)
def test_what_is_no_table_is_refused_by_its_name(tree, text):
    (tree / FILE).write_text(text)
    with pytest.raises(PolicyWrong, match=r"access\.table\.json is no table of access"):
        AccessPolicy.read(tree)
    (tree / FILE).unlink()
    with pytest.raises(PolicyWrong, match="make generate"):
        AccessPolicy.read(tree)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["+ auditor-reads"', '["+ auditor-reads","+ auditor-reads"'),  # more outcomes than combinations
        ('["+ auditor-reads"', '["+ auditor-reeds"'),  # decided by no policy
        ('["+ auditor-reads"', '["+"'),  # allowed by none
        ('["- L9"', '["+ L9"'),  # allowed by a forbid
        ('["+ auditor-reads"', '["- auditor-reads"'),  # refused by a permit
        ('["+ auditor-reads"', '["? auditor-reads"'),
        ('["sealed"]', '["seeled"]'),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tree, old, new):
    path = tree / FILE
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyWrong, match="is no table of access"):
        read_table(path)
