"""A file that is written whole or not at all, and for nobody else to read."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write it under a name of its own first: what it replaces stays until it is on the disk. Raises OSError."""
    written = path.with_name(f".{path.name}.part")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
