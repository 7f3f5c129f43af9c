"""Durations come out in the buckets they belong to, with their labels, beside what the library counts itself."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Histogram, InMemoryMetricReader, Metric

from core.kernel import durations
from core.kernel.durations import BOUNDS, Durations, with_durations


def read(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> dict[str, Metric]:
    monkeypatch.setattr(durations, "_all", [])
    figure = Durations[str]("test", "test.duration", "How long it took.", lambda key: {"route": key})
    for one in seconds:
        figure.add("/here", one)
    reader = InMemoryMetricReader()
    MeterProvider([reader]).get_meter("own").create_counter("own").add(1)
    found = reader.get_metrics_data()
    assert found is not None
    [resource] = with_durations(found).resource_metrics
    return {one.name: one for scope in resource.scope_metrics for one in scope.metrics}


def test_durations_are_told_in_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    told = read(monkeypatch, 0.0005, 0.001, 0.3, 99)
    assert {"own", "test.duration"} <= told.keys()
    metric = told["test.duration"]
    assert (metric.unit, metric.description) == ("s", "How long it took.")
    assert isinstance(metric.data, Histogram)
    [point] = metric.data.data_points
    assert point.attributes == {"route": "/here"}
    assert (point.count, point.min, point.max) == (4, 0.0005, 99)
    assert point.sum == pytest.approx(99.3015)
    buckets = dict(zip((*BOUNDS, None), point.bucket_counts, strict=True))
    assert {bound: count for bound, count in buckets.items() if count} == {0.001: 2, 0.5: 1, None: 1}


def test_nothing_is_told_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "test.duration" not in read(monkeypatch)
