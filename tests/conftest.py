"""How workers divide the tests; and Apache Kafka's, which are left out with a word where it cannot be run.

With CI=true or SAFEGUARDING_REQUIRE_KAFKA=1 nothing is left out: the run fails instead.
"""

import os
from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from deploy.local.java import why_kafka_cannot_run
from tests.kafka.container import engine_answers
from tests.signals import ignore_without_passing_it_on

ignore_without_passing_it_on()

KAFKA = "tests/kafka/"
TOGETHER = (KAFKA, "tests/e2e/", "tests/integration/test_install.py")
"""What shares a server that takes seconds to start. Of several workers one runs each of these."""

_LEFT_OUT = pytest.StashKey[str]()


class _SharedServersTogether(LoadScopeScheduling):
    """Gives workers one test at a time, in the order of `testpaths`, and those that share a server to the same one.

    xdist's own groups write their names into the tests' ids, which pytest 9.2 no longer lets them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in TOGETHER if nodeid.startswith(shared)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the longest stand first, whatever their number
    return _SharedServersTogether(config, log)


@pytest.hookimpl(trylast=True)  # after -m and -k have taken their choice
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if item.get_closest_marker("kafka")]
    if not wanted:
        return
    worker = hasattr(config, "workeroutput")
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():  # fetching says so
        reason = why_kafka_cannot_run()
    if reason is None:
        return
    if _required():
        if worker:
            return  # who started it ends the run in words, below
        _refuse(reason)
    # What needs nothing but a broker takes a container's; a stack runs one of its own.
    needs_java = [item for item in wanted if "kafka" not in getattr(item, "fixturenames", ())]
    left_out = needs_java if engine_answers() else wanted
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    told = f"{len(left_out)} tests against Apache Kafka were left out: {reason}"
    config.stash[_LEFT_OUT] = told
    if worker:
        config.workeroutput["left out"] = told


def pytest_xdist_node_collection_finished(ids: Sequence[str]) -> None:
    """A worker knows its tests, and none has begun."""
    if _required() and any(name.startswith(KAFKA) for name in ids):
        reason = why_kafka_cannot_run()
        if reason is not None:
            _refuse(reason)


def pytest_testnodedown(node: WorkerController) -> None:
    """A worker has ended: what it left out, each of them did, and it prints nothing itself."""
    told = getattr(node, "workeroutput", {}).get("left out")
    if told is not None:
        node.config.stash[_LEFT_OUT] = told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash.get(_LEFT_OUT, None)
    if left_out is not None:
        terminalreporter.write_line(" ".join(left_out.split()), yellow=True)


def _required() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("SAFEGUARDING_REQUIRE_KAFKA") == "1"


def _refuse(reason: str) -> None:
    raise pytest.UsageError(f"tests against Apache Kafka are required here, and cannot run: {reason}")
