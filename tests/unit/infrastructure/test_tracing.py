"""What a span says of a command that failed: the kind of the error, and not a word of it."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.infrastructure import tracing

SECRET = "Ava Test of 5 Elm Row"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.configure(1.0, SimpleSpanProcessor(exporter))
    yield exporter
    tracing.configure(0.0)


def test_a_command_that_failed_says_the_kind_of_its_error_and_none_of_its_words(spans):
    with pytest.raises(LookupError), tracing.beginning("mash.Hold", service="mash", command="mash.Hold"):
        raise LookupError(SECRET)
    [span] = spans.get_finished_spans()
    assert span.status.description == "LookupError"
    assert SECRET not in span.to_json()


def test_what_follows_from_a_traced_event_says_no_words_of_its_error_either(spans):
    with tracing.beginning("mash.Hold", service="mash"):
        trace = tracing.current()
    with pytest.raises(LookupError), tracing.following("follow mash.Held", trace, service="mash"):
        raise LookupError(SECRET)
    *_, span = spans.get_finished_spans()
    assert span.parent is not None
    assert SECRET not in span.to_json()


def test_a_span_says_nothing_that_was_not_agreed(spans):
    with pytest.raises(ValueError, match="nothing else"), tracing.beginning("mash.Hold", child=SECRET):
        pass
