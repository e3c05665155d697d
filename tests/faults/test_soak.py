"""Fifty kills of any process, spread over plays that are resumed until they end."""

import itertools
import random
import time

import pytest

from tests.faults.cases import busy_case, steps_of
from tests.faults.evidence import Evidence, compare, gather
from tests.faults.killing import CHECKOUT, KINDS, WEIGHTS, Drill, Kill, plan, seed, told
from tests.faults.processes import gone_within

KILLS = 50
MINUTES = 6
"""For all kills and what the plays need to get over them; the undisturbed plays and the judging come on top."""
A_PLAY = 10
"""Most kills in one play."""


@pytest.mark.soak
async def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path):
    rng = random.Random(seed())
    cases = [CHECKOUT / "cases" / "first-contact.yaml", busy_case(tmp_path / "busy.yaml", families=4)]
    expected: list[Evidence] = []
    for case in cases:
        drill = Drill(case, tmp_path / f"undisturbed-{case.stem}", rng)
        await drill.run()
        expected.append(await gather(drill.stack, case, drill.said))

    left = [kind for kind, count in zip(KINDS, WEIGHTS, strict=True) for _ in range(count)]
    assert len(left) == KILLS
    rng.shuffle(left)
    kills: list[Kill] = []
    plays: list[tuple[Drill, Evidence]] = []
    started = time.monotonic()
    for number, (case, undisturbed) in enumerate(itertools.cycle(zip(cases, expected, strict=True))):
        if not left:
            break
        steps = steps_of(case)
        kinds = left[: min(A_PLAY, steps // 2)]
        drill = Drill(case, tmp_path / f"stack-{number}", rng)
        missed = await drill.run(plan(kinds, steps, rng))
        gone_within(5, drill.stack)
        left[: len(kinds)] = [blow.kind for blow in missed]
        kills += drill.kills
        plays.append((drill, undisturbed))
        print(
            f"After {time.monotonic() - started:.0f} s: {len(kills)} kills in {len(plays)} plays", flush=True
        )
    took = time.monotonic() - started
    print(told(kills))

    for drill, undisturbed in plays:
        compare(await gather(drill.stack, drill.case, drill.said), undisturbed)
        gone_within(5, drill.stack)
    assert len(kills) == KILLS
    assert took < MINUTES * 60, f"{KILLS} kills took {took:.0f} s; what each cost: {told(kills)}"
