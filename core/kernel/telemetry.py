"""OpenTelemetry: traces and metrics that name tenants, plugins and topics, never what was asked or answered."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, cast
from uuid import UUID

from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.propagate import extract
from opentelemetry.sdk.metrics import MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import (
    MetricExporter,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, Status, StatusCode
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from core.kernel.durations import with_durations
from core.kernel.errors import DomainError
from core.kernel.logs import tell_traces
from core.kernel.settings import Settings
from core.kernel.tally import MOST_OF_OTHER, MOST_SERIES

_tracer = trace.get_tracer("touchstone")
SPAN = "touchstone.span"
ROOMY = View(instrument_type=ObservableCounter, aggregation_cardinality_limit=MOST_SERIES + MOST_OF_OTHER)
"""What we add up is bounded by us; the library alone would tell 2,000 sets of labels apart."""


@dataclass(slots=True)
class Tracing:
    """Whether this process makes spans; every request asks."""

    on: bool = False


_tracing: Final = Tracing()


class PageReader(PrometheusMetricReader):
    """Gives figures in the Prometheus format, with the durations that are summed up beside the library."""

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own
        cast("Any", super())._receive_metrics(with_durations(metrics_data), timeout_millis, **kwargs)  # noqa: SLF001 - its own


class SendingReader(PeriodicExportingMetricReader):
    """Sends figures to a collector, with the durations that are summed up beside the library."""

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own
        cast("Any", super())._receive_metrics(with_durations(metrics_data), timeout_millis, **kwargs)  # noqa: SLF001 - its own


def configure_telemetry(settings: Settings) -> None:
    """Set up traces and metrics once per process.

    Metrics can always be read in the Prometheus format; traces and metrics are sent to a collector where the settings
    name one, and go nowhere else.
    """
    resource = Resource.create({"service.name": settings.service_name})
    tell_traces(on=bool(settings.otlp_endpoint))
    readers: list[MetricReader] = [PageReader()]
    if settings.otlp_endpoint:
        to_metrics, to_traces = exporters(settings.otlp_endpoint.rstrip("/"))
        readers.append(SendingReader(to_metrics))
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(to_traces))
        trace.set_tracer_provider(provider)
        _tracing.on = True
    metrics.set_meter_provider(MeterProvider(metric_readers=readers, resource=resource, views=[ROOMY]))


def end_telemetry() -> None:
    """Send what waits to be sent, where a process ends without Python's own farewell."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if isinstance(provider, TracerProvider | MeterProvider):
            provider.shutdown()


def exporters(collector: str) -> tuple[MetricExporter, SpanExporter]:
    """Give what sends metrics and traces to a collector; imported here, for without one nobody should wait for it."""
    package = "opentelemetry.exporter.otlp.proto.http"
    metrics_module, traces_module = (import_module(f"{package}.{name}_exporter") for name in ("metric", "trace"))
    return (
        metrics_module.OTLPMetricExporter(endpoint=f"{collector}/v1/metrics"),
        traces_module.OTLPSpanExporter(endpoint=f"{collector}/v1/traces"),
    )


def tracing_is_on() -> bool:
    """Tell whether spans go anywhere; making one that goes nowhere costs as much as a short piece of work."""
    return _tracing.on


def metrics_page() -> tuple[bytes, str]:
    """Give all metrics in the Prometheus format, and its content type."""
    return generate_latest(), CONTENT_TYPE_LATEST


@contextmanager
def span(
    name: str,
    *,
    tenant_id: UUID | None = None,
    plugin: str | None = None,
    parent: str | None = None,
    **facts: str | float | bool,
) -> Generator[Span, None, None]:
    """Wrap a piece of work in a span; of an exception it keeps the code or the class, never the text.

    Args:
        name: What is done.
        tenant_id: For which tenant.
        plugin: By which plugin.
        parent: The ``traceparent`` of what caused it, where that was in another process.
        facts: Attributes, each named ``touchstone.<name>``.
    """
    attributes: dict[str, Any] = {f"touchstone.{key}": value for key, value in facts.items()}
    if tenant_id is not None:
        attributes["touchstone.tenant_id"] = str(tenant_id)
    if plugin is not None:
        attributes["touchstone.plugin"] = plugin
    with _tracer.start_as_current_span(
        name,
        context=extract({"traceparent": parent}) if parent else None,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            told = error.code if isinstance(error, DomainError) else type(error).__name__
            current.set_status(Status(StatusCode.ERROR, told))
            raise


@contextmanager
def statement_span(statement: str) -> Generator[None, None, None]:
    """Wrap a statement that goes to the driver in a span, as :func:`trace_statements` does for the others."""
    if not trace.get_current_span().is_recording():
        yield
        return
    with span(f"sql {statement.split(None, 1)[0].upper()}") as current:
        current.set_attributes({"db.system.name": "postgresql", "db.query.text": statement})
        yield


def trace_statements(engine: AsyncEngine) -> None:
    """Add a span per SQL statement, with its text and never its parameters, to traces that are being recorded."""
    event.listen(engine.sync_engine, "before_cursor_execute", _begin_statement)
    event.listen(engine.sync_engine, "after_cursor_execute", _end_statement)
    event.listen(engine.sync_engine, "handle_error", _fail_statement)


def _begin_statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    if trace.get_current_span().is_recording():
        attributes = {"db.system.name": "postgresql", "db.query.text": statement}
        connection.info[SPAN] = _tracer.start_span(f"sql {statement.split(None, 1)[0].upper()}", attributes=attributes)


def _end_statement(connection: Connection, *_: object) -> None:
    begun: Span | None = connection.info.pop(SPAN, None)
    if begun is not None:
        begun.end()


def _fail_statement(context: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own untyped context
    if context.connection is None:
        return
    begun: Span | None = context.connection.info.pop(SPAN, None)
    if begun is not None:
        begun.set_status(Status(StatusCode.ERROR, type(context.original_exception).__name__))
        begun.end()
