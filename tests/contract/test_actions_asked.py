"""Every reading and way of running the system that the code asks about is an action of the table: another is refused to all."""

import re
from pathlib import Path

import pytest

from deploy.generate.access_table import actions
from services import names
from shared.access.actions import READINGS_OF_A_TEAM

ROOT = Path(__file__).parents[2]
ASKED = re.compile(r'f?"((?:read|operate):[a-z_]+)(:\{[a-z._]+\})?"')
FOUND = sorted(
    {
        (found[1], bool(found[2]))
        for folder in ("shared/web", "shared/team", "shared/commands", "services")
        for path in (ROOT / folder).glob("**/*.py")
        for found in ASKED.finditer(path.read_text())
    }
)


def test_there_are_some():
    assert {("read:chronology", False), ("read:worklist", True), ("operate:clock", False)} <= set(FOUND)


@pytest.mark.parametrize(("action", "of_a_team"), FOUND)
def test_what_the_code_asks_is_in_the_table(action, of_a_team):
    own = of_a_team or action.partition(":")[2] in READINGS_OF_A_TEAM
    wanted = {f"{action}:{team}" for team in names()} if own else {action}
    assert wanted <= actions(), f"{action} is not known: name it in shared/access/actions.py"
