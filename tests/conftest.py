"""Tests against Apache Kafka run where it can be run, and say in one line that they were left out where it cannot.

With CI=true or SAFEGUARDING_REQUIRE_KAFKA=1 nothing is left out: the run fails instead.
"""

import os

import pytest

from deploy.local.java import why_kafka_cannot_run
from tests.kafka.container import engine_answers

_LEFT_OUT = pytest.StashKey[str]()


@pytest.hookimpl(trylast=True)  # after -m and -k have taken their choice
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if item.get_closest_marker("kafka")]
    if not wanted:
        return
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():  # fetching says so
        reason = why_kafka_cannot_run()
    if reason is None:
        return
    if os.environ.get("CI") == "true" or os.environ.get("SAFEGUARDING_REQUIRE_KAFKA") == "1":
        raise pytest.UsageError(f"tests against Apache Kafka are required here, and cannot run: {reason}")
    # What needs nothing but a broker takes a container's; a stack runs one of its own.
    needs_java = [item for item in wanted if "kafka" not in getattr(item, "fixturenames", ())]
    left_out = needs_java if engine_answers() else wanted
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    config.stash[_LEFT_OUT] = f"{len(left_out)} tests against Apache Kafka were left out: {reason}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash.get(_LEFT_OUT, None)
    if left_out is not None:
        terminalreporter.write_line(" ".join(left_out.split()), yellow=True)
