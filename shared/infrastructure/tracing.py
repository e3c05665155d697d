"""Traces: one trace from a command through the log, Kafka and a policy to the view, sampled where it begins.

What is not sampled costs one comparison: an event carries its trace context in its envelope only when the command was
sampled, and everything after it (relay, inbox, views) starts a span only for an event that carries one. Spans say
which service, command, event, view and position; never a key, an id of a person, or a text.
"""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

import orjson
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_TRACEPARENT: Final = "traceparent"


_PROPAGATOR: Final = TraceContextTextMapPropagator()


_NAME: Final = "safeguarding"


_tracing: dict[str, trace.Tracer] = {_NAME: trace.NoOpTracer()}


_sampled: dict[str, float] = {_NAME: 0.0}


_UNTRACED: Final = nullcontext()


SAID: Final = frozenset({"service", "command", "event", "source", "view", "position", "outcome"})
"""What a span may say."""


def configure(ratio: float, *processors: SpanProcessor) -> TracerProvider:
    """Trace this share of commands, from 0 to 1, to the given processors. Called once in a process.

    A caller's word does not raise the share: a command is drawn whether or not it comes with a trace of its own.
    """
    # Whether a trace begins is drawn in `beginning`, before anything is made for it; what began is then followed.
    provider = TracerProvider(
        sampler=ParentBased(ALWAYS_ON), resource=Resource({"service.name": "safeguarding"})
    )
    for processor in processors:
        provider.add_span_processor(processor)
    # Not the process's global provider: frameworks that find one there make spans of their own, which say what they
    # like, among it addresses that name a child.
    _tracing[_NAME], _sampled[_NAME] = provider.get_tracer(_NAME), ratio
    return provider


def exporting(where: str) -> tuple[SpanProcessor, ...]:
    """Spans sent in batches to a collector at a URL (OTLP over HTTP), or written to a file, a line of JSON each."""
    if not where:
        return ()
    if where.startswith(("http://", "https://")):
        # Loaded only where there is a collector: it is a tenth of a service's start.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return (BatchSpanProcessor(OTLPSpanExporter(endpoint=where)),)
    file = Path(where)
    file.parent.mkdir(parents=True, exist_ok=True)
    out = file.open("a", encoding="utf-8")
    return (SimpleSpanProcessor(ConsoleSpanExporter(out=out, formatter=_line)),)


def _line(span: ReadableSpan) -> str:
    context = span.get_span_context()
    return (
        orjson.dumps(
            {
                "trace": f"{context.trace_id:032x}" if context else None,
                "span": f"{context.span_id:016x}" if context else None,
                "parent": f"{span.parent.span_id:016x}" if span.parent else None,
                "name": span.name,
                "said": dict(span.attributes or {}),
                "start": span.start_time,
                "end": span.end_time,
                "error": span.status.description,
            }
        ).decode()
        + "\n"
    )


def beginning(name: str, parent: str | None = None, **said: str | int) -> AbstractContextManager[None]:
    """A span that may begin a trace: of a command, under the caller's trace if it sent one."""
    if random.random() >= _sampled[_NAME]:  # noqa: S311 - which commands are traced is no secret
        return _UNTRACED
    return _begun(name, parent, said)


@contextmanager
def _begun(name: str, parent: str | None, said: dict[str, str | int]) -> Iterator[None]:
    with _tracing[_NAME].start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind.SERVER,
        attributes=_said(said),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        except BaseException as error:
            # The kind alone: an error's text may repeat what a person wrote. Left to the library, it would be said.
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def following(name: str, traceparent: str | None, **said: str | int) -> AbstractContextManager[None]:
    """A span of what follows from an event that is traced; nothing for one that is not."""
    return _UNTRACED if traceparent is None else _followed(name, traceparent, said)


@contextmanager
def _followed(name: str, traceparent: str, said: dict[str, str | int]) -> Iterator[None]:
    with _tracing[_NAME].start_as_current_span(
        name,
        context=_context(traceparent),
        kind=SpanKind.CONSUMER,
        attributes=_said(said),
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def current() -> str | None:
    """The trace context to carry in what is written now; None when it is not sampled."""
    context = trace.get_current_span().get_span_context()
    if not (context.is_valid and context.trace_flags.sampled):
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def _context(traceparent: str | None) -> Context | None:
    return _PROPAGATOR.extract({_TRACEPARENT: traceparent}) if traceparent else None


def _said(said: dict[str, str | int]) -> dict[str, str | int]:
    if not said.keys() <= SAID:
        raise ValueError(f"a span may say {', '.join(sorted(SAID))}, and nothing else")
    return said
