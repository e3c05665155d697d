"""Making exports and checking them, for the command line."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from deploy.cli.whole_file import write_whole
from deploy.play.answers import refusal_of
from deploy.play.calling import Services
from deploy.play.errors import CannotGoOn
from deploy.play.searching import AUDITOR
from deploy.play.stacks import running_stack
from shared.audit.checkpoint import BadKeys, PublicKeys
from shared.audit.export import Proved, check_export, head_line


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
    write_whole(to, b"".join(parts))
    return counts


def check_file(file: Path, keys: Path) -> Proved:
    """Check an export's file with the public keys of a directory. Raises CannotGoOn, OSError."""
    try:
        known = PublicKeys.read(keys)
    except BadKeys as error:
        raise CannotGoOn(str(error)) from None
    with file.open("rb") as lines:
        return check_export(lines, known)
