"""How each refusal of the kernel is answered over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.calendar import CalendarEnds
from shared.decider import NotFound, Refused
from shared.deciding import Forbidden
from shared.judging import AnotherBody
from shared.rules import NoSuchRule
from shared.runner import Busy
from shared.store import GONE, LogUnavailable, NotStorable
from shared.web.problems import Problem, conflict, different_command, invalid, not_found, not_ready, refused


def _away(_error: BaseException) -> Problem:
    return not_ready("the database cannot be reached; send it again with the same Idempotency-Key")


ANSWERS: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = {
    Refused: lambda error: refused(error.rules, error.message, by_role=False),
    Forbidden: lambda error: refused(error.rules, error.message, by_role=True),
    NotFound: lambda error: not_found(str(error)),
    AnotherBody: lambda _error: different_command(),
    Busy: lambda error: conflict(str(error)),
    NoSuchRule: lambda error: refused((), str(error), by_role=False),
    CalendarEnds: lambda error: refused((), str(error), by_role=False),
    NotStorable: lambda error: invalid([("with", str(error))]),
    LogUnavailable: _away,
    **dict.fromkeys(GONE, _away),
}
