"""The report: on the screen while it is measured, and as `docs/benchmarks.md` with its picture."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deploy.local.programs import wheel
from tests.benchmarks.figures import Findings, Table
from tests.benchmarks.picture import picture

_PACKAGES = ("asyncpg", "uvloop", "pydantic", "fastapi", "uvicorn", "aiokafka", "eventsourcing", "psycopg")
TITLE = "Speed, beside floors and peers"


def said(findings: Findings) -> str:
    """What a benchmark found, for the screen."""
    lines = [f"\n{findings.title}"]
    for table in findings.tables:
        lines += ["", *_aligned(table)]
    lines.append("")
    lines += [
        f"  {figure.name}: {figure.in_words()}"
        + (f", aim {figure.aim_in_words()}: {'met' if figure.met else 'missed'}" if figure.aim else "")
        for figure in findings.figures
    ]
    return "\n".join(lines)


def write(found: Sequence[Findings], docs: Path, *, command: str, seconds: float) -> None:
    """Write the report and its picture into `docs`."""
    figures = [figure for findings in found for figure in findings.figures]
    (docs / "benchmarks.svg").write_text(picture(figures, TITLE), encoding="utf-8")
    (docs / "benchmarks.md").write_text(_page(found, command, seconds), encoding="utf-8")


def _page(found: Sequence[Findings], command: str, seconds: float) -> str:
    rows = tuple(
        (figure.name, figure.aim_in_words(), figure.in_words(), figure.verdict())
        for findings in found
        for figure in findings.figures
    )
    aims = Table(
        "Aims", ("figure", "aim", "median of the rounds (least to most)", "met, or what holds it"), rows
    )
    parts = [
        f"# {TITLE}",
        (
            "Each figure is a ratio to a floor (what the same machine does with nothing of ours in the way) or to a peer, "
            "measured in the same run, in turns with it: so it says something of the program and little of the machine. "
            "`make bench` measures everything again and prints it; `python -m tests.benchmarks --write` writes this page."
        ),
        "![How much of its aim each figure reaches](benchmarks.svg)",
        _machine(command, seconds),
        "## Aims",
        _markdown(aims),
        "What moved each figure is told in [a decision of its own](adr/0016-what-moved-each-figure.md).",
    ]
    for findings in found:
        parts += [f"## {findings.title}", findings.how]
        for table in findings.tables:
            parts += [f"{table.title}:", _markdown(table)]
    return "\n\n".join(parts) + "\n"


def _machine(command: str, seconds: float) -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return "\n".join(
        (
            f"- Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in {seconds / 60:.0f} minutes, by `{command}`.",
            (
                f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB, Linux {platform.release()}; load "
                f"averages at the end {load} (its own load among it). Everything ran on this one machine."
            ),
            (
                f"- Python {platform.python_version()}, PostgreSQL {_postgres()} (fsync, synchronous_commit and "
                f"full_page_writes on, 128 MB of shared buffers), {packages}."
            ),
        )
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _postgres() -> str:
    return wheel()[1]


def _markdown(table: Table) -> str:
    head = f"| {' | '.join(table.columns)} |"
    rule = f"|{'---|' * len(table.columns)}"
    return "\n".join([head, rule, *(f"| {' | '.join(row)} |" for row in table.rows)])


def _aligned(table: Table) -> list[str]:
    """A table in columns as wide as what stands in them."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.columns))]
    return [
        "  "
        + "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
