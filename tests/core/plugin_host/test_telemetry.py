from collections.abc import Iterator

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from core.plugin_host import telemetry
from core.plugin_host.errors import PluginAnswerIsInvalid, PluginFailed
from core.plugin_host.invoker import Invoker
from core.plugin_host.registry import RuleRef, load_plugins
from tests.core.plugin_host.builders import Activations, Stopwatch, a_scope
from tests.plugins.builders import a_record, a_standard
from tests.plugins.shelf import Shelf


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


async def test_a_call_is_one_span_with_tenant_and_plugin_and_nothing_of_the_records(
    shelf: Shelf, spans: InMemorySpanExporter
) -> None:
    shelf.add("calls")
    invoker = Invoker(load_plugins(), Activations())
    scope = a_scope()
    record = a_record(("accepted", 5))
    await invoker.score(scope, RuleRef(plugin="calls", rule="fine"), a_standard(), [record])
    with pytest.raises(PluginFailed):
        await invoker.score(scope, RuleRef(plugin="calls", rule="raises"), a_standard(), [record])
    good, failed = spans.get_finished_spans()
    assert dict(good.attributes or {}) == {
        "touchstone.plugin": "calls",
        "touchstone.plugin.descriptor": "fine",
        "touchstone.plugin.version": "1.0",
        "touchstone.plugin.kind": "scoring",
        "touchstone.plugin.items": 1,
        "touchstone.plugin.outcome": "ok",
        "touchstone.network_id": str(scope.network_id),
        "touchstone.tenant_id": str(scope.tenant_id),
    }
    assert outcome(failed) == (StatusCode.ERROR, "plugins.failed")
    assert not failed.events
    assert str(record.id) not in good.to_json() + failed.to_json()
    assert "secret" not in failed.to_json()


def outcome(span: ReadableSpan) -> tuple[StatusCode, object]:
    return span.status.status_code, (span.attributes or {})["touchstone.plugin.outcome"]


async def test_calls_are_counted_by_tenant_and_outcome_and_timed_without_the_tenant(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    meter = MeterProvider(metric_readers=[reader]).get_meter("test")
    monkeypatch.setattr(telemetry, "_calls", meter.create_counter("calls"))
    monkeypatch.setattr(telemetry, "_seconds", meter.create_histogram("seconds"))
    shelf.add("calls")
    watch = Stopwatch()
    invoker = Invoker(load_plugins(), Activations(), monotonic=watch)
    scope = a_scope()
    await invoker.score(scope, RuleRef(plugin="calls", rule="fine"), a_standard(), [])
    with pytest.raises(PluginAnswerIsInvalid):
        await invoker.score(scope, RuleRef(plugin="calls", rule="nothing"), a_standard(), [])
    assert series(reader) == {
        "calls": {(str(scope.tenant_id), "ok"), (str(scope.tenant_id), "plugins.answer_invalid")},
        "seconds": {("", "ok"), ("", "plugins.answer_invalid")},
    }


def series(reader: InMemoryMetricReader) -> dict[str, set[tuple[str, str]]]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: {
            (str(point.attributes.get("touchstone.tenant_id", "")), str(point.attributes["touchstone.plugin.outcome"]))
            for point in metric.data.data_points
            if point.attributes
        }
        for resource in data.resource_metrics
        for scoped in resource.scope_metrics
        for metric in scoped.metrics
    }
