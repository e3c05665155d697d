"""An environment that has none of our code, for what an outsider does: Python, `cryptography`, and nothing else."""

import subprocess
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OURS: Final = ("shared", "services", "deploy", "asyncpg", "orjson", "pydantic", "typer", "httpx")
"""What must not be found there: our packages, and what they stand on."""

_ITS_OWN: Final = ("cryptography", "cffi", "_cffi_backend*", "pycparser")


@dataclass(frozen=True)
class Outsider:
    """A Python of its own."""

    python: Path

    def run(self, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs it in a folder, with an empty environment."""
        return subprocess.run(
            [str(self.python), *map(str, arguments)],
            cwd=cwd,
            env={},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def make_outsider(folder: Path) -> Outsider:
    """Makes the environment in a folder, and makes sure of what it lacks."""
    venv.create(folder, with_pip=False, symlinks=True)
    made = Outsider(folder / "bin" / "python")
    there = Path(sysconfig.get_path("purelib"))
    (packages,) = (folder / "lib").glob("python*/site-packages")
    for pattern in _ITS_OWN:
        for found in there.glob(pattern):
            (packages / found.name).symlink_to(found)
    for name in OURS:
        done = made.run("-c", f"import {name}", cwd=folder)
        assert f"No module named '{name}'" in done.stderr, (name, done.stderr)
    done = made.run("-c", "import cryptography.hazmat.primitives.ciphers.aead", cwd=folder)
    assert done.returncode == 0, done.stderr
    return made
