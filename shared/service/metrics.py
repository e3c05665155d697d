"""What a service measures of itself, for Prometheus: counts and instants by service, view and rule; never an id."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared.access.refusals import REASONS, Reason
from shared.service.progress import NOT_READY, Progress

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


_MEMBERS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The measurements of one service in one process."""

    def __init__(self, service: str) -> None:
        self._registry = CollectorRegistry()
        self._service = service
        self.append_seconds = self._histogram(
            "append_seconds", "from asking to append to the answer", _SECONDS
        )
        self.group_members = self._histogram(
            "append_group_members", "commands that shared one commit", _MEMBERS
        )
        self._head = self._gauge("log_head", "last position of the log")
        self._relay_lag = self._gauge(
            "relay_lag_positions", "positions not on the broker yet, or by which the relay is beyond the log"
        )
        self._published = self._gauge("published_offset", "last acknowledged offset", "partition")
        self._consumed = self._gauge("consumed_offset", "next offset to take in", "partition")
        self._inbox_lag = self._gauge(
            "inbox_lag_seconds", "between the recording of an event at its source and its being taken in here"
        )
        self._keys_gone = self._gauge(
            "keys_gone", "keys that are gone though words stand sealed under them, and nobody erased them"
        )
        self._held = self._gauge("inbox_held", "events that wait for a gap, a cause or a newer program")
        self._parked = self._gauge("inbox_parked", "events that wait for a person")
        self._unproven = self._gauge(
            "inbox_unproven",
            "messages on others' topics that cannot be read, or that nobody made who holds the topic's key",
        )
        self._view_lag = self._gauge(
            "view_lag_positions", "positions that a view has not followed yet", "view"
        )
        self._view_stopped = self._gauge("view_stopped", "1 where a view has stopped", "view")
        self._missed = self._gauge("deadlines_missed", "clocks whose miss is a fact", "rule")
        self._calendar = self._gauge(
            "calendar_days_left",
            "days until working days are known no longer: as published; beyond it deadlines are provisional, as reckoned",
            "known",
        )
        self._not_ready = self._gauge(
            "not_ready", "1 where this part keeps the process from being ready", "part"
        )
        self._broker_away = self._gauge(
            "broker_away_seconds", "since the broker answered last; 0 while it does"
        )
        self._checkpoint_alarm = self._gauge(
            "checkpoint_alarm", "1 where signatures of a log do not fit: a person must look"
        )
        self._looked_over = self._gauge(
            "nightly_looked_over", "how many the last nightly look went through", "look"
        )
        self._amiss = self._gauge(
            "nightly_amiss", "how many of these were not as they should be: a person must look", "look"
        )
        self._in_flight = self._gauge("commands_in_flight", "commands and pages being worked on")

        self._refused_tokens = Counter(
            "safeguarding_tokens_refused",
            "requests whose token did not say who acts, by the kind of refusal",
            ("service", "reason"),
            registry=self._registry,
        )
        # Each stands at 0 from the start: a rate of what was never seen cannot be alerted on.
        for reason in REASONS:
            self._refused_tokens.labels(service, reason)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...]) -> Histogram:
        family = Histogram(
            f"safeguarding_{name}", what, ("service",), registry=self._registry, buckets=buckets
        )
        return family.labels(self._service)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"safeguarding_{name}", what, ("service", *labels), registry=self._registry)

    def refused_token(self, reason: Reason) -> None:
        """A request was refused at the door."""
        self._refused_tokens.labels(self._service, reason).inc()

    def took_in(self, seconds: float) -> None:
        """An event was taken in this long after its source recorded it."""
        self._inbox_lag.labels(self._service).set(max(0.0, seconds))

    def looked_over(self, look: str, looked_at: int, amiss: int) -> None:
        """A nightly look ended; or, with none looked at, there is one to come."""
        self._looked_over.labels(self._service, look).set(looked_at)
        self._amiss.labels(self._service, look).set(amiss)

    def text(self, progress: Progress, missed: Mapping[str, int], calendar: Mapping[str, int]) -> bytes:
        """All of it, in Prometheus' format, with what `progress()`, the deadline board and the calendar say now."""
        service = self._service
        head = progress.head
        self._head.labels(service).set(head)
        self._relay_lag.labels(service).set(abs(head - progress.relayed))
        self._keys_gone.labels(service).set(progress.keys_gone)
        self._held.labels(service).set(progress.held)
        self._parked.labels(service).set(progress.parked)
        self._unproven.labels(service).set(progress.unproven)
        self._in_flight.labels(service).set(progress.in_flight)
        for partition, offset in progress.acknowledged.items():
            self._published.labels(service, partition).set(offset)
        for partition, offset in progress.consumed.items():
            self._consumed.labels(service, partition).set(offset)
        for view, position in progress.views.items():
            self._view_lag.labels(service, view).set(head - position)
            self._view_stopped.labels(service, view).set(view in progress.view_errors)
        for part in NOT_READY:
            self._not_ready.labels(service, part).set(part in progress.not_ready)
        away = progress.broker_away_since
        self._broker_away.labels(service).set((datetime.now(UTC) - away).total_seconds() if away else 0)
        self._checkpoint_alarm.labels(service).set(progress.checkpoint_alarm is not None)
        for rule, count in missed.items():
            self._missed.labels(service, rule).set(count)
        for known, days in calendar.items():
            self._calendar.labels(service, known).set(days)
        return generate_latest(self._registry)
