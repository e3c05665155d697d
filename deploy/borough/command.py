"""A borough's month on a fresh stack, with a bar while it is played."""

import shutil
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.borough.month import errands
from deploy.borough.playing import Month, Playing
from deploy.borough.showing import show
from deploy.play.calling import Services
from deploy.play.stacks import own_stack


async def play_month(contacts: int, seed: int, out: Console) -> Month:
    """Plays the month of this number, prints its tables, and leaves nothing behind.

    Raises deploy.play.errors.CannotGoOn where an event is parked or the stack does not come to rest.
    """
    fresh = Path(tempfile.mkdtemp(prefix="safeguarding-"))
    try:
        out.print("Starting PostgreSQL, the broker and the services ...", highlight=False)
        quiet = lambda _text: None  # noqa: E731 - one line, used once
        stack = own_stack(fresh, simulated_clock=True, broker="embedded", say=quiet)
        async with stack as running, Services(running.urls, running.tokens, say=out.print) as services:
            started = time.monotonic()
            month = await _played(services, contacts, seed, out)
        show(out, month)
        out.print(f"Seed {seed}: {contacts} contacts in {time.monotonic() - started:.0f} s.", highlight=False)
        return month
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


async def _played(services: Services, contacts: int, seed: int, out: Console) -> Month:
    plan = errands(contacts, seed)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("A borough's month", total=len(plan))
        watch = lambda done, of: bar.update(task, total=of, completed=done)  # noqa: E731 - as above
        return await Playing(services, watch=watch).play(plan)
