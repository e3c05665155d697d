"""The gate before a service's log: why it takes no commands, where it does not.

Whoever finds that the log may not be added to (it was put back to an older state, or was altered) closes the gate with
a sentence that says what is wrong and who may decide; `Store.append` writes nothing while any reason stands. One place
for all of them, so that a command, a policy, a timer and readiness are told the same.

Not a lock: what another process of the service has already been let append is not called back.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType

from shared.eventstore.append import LogUnavailable

log = logging.getLogger(__name__)


class TakesNoCommands(LogUnavailable):
    """The gate is closed: nothing was written. It is the log that is unavailable, no event's or command's fault.

    Attributes:
        reasons: sentences of ours, of codes and positions alone.
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        Exception.__init__(self, " ".join(reasons))
        self.reasons = reasons


class CommandGate:
    """Keeps commands from a service's log while somebody has a reason. Open where nobody has."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why it is closed, by who closed it; empty where it is open."""
        return MappingProxyType(self._reasons)

    def close(self, by: str, why: str) -> None:
        """Close it, or say anew why it is closed.

        Args:
            by: a word for what was looked at, as `restored`; whoever closes opens again under the same word.
            why: a sentence for those who run the service: what is wrong, and what they can do. Positions and names of
                services alone.
        """
        if self._reasons.get(by) != why:
            log.critical("takes no commands", extra={"reason": why})
        self._reasons[by] = why

    def open(self, by: str) -> None:
        """Take this reason away; the others stand."""
        if self._reasons.pop(by, None) is not None:
            log.warning("a reason to take no commands is gone", extra={"reason": by})

    def check(self) -> None:
        """Let a caller pass.

        Raises:
            TakesNoCommands: a reason stands.
        """
        if self._reasons:
            raise TakesNoCommands(tuple(self._reasons.values()))
