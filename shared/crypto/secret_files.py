"""Files that hold a secret: made once, whole or not at all, and refused when others on the machine could read them."""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

KEY_BYTES = 32
"""The length of every symmetric key of the system (AES-256, HMAC-SHA-256)."""


class UnsafeSecret(Exception):
    """A secret's file is missing, readable by others, or of the wrong length. The message says what to do."""


def read_secret(path: Path) -> bytes:
    """The content of a secret's file.

    Raises:
        UnsafeSecret: it is missing, or the group or everyone on the machine has any right to it.
    """
    try:
        with path.open("rb") as file:
            # The open file is asked, not the path: the file checked is the file read.
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise UnsafeSecret(f"{path} can be read by others on this machine: run `chmod 600 {path}`")
            return file.read()
    except FileNotFoundError:
        raise UnsafeSecret(
            f"{path} does not exist: make the secret there, readable by its owner alone"
        ) from None


def read_key(path: Path) -> bytes:
    """A 32-byte key from a file that nobody else may read. Raises UnsafeSecret, also for another length."""
    key = read_secret(path)
    if len(key) != KEY_BYTES:
        raise UnsafeSecret(
            f"{path} must hold {KEY_BYTES} bytes, not {len(key)}: write a new key of that length"
        )
    return key


def make_secret(path: Path, content: Callable[[], bytes]) -> bytes:
    """The secret in `path`, made there with mode 0600 if there is none.

    Of several processes that make it at once one wins, and every one of them answers what the winner wrote. Readers
    never see half a file: it gets its name when it is whole.

    Raises:
        UnsafeSecret: a file is there already and others may read it.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content())
                file.flush()
                os.fsync(file.fileno())
            # A link, not a rename: it fails where another process was first, instead of replacing what it wrote.
            os.link(written, path)
        except FileExistsError:
            pass
        finally:
            written.unlink()
    return read_secret(path)


def make_key(path: Path) -> bytes:
    """The 32-byte key in `path`, made there at random if there is none. Raises as `make_secret` and `read_key`."""
    make_secret(path, lambda: secrets.token_bytes(KEY_BYTES))
    return read_key(path)
