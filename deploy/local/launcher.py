"""Becomes another program that dies with the process that started it, even when that one is killed with SIGKILL.

Run as `python -ISE launcher.py PARENT UID GID PROGRAM [ARGUMENT ...]`: PARENT is the pid of the process that starts
it, UID and GID the account to become, or `-` to stay who we are. Only Linux can do this. It imports nothing of the
project, so that it starts in a few milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 126
"""Exit status when the program could not be run, as a shell has it."""


def main(parent: int, uid: str, gid: str, command: list[str]) -> None:
    """Ties this process to its parent's life and becomes `command`. Returns only by exiting."""
    # Loaded before the account changes: Python's own files may lie where the new account cannot read.
    libc = ctypes.CDLL(None, use_errno=True)
    if uid != "-":
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
    # After the change of account, which clears it.
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"cannot tie {command[0]} to its supervisor: {os.strerror(ctypes.get_errno())}")
    # A parent that died before the line above sends no signal any more.
    if os.getppid() != parent:
        os._exit(CANNOT_RUN)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(CANNOT_RUN)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
