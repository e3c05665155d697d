"""A reason says something, is bounded, and holds no control characters: in every command that asks for one."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.chronology.streams.entry import ChangeSignificance
from services.mash.codes import Outcome
from services.mash.streams.contact import DecideContact, HoldContact, InformReferrer
from shared.domain.command import Command
from shared.domain.fields import MOST_TEXT
from shared.domain.instants import london
from shared.team.deadlines import VaryDeadline

ASKING: list[tuple[type[Command], str, dict[str, Any]]] = [
    (HoldContact, "reason", {}),
    (DecideContact, "rationale", {"outcome": Outcome.NO_FURTHER_ACTION, "level": 1}),
    (InformReferrer, "message", {"outcome": False}),
    (VaryDeadline, "reason", {"rule": "M1", "due": london(2026, 4, 8)}),
    (ChangeSignificance, "reason", {"significance": "critical"}),
]


@pytest.mark.parametrize("said", ["", "  \n\t", "\u00a0", "a NUL \0 in it", "x" * (MOST_TEXT + 1)])
@pytest.mark.parametrize(("command", "field", "rest"), ASKING, ids=[one[0].__name__ for one in ASKING])
def test_what_says_nothing_or_too_much_is_no_reason(
    command: type[Command], field: str, rest: dict[str, Any], said: str
) -> None:
    assert getattr(command.model_validate({**rest, field: "The school\nis closed."}), field)
    with pytest.raises(ValidationError):
        command.model_validate({**rest, field: said})
