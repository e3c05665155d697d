"""The journal of a play: what has finished, on disk, so that a play that was stopped goes on where it stopped."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from deploy.play.case_types import Case
from deploy.play.errors import CannotGoOn


class Done(BaseModel):
    """One finished step: the id it got (none where it was refused or could not be played), and what was different."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    id: str | None = None
    late: bool = False
    differences: tuple[str, ...] = Field(default=())


class Journal:
    """A file of one JSON line a finished step, each on disk before the next step begins."""

    def __init__(self, directory: Path, case: Case) -> None:
        """Opens or begins `play-<case>.jsonl` in a stack's directory.

        Raises CannotGoOn where the case file has changed since: its steps would not be those that were played.
        """
        self.path = directory / f"play-{case.name}.jsonl"
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.done = self._read(case)
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def note(self, done: Done) -> None:
        """Writes a finished step; it is on disk when this returns."""
        self.done[done.key] = done
        self._write(done.model_dump_json())

    def _read(self, case: Case) -> dict[str, Done]:
        lines = list(self._whole_lines())
        if not lines:
            self._write(json.dumps({"case": case.name, "digest": case.digest}))
            return {}
        if json.loads(lines[0]).get("digest") != case.digest:
            raise CannotGoOn(
                f"{case.path} has changed since it was played on this stack ({self.path}): "
                "put it back as it was, or play it on another stack"
            )
        return {done.key: done for line in lines[1:] for done in [Done.model_validate_json(line)]}

    def _whole_lines(self) -> Iterator[str]:
        """The lines that were written to their end; what a kill cut short is dropped, so that it is played again."""
        written = self.path.read_bytes()
        end = written.rfind(b"\n") + 1
        if end < len(written):
            os.ftruncate(self._file, end)
        yield from written[:end].decode().splitlines()

    def _write(self, line: str) -> None:
        os.write(self._file, line.encode() + b"\n")
        os.fsync(self._file)
