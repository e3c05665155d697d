"""`python -m tests.benchmarks`: measure everything beside its floors and peers, print the ratios, and write them down."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import (
    append,
    board,
    duplicates,
    memory,
    over_http,
    rebuild,
    report,
    search,
    verify,
    visible,
)
from tests.benchmarks.workers import ROOT

BENCHMARKS = {
    "append": append,
    "http": over_http,
    "visible": visible,
    "rebuild": rebuild,
    "verify": verify,
    "board": board,
    "memory": memory,
    "search": search,
    "duplicates": duplicates,
}


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for; 0 whether or not the aims are met: they are told, not enforced."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--only", choices=sorted(BENCHMARKS), action="append", help="this one alone; may be repeated"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, to see that everything runs: no figures"
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its picture")
    asked = parser.parse_args(arguments)
    if asked.write and (asked.only or asked.quick):
        parser.error("--write is for a whole run: leave --only and --quick out")
    began = time.monotonic()
    found = []
    for name, benchmark in BENCHMARKS.items():
        if asked.only and name not in asked.only:
            continue
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        findings = asyncio.run(benchmark.measure(quick=asked.quick))
        print(report.said(findings), flush=True)
        found.append(findings)
    seconds = time.monotonic() - began
    print(f"\nMeasured in {seconds:.0f} s on {os.cpu_count()} cores.")
    if asked.write:
        command = " ".join(["python -m tests.benchmarks", *arguments])
        report.write(found, ROOT / "docs", command=command, seconds=seconds)
        print("Written: docs/benchmarks.md and docs/benchmarks.svg.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
