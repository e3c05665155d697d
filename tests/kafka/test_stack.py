"""The stack on Apache Kafka: the first path plays as its file says, also while services and broker are killed."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import orjson
import pytest

from deploy.catalogue import answers, known_commands
from deploy.local.supervisor import Stack
from deploy.play.calling import Services
from deploy.play.cases import load_case
from deploy.play.expecting import differences
from deploy.play.looking import look_around
from deploy.play.play import Play
from deploy.play.stacks import issuer_of
from services import all_teams
from services import names as team_names
from tests.kafka.looking import Logs, looking

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "cases" / "first-contact.yaml"
KILLED_AT = {3: "mash", 5: "broker", 7: "chronology", 9: "assessment", 11: "broker"}
"""Who is killed while which step is played."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    """The directory of a stack on which the command has played the case, and nothing happened to it."""
    stack = tmp_path_factory.mktemp("undisturbed") / "stack"
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("safeguarding")), "play", str(CASE), "--check"),
            *("--broker", "kafka", "--stack", str(stack)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "first-contact: everything is as the file says." in done.stdout
    return stack


Story = dict[str, Counter[tuple[str, ...]]]
"""Of each service, what happened on each of its streams, in order; how many streams have such a history."""


async def story(logs: Logs) -> Story:
    found: Story = {}
    for service in team_names():
        histories: dict[tuple[str, str], list[str]] = {}
        for row in await logs[service].fetch(
            f"SELECT originator_id, topic, state FROM {service}.events ORDER BY notification_id"
        ):
            # A child's record takes in facts of several services, in an order that only holds within each of them.
            state = orjson.loads(row["state"])
            source, event = find(state, "source"), find(state, "source_event")
            history = histories.setdefault((str(row["originator_id"]), source), [])
            history.append(f"{row['topic']} {event}".strip())
        found[service] = Counter(tuple(history) for history in histories.values())
    return found


def find(state: dict[str, object], name: str) -> str:
    return next(
        (str(part[name]) for part in (state, *state.values()) if isinstance(part, dict) and name in part), ""
    )


async def every_reader_is_at_every_source(logs: Logs) -> None:
    """Each reader's head of each key is the last event of that key in its source's log, and nothing waits."""
    for team in all_teams():
        assert await logs[team.name].fetchval(f"SELECT count(*) FROM {team.name}.inbox_held") == 0
        assert await logs[team.name].fetchval(f"SELECT count(*) FROM {team.name}.parked") == 0
        for source in team.reads:
            last = await logs[source].fetch(
                f"SELECT DISTINCT ON (key) key, notification_id, event_id FROM {source}.events"
                " WHERE key IS NOT NULL ORDER BY key, notification_id DESC"
            )
            heads = await logs[team.name].fetch(
                f"SELECT key, position, event_id FROM {team.name}.inbox_heads WHERE source = $1", source
            )
            assert rows(heads) == rows(last)


def rows(found: Iterable[asyncpg.Record]) -> set[tuple[object, ...]]:
    return {tuple(row) for row in found}


async def no_entry_is_doubled_or_out_of_order(chronology: asyncpg.Connection) -> None:
    taken: dict[tuple[str, str], list[int]] = {}
    for row in await chronology.fetch(
        "SELECT originator_id, state FROM chronology.events"
        " WHERE topic = 'chronology.EntryReceived' ORDER BY notification_id"
    ):
        state = orjson.loads(row["state"])
        place = (str(row["originator_id"]), find(state, "source"))
        taken.setdefault(place, []).append(int(find(state, "source_position")))
    assert taken
    for positions in taken.values():
        assert positions == sorted(set(positions))


def test_no_service_asked_the_broker_for_what_it_may_not_have(undisturbed):
    assert "is Denied" not in (undisturbed / "logs" / "broker.log").read_text()


async def test_five_kills_of_services_and_broker_lose_double_and_reorder_nothing(undisturbed, tmp_path):
    case = load_case(CASE, known_commands())
    killing: list[asyncio.Task[None]] = []

    async with (
        Stack(tmp_path / "stack", simulated_clock=True, broker="kafka") as stack,
        looking(stack) as logs,
    ):
        relayed: dict[str, list[int]] = {name: [] for name in team_names()}

        async def watch_cursors() -> None:
            while True:
                for name in team_names():
                    relayed[name].append(await logs[name].fetchval(f"SELECT position FROM {name}.relay"))
                await asyncio.sleep(0.05)

        def kill(number: int, _of: int, _what: str) -> None:
            if number in KILLED_AT:
                killing.append(asyncio.create_task(stack.kill(KILLED_AT[number])))

        watching = asyncio.create_task(watch_cursors())
        async with Services(stack.urls, issuer_of(stack.directory)) as services:
            played = await Play(case, services, stack.directory, watch=kill, patience=120).run()
            await asyncio.gather(*killing)
            await stack.ready()
            seen = await look_around(case, played, services, answers())
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert differences(case, played, seen) == []
        died = [event.name for event in stack.events if event.what == "died"]
        # Nobody else died: a broker that comes back with its data is nobody's end.
        assert sorted(died) == sorted(KILLED_AT.values())
        # And no cursor went back.
        assert all(positions == sorted(positions) for positions in relayed.values())
        await every_reader_is_at_every_source(logs)
        await no_entry_is_doubled_or_out_of_order(logs["chronology"])
        disturbed = await story(logs)
    async with Stack(undisturbed, (), simulated_clock=True) as stack, looking(stack) as logs:
        assert disturbed == await story(logs)
