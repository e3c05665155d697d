"""How each refusal of the kernel is answered over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.access.policy import OUTSIDE_ROLE
from shared.commands.handler import Busy
from shared.domain.command import NotFound, Refused
from shared.domain.rules import NoSuchRule
from shared.domain.working_days import CalendarEnds
from shared.eventstore.append import AnotherBody, KeyGone, LogUnavailable, NotStorable, SubjectErased
from shared.eventstore.gate import TakesNoCommands
from shared.inbox.newcomers import StillOnTheirWay
from shared.infrastructure.postgres import DATABASE_AWAY
from shared.team.authorisation import Forbidden
from shared.web.field_errors import WrongField
from shared.web.problems import (
    Problem,
    conflict,
    different_command,
    invalid,
    not_found,
    not_ready,
    on_their_way,
    refused,
    takes_no_commands,
)


def _away(_error: BaseException) -> Problem:
    return not_ready("the database cannot be reached; send it again with the same Idempotency-Key")


ANSWERS: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = {
    # Whom the record shows to be none of those who may (the agency asked, who raised it) is refused as a role is.
    Refused: lambda error: refused(error.rules, error.message, by_role=OUTSIDE_ROLE in error.rules),
    Forbidden: lambda error: refused(error.rules, error.message, by_role=True),
    StillOnTheirWay: lambda error: on_their_way(str(error)),
    NotFound: lambda error: not_found(str(error)),
    AnotherBody: lambda _error: different_command(),
    Busy: lambda error: conflict(str(error)),
    NoSuchRule: lambda error: refused((), str(error), by_role=False),
    CalendarEnds: lambda error: refused((), str(error), by_role=False),
    NotStorable: lambda error: invalid(WrongField("with", str(error))),
    TakesNoCommands: lambda error: takes_no_commands(error.reasons),
    LogUnavailable: _away,
    KeyGone: lambda error: not_ready(str(error), retry_after=300),
    SubjectErased: lambda error: refused(
        (), str(error), by_role=False, what_to_do="Register them again, and record it under the new id."
    ),
    **dict.fromkeys(DATABASE_AWAY, _away),
}
