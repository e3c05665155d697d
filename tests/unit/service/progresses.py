"""A service's progress, for tests."""

from datetime import UTC, datetime

from shared.service.progress import Progress

PROGRESS = Progress(
    service="mash",
    now=datetime(2026, 4, 2, 15, 40, tzinfo=UTC),
    head=7,
    relayed=6,
    relay_error=None,
    consumer_error="KafkaConnectionError",
    checkpoint_error=None,
    checkpoint_alarm=None,
    keys_gone=0,
    acknowledged={"mash/0": 5},
    consumed={"people/0": 0},
    views={"deadlines": 3, "tasks": 7},
    view_errors={},
    in_flight=1,
    claimed=2,
    held=3,
    parked=4,
    unproven=2,
    next_due=datetime(2026, 4, 3, 9, tzinfo=UTC),
)
