"""What `play` puts on the screen: each child's chronology as the agencies see it side by side, deadlines, differences.

A sign never stands alone: beside it there is always the word, for those who do not see the sign or its colour.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.play.answers import DeadlineRow, SeenEntry
from deploy.play.case_types import Case, CaseStep, Viewer
from deploy.play.looking import CaseOutcome
from deploy.play.play import CaseDifference, Played
from shared.domain.instants import LONDON

WHOLE: Final = "● whole"
TITLE: Final = "○ title only"
UNSEEN: Final = "· not seen"
_STATE_STYLES = {"met": "green", "missed": "bold red", "open": "cyan", "varied": "yellow", "ended": "dim"}


def london_time(instant: datetime) -> str:
    """An instant as a clock in London shows it, for people."""
    shown = instant.astimezone(LONDON)
    return shown.strftime("%a %-d %b %Y %H:%M")


def duration(span: timedelta) -> str:
    """How long, in days, hours and minutes."""
    minutes = int(span.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return " ".join(parts) or "under a minute"


def in_words(word: str) -> str:
    """A code as words: `childrens_social_care` is `children's social care`."""
    return word.replace("_", " ").replace("childrens ", "children's ")


def show(console: Console, case: Case, played: Played, seen: CaseOutcome) -> None:
    """Prints what a play left behind."""
    console.print(f"\n[bold]{escape(case.title)}[/bold]")
    for child in case.children:
        viewers = [viewer for viewer in case.viewers if (child.label, viewer) in seen.chronology]
        name = str(child.fields.get("name", child.label))
        if viewers:
            console.print(_chronology(name, child.label, viewers, seen, played))
        if seen.deadlines.get(child.label):
            console.print(_deadlines(name, seen.deadlines[child.label], seen.now))
    console.print(f"Played in {played.seconds:.1f} s.")


def show_stop(console: Console, case: Case, step: CaseStep) -> None:
    """Prints which step a play stopped before, and everything that the file wants and no team has, with its lines."""
    played = sum(one.do is not None for one in case.playable)
    steps = sum(one.do is not None for one in case.steps)
    console.print(
        f"[bold red]{escape(case.name)}: stopped before the step of line {step.line} ({step.do}), which this "
        f"version cannot play.[/bold red] {played} of {steps} steps were played; what is expected after the last "
        "was not checked. What the file wants and no team has:",
        highlight=False,
        soft_wrap=True,
    )
    for one in case.not_yet:
        console.print(
            f"  {case.path}:{one.line}:{one.column}: {one.text}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if case.unknown_commands:
        missing = ", ".join(case.unknown_commands)
        console.print(f"Missing commands: {missing}.", markup=False, highlight=False, soft_wrap=True)


def show_differences(console: Console, case: Case, differences: Sequence[CaseDifference]) -> None:
    """Prints every difference with the file's line, or that there is none and all was played."""
    if not differences:
        if case.stops_before is None:
            console.print(f"[green]{escape(case.name)}: everything is as the file says.[/green]")
        return
    count = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
    console.print(f"[bold red]{escape(case.name)}: {count}[/bold red]")
    for one in differences:
        console.print(f"  {case.path}:{one.line}: {one.text}", markup=False, highlight=False, soft_wrap=True)


def _chronology(name: str, label: str, viewers: Sequence[Viewer], seen: CaseOutcome, played: Played) -> Table:
    table = Table(
        title=f"Chronology of {escape(name)}", box=SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    table.add_column("Happened", no_wrap=True)
    table.add_column("What (the file's label)")
    for viewer in viewers:
        heading = in_words(viewer.agency).capitalize()
        organisation = f", {escape(viewer.organisation)}" if viewer.organisation else ""
        table.add_column(heading + organisation, min_width=len(UNSEEN))
    steps = {id_: step for step, id_ in played.ids.items()}
    sights = [{one.id: one for one in seen.chronology[label, viewer]} for viewer in viewers]
    for entry in _together([seen.chronology[label, viewer] for viewer in viewers]):
        step = steps.get(str(entry.command))
        late = " [yellow](recorded late)[/yellow]" if entry.late else ""
        table.add_row(
            london_time(entry.happened_at),
            escape(entry.title) + (f" [cyan]({escape(step)})[/cyan]" if step else "") + late,
            *(_depth(sight.get(entry.id)) for sight in sights),
        )
    return table


def _together(lists: Sequence[Sequence[SeenEntry]]) -> list[SeenEntry]:
    """All entries that anyone sees, each once and as whole as anyone sees it, in the chronology's order."""
    found: dict[str, SeenEntry] = {}
    for entry in (entry for entries in lists for entry in entries):
        if entry.id not in found or entry.depth == "whole":
            found[entry.id] = entry
    return sorted(found.values(), key=lambda one: (one.happened_at, one.known_at, one.recorded_at))


def _depth(entry: SeenEntry | None) -> str:
    if entry is None:
        return f"[dim]{UNSEEN}[/dim]"
    return f"[green]{WHOLE}[/green]" if entry.depth == "whole" else f"[yellow]{TITLE}[/yellow]"


def _deadlines(name: str, rows: Sequence[DeadlineRow], now: datetime | None) -> Table:
    table = Table(
        title=f"Deadlines of {escape(name)}", box=SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    for heading in ("Rule", "What", "Due (London)", "State", "Missed by"):
        table.add_column(heading)
    for row in sorted(rows, key=lambda one: (one.due_at, one.rule)):
        style = _STATE_STYLES.get(row.state, "")
        state = f"[{style}]{escape(row.state)}[/{style}]" if style else escape(row.state)
        table.add_row(row.rule, escape(row.what), london_time(row.due_at), state, _missed_by(row, now))
    return table


def _missed_by(row: DeadlineRow, now: datetime | None) -> str:
    if row.state != "missed":
        return ""
    if row.acted_at is not None:
        return duration(row.acted_at - row.due_at)
    if row.ended_at is not None:
        return f"{duration(row.ended_at - row.due_at)}, then it ended"
    return f"{duration(now - row.due_at)} so far, not done" if now is not None else "not done"
