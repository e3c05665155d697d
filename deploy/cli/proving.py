"""Verifying logs and making exports, for the command line: where the databases are, and what is printed."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

import services
from deploy.local.layout import Layout
from deploy.local.postgres import EmbeddedPostgres
from deploy.play.answers import refusal_of
from deploy.play.calling import Services
from deploy.play.errors import CannotGoOn, NoStack
from deploy.play.searching import AUDITOR
from deploy.play.stacks import dsn_of, is_running, running_stack
from shared.audit.checkpoint import BadKeys, Checkpoint, NotACheckpoint, PublicKeys
from shared.audit.export import Proved, check_export, head_line
from shared.audit.log_check import Contract
from shared.audit.verify import Report, verify_service
from shared.domain.event import event_types
from shared.service.settings import PREFIX

Say = Callable[[str], None]


def contract(*, walled: bool = False) -> Contract:
    """What the events of all teams say of the columns that no digest covers, in the log of a team that may stand behind
    a wall.
    """
    kinds: dict[str, set[str]] = {}
    for team in services.all_teams():
        for stream in team.streams:
            for event in stream.event_types():
                kinds.setdefault(event.NAME, set()).add(stream.name)
    return Contract(
        crosses={name: event.may_cross(walled=walled) for name, event in event_types().items()},
        categories={name: next(iter(found)) for name, found in kinds.items() if len(found) == 1},
    )


async def verify(stack: Path, *, environment: bool, kept: Path | None, as_json: bool, say: Say) -> bool:
    """Verify every log, and say what was found; whether all is well.

    Args:
        stack: directory of a stack; where it does not run, its database is started for as long as this takes.
        environment: databases and keys from the services' own settings instead.
        kept: the auditor's own file of checkpoints: compared, and where all is well the newest are added to it.
        as_json: one JSON object a service.
        say: takes a line.

    Raises:
        NoStack, CannotGoOn: what is needed is not there.
    """
    audited = [] if kept is None else _read_kept(kept)
    walled = {team.name for team in services.all_teams() if team.topic.walled}
    known = {behind: contract(walled=behind) for behind in (False, True)}
    async with _databases(stack, environment=environment) as (pools, keys):
        reports = []
        for name in pools:
            try:
                report = await verify_service(name, pools, keys, known[name in walled], audited=audited)
            except asyncpg.PostgresError as error:
                raise CannotGoOn(f"the log of {name} cannot be read ({type(error).__name__})") from None
            say(json.dumps(_plain(report), default=str) if as_json else _in_words(report))
            reports.append(report)
    fine = not any(report.findings for report in reports)
    if kept is not None and fine:
        new = [one.last for one in reports if one.last is not None and one.last not in audited]
        _write(kept, b"".join(one.json() + b"\n" for one in (*audited, *new)))
        if not as_json:
            say(f"{kept}: {len(new)} checkpoints added; {len(audited) + len(new)} are kept there.")
    return fine


async def export(child: UUID, stack: Path, to: Path) -> Mapping[str, int]:
    """Write one child's events of all services to a file that is not there yet; how many of each.

    Raises:
        NoStack, CannotGoOn: the stack does not run, or a service refused.
    """
    running = running_stack(stack)
    counts: dict[str, int] = {}
    parts = [head_line(child, datetime.now(UTC), running.urls)]
    async with Services(running.urls, running.tokens, patience=5) as services:
        for name in services.names:
            answer = await services.ask(name, "GET", f"/audit/children/{child}", by=AUDITOR)
            if not answer.is_success:
                raise CannotGoOn(f"{name} gave no export: {refusal_of(answer).detail}")
            parts.append(answer.content)
            end = json.loads(answer.content.rstrip().rpartition(b"\n")[2]).get("end", {})
            counts[name] = int(end.get("events", 0))
    _write(to, b"".join(parts))
    return counts


def check_file(file: Path, keys: Path) -> Proved:
    """Check an export's file with the public keys of a directory. Raises CannotGoOn, OSError."""
    try:
        known = PublicKeys.read(keys)
    except BadKeys as error:
        raise CannotGoOn(str(error)) from None
    with file.open("rb") as lines:
        return check_export(lines, known)


@asynccontextmanager
async def _databases(
    stack: Path, *, environment: bool
) -> AsyncIterator[tuple[dict[str, asyncpg.Pool], PublicKeys]]:
    """Connections to every service's database, as its own role, which may read its log; and the public keys."""
    async with AsyncExitStack() as exits:
        if environment:
            dsns, directory = _from_environment()
        else:
            dsns, directory = exits.enter_context(_of_stack(stack))
        try:
            keys = PublicKeys.read(directory)
        except BadKeys as error:
            raise CannotGoOn(str(error)) from None
        pools = {}
        for name, dsn in dsns.items():
            pools[name] = await exits.enter_async_context(asyncpg.create_pool(dsn, min_size=0, max_size=3))
        yield pools, keys


@contextmanager
def _of_stack(directory: Path) -> Iterator[tuple[dict[str, str], Path]]:
    layout = Layout(directory)
    names = [name for name in services.names() if (layout.secrets / f"{name}.password").is_file()]
    if not names:
        raise NoStack(f"{directory} is no stack's directory: name the directory of one with --stack")

    if is_running(directory):
        yield {name: dsn_of(layout, name) for name in names}, layout.checkpoint_keys
        return
    with EmbeddedPostgres(layout.postgres) as server:
        yield {name: dsn_of(layout, name, server.port) for name in names}, layout.checkpoint_keys


def _from_environment() -> tuple[dict[str, str], Path]:
    dsns = {name: os.environ.get(f"{PREFIX}{name.upper()}_DSN", "") for name in services.names()}
    missing = [f"{PREFIX}{name.upper()}_DSN" for name, dsn in dsns.items() if not dsn]
    directory = os.environ.get(f"{PREFIX}CHECKPOINT_KEYS", "")
    if not directory:
        missing.append(f"{PREFIX}CHECKPOINT_KEYS")
    if missing:
        raise CannotGoOn(
            f"set {', '.join(missing)}: each service's database, and the directory of public keys"
        )
    return dsns, Path(directory)


def _read_kept(path: Path) -> list[Checkpoint]:
    """What the auditor kept; nothing where there is no file yet."""
    found: list[Checkpoint] = []
    if not path.exists():
        return found
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found.append(Checkpoint.parse(line))
        except NotACheckpoint as error:
            raise CannotGoOn(f"{path}, line {number}: {error}") from None
    return found


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read: what it replaces stays until it is on the disk."""
    written = path.with_name(f".{path.name}.part")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)


def _in_words(report: Report) -> str:
    kept = ", ".join(f"{holder} up to {last}" for holder, last in sorted(report.kept.items())) or "nobody"
    what = (
        f"{report.events} events, positions 1 to {report.head}; signed up to {report.signed}; kept by {kept}."
    )
    lines = [f"{report.service}: {what}"]
    if not report.findings:
        lines.append("  Nothing was found.")
    lines += [f"  {finding}" for finding in report.findings]
    if report.more:
        lines.append(f"  And {report.more} more.")
    return "\n".join(lines)


def _plain(report: Report) -> dict[str, Any]:
    return {
        "service": report.service,
        "events": report.events,
        "head": report.head,
        "signed": report.signed,
        "kept": dict(report.kept),
        "findings": [asdict(finding) for finding in report.findings],
        "more": report.more,
    }
