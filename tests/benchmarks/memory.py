"""Resident memory of each service of a stack that has nothing to do."""

import asyncio
from pathlib import Path

from tests.benchmarks import stacks
from tests.benchmarks.figures import Figure, Findings

AIM_MB = 120


async def measure(*, quick: bool) -> Findings:
    """The whole benchmark."""
    looks = 2 if quick else 5
    async with stacks.running() as stack:
        await asyncio.sleep(
            1 if quick else 4
        )  # what starting needed is given back, and the first polls are over
        found: dict[str, list[float]] = {}
        for _ in range(looks):
            for name in stack.urls:
                found.setdefault(name, []).append(resident_mb(stack.pids[name]))
            await asyncio.sleep(0.5)
    figures = [
        Figure(f"resident memory of {name}, idle", tuple(values), aim=AIM_MB, at_least=False, unit="MB")
        for name, values in found.items()
    ]
    how = f"The embedded stack with every service in a process of its own, idle; {looks} looks, half a second apart."
    return Findings("Memory", how, figures)


def resident_mb(pid: int, field: str = "VmRSS") -> float:
    """Megabytes (2^20 bytes) of a process: resident now (`VmRSS`), or at most so far (`VmHWM`)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc says no {field} of process {pid}")
