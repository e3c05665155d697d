"""However the supervisor ends, nothing of its stack is left running, and the directory goes on."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local.supervisor import Stack
from tests.faults.processes import gone_within, running

CHECKOUT = Path(__file__).resolve().parents[2]

SUPERVISOR = """
import asyncio, json, sys
from pathlib import Path
import asyncpg
from deploy.local.supervisor import Stack

async def main():
    async with Stack(Path(sys.argv[1]), (), simulated_clock=True) as stack:
        connection = await asyncpg.connect(stack.superuser_dsn())
        await connection.execute("CREATE TABLE kept AS SELECT 'committed' AS what")
        computing = asyncio.create_task(connection.execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"))
        await asyncio.sleep(0.05)
        print(json.dumps(stack.pids), flush=True)
        if sys.argv[2] == "raise":
            raise RuntimeError("the caller failed")
        await computing

asyncio.run(main())
"""


@contextmanager
def supervisor(directory: Path, then: str = "wait"):
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(directory), then],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def alive(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if Path(f"/proc/{pid}/exe").exists()]


async def kept(directory: Path) -> str:
    async with Stack(directory, (), simulated_clock=True) as stack:
        connection = await asyncpg.connect(stack.superuser_dsn())
        try:
            return await connection.fetchval("SELECT what FROM kept")
        finally:
            await connection.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_a_signal_to_the_supervisor_leaves_nothing_running_and_the_data_whole(tmp_path, number):
    directory = tmp_path / "stack"
    with supervisor(directory) as process:
        pids = json.loads(process.stdout.readline())
        assert len(running(directory)) > len(pids)  # the supervisor and PostgreSQL's own children too
        process.send_signal(number)
        process.wait(30)
        gone_within(10, directory)
    assert alive(pids) == []
    assert await kept(directory) == "committed"


def test_ctrl_c_ends_the_servers_in_order(tmp_path):
    directory = tmp_path / "stack"
    with supervisor(directory) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in process.stderr.read()
        process.wait(30)
    assert running(directory) == []
    assert "database system is shut down" in (directory / "postgres" / "postgres.log").read_text()


def test_an_exception_in_the_caller_ends_everything_and_is_told(tmp_path):
    directory = tmp_path / "stack"
    with supervisor(directory, then="raise") as process:
        assert "the caller failed" in process.stderr.read()
        assert process.wait(30) == 1
    assert running(directory) == []


@pytest.mark.parametrize("moment", [0.4, 0.7, 1.0])
async def test_killed_while_starting_it_leaves_nothing_running_and_starts_again(tmp_path, moment):
    directory = tmp_path / "stack"
    with supervisor(directory) as process:
        await asyncio.sleep(moment)
        process.kill()
        process.wait(30)
    gone_within(10, directory)
    async with Stack(directory, (), simulated_clock=True) as stack:
        assert stack.pids.keys() == {"postgres", "broker"}


def test_two_supervisors_never_share_a_directory(tmp_path):
    directory = tmp_path / "stack"
    with supervisor(directory) as first:
        pids = json.loads(first.stdout.readline())
        with supervisor(directory) as second:
            said = second.stderr.read()
            assert second.wait(30) == 1
        assert f"is in use by process {first.pid}: stop that one first, or name another directory" in said
        assert alive(pids) == list(pids)
