"""A case is played while its processes are killed, one of every kind, and nothing shows of it afterwards."""

import random

from tests.faults.cases import busy_case, steps_of
from tests.faults.evidence import compare, gather
from tests.faults.killing import KINDS, Drill, plan, seed, told
from tests.faults.processes import gone_within


async def test_a_play_comes_out_the_same_whatever_is_killed_on_the_way(tmp_path):
    rng = random.Random(seed())
    case = busy_case(tmp_path / "busy.yaml", families=2)
    undisturbed = Drill(case, tmp_path / "undisturbed", rng)
    await undisturbed.run()

    drill = Drill(case, tmp_path / "stack", rng)
    kinds = rng.sample(KINDS, len(KINDS))
    missed = await drill.run(plan(kinds, steps_of(case), rng))
    print(told(drill.kills))
    assert missed == []
    gone_within(5, drill.stack)

    expected = await gather(undisturbed.stack, case, undisturbed.said)
    compare(await gather(drill.stack, case, drill.said), expected)
    gone_within(5, drill.stack)
