"""For tests: that what is told ahead of a command (`Stream.preconditions`) is what its decision says. Pure.

Every story of every team is a test of it: whoever tells ahead that the record forbids a command must be right whatever the
command says, and a command that was decided must not have been told to be forbidden.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from shared.domain.command import Check, Command, Refused
from shared.domain.decider import Context


@contextmanager
def as_told_ahead(command: type[Command], forbidding: Sequence[Check]) -> Iterator[None]:
    """What is decided within fits what was told ahead of it.

    Raises:
        AssertionError: it was told to be forbidden, and is decided, or refused for something else.
    """
    told = {rule for rule, *_ in forbidding if rule}
    try:
        yield
    except Refused as refusal:
        missing = told - set(refusal.rules)
        if missing:
            raise AssertionError(
                f"{command.__name__} was told to be forbidden by {', '.join(sorted(missing))}, which did not refuse it"
            ) from refusal
        raise
    if forbidding:
        raise AssertionError(
            f"{command.__name__} was told to be forbidden ({forbidding[0][2]}), and was decided"
        )


def happening_now(context: Context) -> Context:
    """The context of whoever asks ahead, at the moment at which a command is decided that may tell of an earlier one."""
    return replace(context, happened_at=context.now, known_at=context.now, received_at=context.now)
