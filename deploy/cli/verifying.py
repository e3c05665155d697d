"""Verifying the logs, for the command line: what is looked at, the auditor's own file, and what is printed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asyncpg

import services
from deploy.cli.evidence import evidence
from deploy.cli.whole_file import write_whole
from deploy.play.errors import CannotGoOn
from services.chronology.events import EntryReceived
from shared.audit.access_checkpoint import AccessCheckpoint, parse_any
from shared.audit.across_logs import Copies
from shared.audit.checkpoint import Checkpoint, NotACheckpoint
from shared.audit.log_check import Contract
from shared.audit.verify import Report, verify_service
from shared.domain.event import event_types

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
        intakes={name: event.INTAKE for name, event in event_types().items() if event.INTAKE},
        categories={name: next(iter(found)) for name, found in kinds.items() if len(found) == 1},
    )


def told_in_the_chronology() -> Copies:
    """Which facts of which team the chronology makes an entry of, as its policy does."""
    entries, known = services.all_entries(), event_types()

    def word(source: str, name: str) -> str | None:
        event = known.get(name)
        return None if event is None else entries.makes(source, event)

    return Copies("chronology", EntryReceived.NAME, word)


async def verify(
    stack: Path, *, environment: bool, kept: Path | None, as_json: bool, say: Say, say_beside: Say
) -> bool:
    """Verify every log, and say what was found; whether all is well.

    Args:
        stack: directory of a stack; where it does not run, its database is started for as long as this takes.
        environment: databases and keys from the services' own settings instead.
        kept: the auditor's own file of checkpoints: compared, and where all is well the newest are added to it.
        as_json: one JSON object a service.
        say: takes a line.
        say_beside: takes a line that is no finding, and no JSON.

    Raises:
        NoStack, CannotGoOn: what is needed is not there.
    """
    audited = [] if kept is None else _read_kept(kept)
    walled = {team.name for team in services.all_teams() if team.topic.walled}
    known = {behind: contract(walled=behind) for behind in (False, True)}
    async with evidence(stack, environment=environment) as found:
        reports = []
        for name in found.pools:
            try:
                report = await verify_service(
                    name,
                    found.pools,
                    found.keys,
                    known[name in walled],
                    audited=audited,
                    stores=found.stores,
                    copies=told_in_the_chronology(),
                    views=services.team(name).views,
                    views_pool=found.views[name],
                )
            except asyncpg.PostgresError as error:
                raise CannotGoOn(f"the log of {name} cannot be read ({type(error).__name__})") from None
            say(json.dumps(_plain(report), default=str) if as_json else _in_words(report))
            reports.append(report)
        if unlooked := sorted(found.pools.keys() - found.stores.keys()):
            say_beside(
                f"Not looked at, as their key stores are not named here (KEYS and MASTER_KEY): {', '.join(unlooked)}."
            )
    fine = not any(report.findings for report in reports)
    if kept is not None and fine:
        ends = [end for one in reports for end in (one.last, one.access.last)]
        new = [one for one in ends if one is not None and one not in audited]
        write_whole(kept, b"".join(one.json() + b"\n" for one in (*audited, *new)))
        if not as_json:
            say(f"{kept}: {len(new)} checkpoints added; {len(audited) + len(new)} are kept there.")
    return fine


def _read_kept(path: Path) -> list[Checkpoint | AccessCheckpoint]:
    """What the auditor kept; nothing where there is no file yet."""
    found: list[Checkpoint | AccessCheckpoint] = []
    if not path.exists():
        return found
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found.append(parse_any(line))
        except NotACheckpoint as error:
            raise CannotGoOn(f"{path}, line {number}: {error}") from None
    return found


def _in_words(report: Report) -> str:
    what = (
        f"{report.events} events, positions 1 to {report.head}; signed up to {report.signed}; "
        f"kept by {_keepers(report.kept)}."
    )
    looked = report.access
    looks = (
        f"Who looked: {looked.looks} entries; signed up to {looked.signed}; kept by {_keepers(looked.kept)}."
    )
    lines = [f"{report.service}: {what} {looks}"]
    if report.left_out:
        lines.append(
            f"  {report.left_out} facts of others were left out by a person, with a reason kept there."
        )
    if not report.findings:
        lines.append("  Nothing was found.")
    lines += [f"  {finding}" for finding in report.findings]
    if report.more:
        lines.append(f"  And {report.more} more.")
    return "\n".join(lines)


def _keepers(kept: Mapping[str, int]) -> str:
    return ", ".join(f"{holder} up to {last}" for holder, last in sorted(kept.items())) or "nobody"


def _plain(report: Report) -> dict[str, Any]:
    return {
        "service": report.service,
        "events": report.events,
        "head": report.head,
        "signed": report.signed,
        "kept": dict(report.kept),
        "access": {
            "looks": report.access.looks,
            "signed": report.access.signed,
            "kept": report.access.kept,
        },
        "findings": [asdict(finding) for finding in report.findings],
        "more": report.more,
        "left_out": report.left_out,
        "views": dict(report.views),
    }
