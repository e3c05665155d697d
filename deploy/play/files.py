"""Playing case files for the command line: a stack for each, progress on the screen, the result beside what was expected."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.catalogue import known_commands
from deploy.play.calling import CannotGoOn, ServiceAway, Services
from deploy.play.case_types import Case
from deploy.play.cases import BadCase, load_case
from deploy.play.expecting import differences, look_around
from deploy.play.play import Play, Watch
from deploy.play.printing import show, show_differences
from deploy.play.stacks import BrokerKind, NoStack, Running, own_stack, running_stack


@dataclass(frozen=True, slots=True)
class Options:
    """How to play. `stack`: the named stack of `--stack`; `stay`: told when everything is printed, returns to end."""

    broker: BrokerKind = "embedded"
    stack: Path | None = None
    stay: Callable[[Running], Awaitable[None]] | None = None


@dataclass(slots=True)
class Tally:
    """What came of playing some files, counted."""

    bad_files: int = 0
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
    for case in cases:
        directory = options.stack / case.name if several and options.stack else options.stack
        try:
            async with _stack(directory, options.broker, out) as running:
                tally.different += await _play(case, running, out)
                if options.stay is not None:
                    await options.stay(running)
        except (CannotGoOn, ServiceAway) as error:
            errors.print(f"{case.name}: {error}", markup=False, highlight=False, soft_wrap=True)
            tally.failed += 1
    return tally


async def _play(case: Case, running: Running, out: Console) -> bool:
    """Plays one case and prints the result; answers whether anything was different."""
    async with Services(running.urls, running.tokens, say=out.print) as services:
        with _progress(case, out) as watch:
            played = await Play(case, services, running.directory, watch=watch).run()
        seen = await look_around(case, played, services)
    found = differences(case, played, seen)
    show(out, case, played, seen)
    show_differences(out, case, found)
    return bool(found)


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
async def _stack(directory: Path | None, broker: BrokerKind, out: Console) -> AsyncIterator[Running]:
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
        async with own_stack(place, simulated_clock=True, broker=broker, say=lambda _: None) as running:
            out.print(f"The stack was up in {time.monotonic() - started:.1f} s.", highlight=False)
            yield running
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
