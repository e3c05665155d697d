"""Playing case files for the command line: a stack for each, progress on the screen, the result beside what was expected."""

import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.catalogue import answers, known_commands
from deploy.local.sign_in import PEOPLE, person
from deploy.play.calling import Services
from deploy.play.case_types import Case
from deploy.play.cases import BadCase, load_case
from deploy.play.errors import CannotGoOn, NoStack, ServiceAway
from deploy.play.expecting import differences
from deploy.play.looking import Address, look_around
from deploy.play.play import Play, Watch
from deploy.play.printing import show, show_differences, show_stop
from deploy.play.searching import search
from deploy.play.stacks import RunningStack, own_stack, running_stack
from shared.domain.actors import DEFAULT_AGENCY, MACHINE_ROLES
from shared.messaging.topics import BrokerKind

ROLES_OF_PEOPLE: Final = frozenset(DEFAULT_AGENCY) - MACHINE_ROLES
"""Whoever has one can sign in to the pages."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to play. `stack`: the named stack of `--stack`; `stay`: told when everything is printed, returns to end."""

    broker: BrokerKind = "embedded"
    stack: Path | None = None
    stay: Callable[[RunningStack], Awaitable[None]] | None = None


@dataclass(slots=True)
class Tally:
    """What came of playing some files, counted.

    Attributes:
        bad_files: not of the format, so not played.
        stopped: they want what no team has, and were played up to there.
        failed: the play could not go on.
        different: something was not as the file says.
    """

    bad_files: int = 0
    stopped: int = 0
    failed: int = 0
    different: int = 0


async def play_files(paths: Sequence[Path], options: Options, out: Console, errors: Console) -> Tally:
    """Plays files one after the other, each on a stack of its own, and prints what came of each."""
    tally = Tally()
    commands = known_commands()
    cases: list[Case] = []
    for path in paths:
        try:
            cases.append(load_case(path, commands))
        except BadCase as error:
            errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
            tally.bad_files += 1
    several = len(paths) > 1
    addresses = answers()
    for case in cases:
        directory = options.stack / case.name if several and options.stack else options.stack
        try:
            async with _stack(directory, options.broker, out, pages=options.stay is not None) as running:
                tally.different += await _play(case, running, addresses, out)
                tally.stopped += case.stops_before is not None
                if options.stay is not None:
                    _may_sign_in(case, running)
                    await options.stay(running)
        except (CannotGoOn, ServiceAway) as error:
            errors.print(f"{case.name}: {error}", markup=False, highlight=False, soft_wrap=True)
            tally.failed += 1
    return tally


async def _play(case: Case, running: RunningStack, addresses: Sequence[Address], out: Console) -> bool:
    """Plays one case and prints the result; answers whether anything was different."""
    async with Services(running.urls, running.tokens, say=out.print) as services:
        with _progress(case, out) as watch:
            played = await Play(case, services, running.directory, watch=watch).run()
        outcome = await look_around(case, played, services, addresses)
        if case.expected.nowhere and case.stops_before is None:
            children = [UUID(played.ids[one.label]) for one in case.children if one.label in played.ids]
            texts = [one.text for one in case.expected.nowhere]
            outcome.found = await search(texts, running, services, children)
    found = differences(case, played, outcome)
    show(out, case, played, outcome)
    show_differences(out, case, found)
    if case.stops_before is not None:
        show_stop(out, case, case.stops_before)
    return bool(found)


def _may_sign_in(case: Case, running: RunningStack) -> None:
    """The people of the case can sign in to the pages of the stack it was played on."""
    people = dict.fromkeys(
        step.by for step in case.steps if step.by is not None and step.by.role in ROLES_OF_PEOPLE
    )
    said = [person(each.name, each.role, each.agency, each.organisation) for each in people]
    (running.directory / "issuer" / PEOPLE).write_text(json.dumps(said))


@contextmanager
def _progress(case: Case, out: Console) -> Iterator[Watch]:
    """A bar on a terminal, a line a step elsewhere."""
    if not out.is_terminal:
        yield lambda number, of, what: out.print(
            f"{case.name} {number}/{of} {what}", markup=False, highlight=False
        )
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(case.name, total=None)
        yield lambda number, of, what: bar.update(
            task, total=of, completed=number - 1, description=f"{case.name}: {what}"
        )


@asynccontextmanager
async def _stack(
    directory: Path | None, broker: BrokerKind, out: Console, *, pages: bool
) -> AsyncIterator[RunningStack]:
    """The named stack, running already or started here; without a name a fresh one, removed afterwards."""
    if directory is not None:
        try:
            running = running_stack(directory)
        except NoStack:
            pass
        else:
            yield running
            return
    fresh = Path(tempfile.mkdtemp(prefix="safeguarding-")) if directory is None else None
    started = time.monotonic()
    try:
        place = fresh or directory
        assert place is not None
        name = "Apache Kafka (fetched the first time)" if broker == "kafka" else "the broker"
        out.print(f"Starting PostgreSQL, {name} and the services ...", highlight=False)
        async with own_stack(
            place, simulated_clock=True, broker=broker, say=lambda _: None, pages=pages
        ) as running:
            out.print(f"The stack was up in {time.monotonic() - started:.1f} s.", highlight=False)
            yield running
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
