"""One supervisor a directory."""

import fcntl
import os
from pathlib import Path

from deploy.local.errors import StackError

LOCK = "lock"
"""The lock's file in the directory; it stays there when the lock is let go."""


class DirectoryLock:
    """An advisory lock on a directory, let go by `release` or by our death, whatever killed us."""

    def __init__(self, directory: Path) -> None:
        """Not yet taken."""
        self._directory = directory
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes it; StackError when another process has it."""
        descriptor = os.open(self._directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise StackError(
                f"{self._directory} is in use by process {holder}: stop that one first, or name another directory"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets it go; a second time is nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
