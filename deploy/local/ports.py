"""Loopback ports that stay ours while the server behind them is dead."""

import random
import socket
from pathlib import Path

from deploy.local.errors import StackError

LOOPBACK = "127.0.0.1"
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Port:
    """A free TCP port on 127.0.0.1, reserved among all stacks of this machine until released or we end.

    It lies outside the range the kernel takes ports for outgoing connections from. Inside it, a client that keeps
    trying a dead server's port sooner or later gets that very port as its own end, is connected to itself, and the
    server cannot come back.
    """

    def __init__(self) -> None:
        """Finds and reserves one; StackError when none is free."""
        candidates = _candidates()
        for _ in range(500):
            self.number = random.choice(candidates)  # noqa: S311 - no secret
            # Bound for our lifetime: another stack sees that the port is taken also while nobody listens on it.
            self._reservation = socket.socket(socket.AF_UNIX)
            try:
                self._reservation.bind(f"\0safeguarding-port-{self.number}")
                with socket.socket() as probe:
                    probe.bind((LOOPBACK, self.number))
            except OSError:
                self._reservation.close()
            else:
                return
        raise StackError("no free port on 127.0.0.1 was found: close programs that listen on many ports")

    def release(self) -> None:
        """Gives it up; a second time is nothing."""
        self._reservation.close()


def accepts(port: int) -> bool:
    """Whether something listens on this loopback port now."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _candidates() -> range:
    try:
        low, high = (int(word) for word in _RANGE.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        low, high = 32_768, 60_999
    for clear in (range(10_000, min(low, 65_536)), range(high + 1, 65_536)):
        if len(clear) >= 500:
            return clear
    # This machine gives nearly all ports to outgoing connections: any must do.
    return range(10_000, 65_536)
