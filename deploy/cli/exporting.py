"""Makes a bundle of one child's events, for the command line: asks every service, then what each keeps of the others."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import httpx

from deploy.bundle.writing import Bundle, add_opened, child_of
from deploy.catalogue import events
from deploy.play.answers import refusal_of
from deploy.play.calling import AUDITOR, Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn

PATIENCE: Final = 10.0
"""Seconds to wait at most until the services keep each other's newest checkpoints, which were signed for the bundle."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written.

    Attributes:
        folder: where.
        packed: the zip of it.
        counts: how many events each service gave.
        withheld: the services that withheld what they hold, each with the rule.
        fingerprint: SHA-256 of the manifest, to be told by another way than the bundle goes.
    """

    folder: Path
    packed: Path
    counts: Mapping[str, int]
    withheld: Mapping[str, str]
    fingerprint: str


async def export(services: Services, child: UUID, to: Path, *, basis: str) -> Exported:
    """Write a bundle of one child's events of all services. Each records that it was asked.

    A service behind a wall withholds, and the export goes on.

    Raises:
        CannotGoOn: a service refused, or something lies where the bundle is to go.
        ServiceAway: one does not answer.
    """
    export_id, bundle = uuid4(), Bundle()
    for name in services.names:
        query = {"export": str(export_id), "basis": basis}
        answer = await services.ask(name, "GET", f"/audit/children/{child}", by=AUDITOR, query=query)
        signed = _withheld(answer)
        if signed is not None:
            bundle.take_withheld(name, signed)
        elif answer.is_success:
            bundle.take(name, answer.content)
        else:
            raise CannotGoOn(f"{name} gave no export: {refusal_of(answer)}")
    await _copies(services, bundle, export_id)
    fingerprint = bundle.finish(events())
    packed = bundle.write(to)
    return Exported(to, packed, bundle.counts(), bundle.withheld(), fingerprint)


async def disclose(services: Services, folder: Path, service: str, step: UUID, by: By) -> tuple[int, str]:
    """Open the words of one step in a bundle; how many events they are of, and the SHA-256 of its manifest now.

    Raises:
        CannotGoOn: the service refused, or this is no bundle.
        ServiceAway: it does not answer.
    """
    child = UUID(child_of(folder))
    path = f"/audit/children/{child}/disclosed"
    answer = await services.ask(service, "POST", path, by=by, body={"step": str(step)})
    if not answer.is_success:
        raise CannotGoOn(f"{service} opened nothing: {refusal_of(answer)}")
    items = answer.json()["items"]
    return len(items), add_opened(folder, items)


async def _copies(services: Services, bundle: Bundle, export_id: UUID) -> None:
    """Ask what each keeps of the others' checkpoints, until they keep what was signed a moment ago."""
    positions = bundle.positions()
    asked = {"export": str(export_id), "positions": positions}
    wanted = sum(len(some) for some in positions.values())
    until = time.monotonic() + PATIENCE
    waiting = set(positions)
    while waiting:
        for name in sorted(waiting):
            answer = await services.ask(name, "POST", "/audit/kept-checkpoints", by=AUDITOR, body=asked)
            if not answer.is_success:
                raise CannotGoOn(f"{name} did not say what it keeps: {refusal_of(answer)}")
            # All but its own, and the line that is signed.
            if answer.content.count(b"\n") > wanted - len(positions[name]) or time.monotonic() > until:
                bundle.take_kept(name, answer.content)
                waiting.remove(name)
        if waiting:
            await asyncio.sleep(1)


def _withheld(answer: httpx.Response) -> Mapping[str, str] | None:
    """What a service behind a wall signed; None where it is no such refusal."""
    if answer.status_code != httpx.codes.FORBIDDEN:
        return None
    found = answer.json()
    signed = found.get("withheld") if isinstance(found, dict) else None
    return signed if isinstance(signed, dict) else None
