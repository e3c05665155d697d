"""How workers divide the tests; and those of Apache Kafka, of the OpenID provider and of the pages in a browser, which are
left out with a word where what they need cannot be run.

With CI=true nothing is left out: the run fails instead. So it does with SAFEGUARDING_REQUIRE_KAFKA=1,
SAFEGUARDING_REQUIRE_PROVIDER=1 or SAFEGUARDING_REQUIRE_BROWSER=1, of those.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from deploy.local.chromium import why_no_browser
from deploy.local.java import why_kafka_cannot_run
from tests.kafka.container import engine_answers
from tests.provider.node import why_provider_cannot_run
from tests.signals import ignore_without_passing_it_on

ignore_without_passing_it_on()

KAFKA = "tests/kafka/"
TOGETHER = (KAFKA, "tests/e2e/", "tests/provider/", "tests/integration/test_install.py")
"""What shares a server that takes seconds to start. Of several workers one runs each of these."""

PROVIDER = "tests/provider/"

_LEFT_OUT = pytest.StashKey[list[str]]()


@dataclass(frozen=True)
class Needed:
    """Something that a machine may lack.

    Attributes:
        marker: of the tests that need it.
        folder: where they are.
        what: what it is, in words.
        why_not: why it cannot run here; None where it can.
    """

    marker: str
    folder: str
    what: str
    why_not: Callable[[], str | None]

    @property
    def required(self) -> bool:
        """Whether the run fails where it is lacking."""
        own = f"SAFEGUARDING_REQUIRE_{self.marker.upper()}"
        return os.environ.get("CI") == "true" or os.environ.get(own) == "1"

    def refuse(self, reason: str) -> None:
        """End the run."""
        raise pytest.UsageError(f"tests against {self.what} are required here, and cannot run: {reason}")


NEEDED = (
    Needed("kafka", KAFKA, "Apache Kafka", why_kafka_cannot_run),
    Needed("provider", PROVIDER, "an OpenID provider", why_provider_cannot_run),
    Needed("browser", "tests/e2e/test_pages", "the pages in a browser", why_no_browser),
)


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
    for needed in NEEDED:
        _leave_out(config, items, needed)


def _leave_out(config: pytest.Config, items: list[pytest.Item], needed: Needed) -> None:
    wanted = [item for item in items if item.get_closest_marker(needed.marker)]
    if not wanted:
        return
    worker = hasattr(config, "workeroutput")
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():  # fetching says so
        reason = needed.why_not()
    if reason is None:
        return
    if needed.required:
        if worker:
            return  # who started it ends the run in words, below
        needed.refuse(reason)
    left_out = wanted
    if needed.marker == "kafka" and engine_answers():
        # What needs nothing but a broker takes a container's; a stack runs one of its own.
        left_out = [item for item in wanted if "kafka" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    told = f"{len(left_out)} tests against {needed.what} were left out: {reason}"
    config.stash.setdefault(_LEFT_OUT, []).append(told)
    if worker:
        config.workeroutput.setdefault("left out", []).append(told)


def pytest_xdist_node_collection_finished(ids: Sequence[str]) -> None:
    """A worker knows its tests, and none has begun."""
    for needed in NEEDED:
        if needed.required and any(name.startswith(needed.folder) for name in ids):
            reason = needed.why_not()
            if reason is not None:
                needed.refuse(reason)


def pytest_testnodedown(node: WorkerController) -> None:
    """A worker has ended: what it left out, each of them did, and it prints nothing itself."""
    told = getattr(node, "workeroutput", {}).get("left out")
    if told is not None:
        node.config.stash[_LEFT_OUT] = told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for left_out in config.stash.get(_LEFT_OUT, []):
        terminalreporter.write_line(" ".join(left_out.split()), yellow=True)
