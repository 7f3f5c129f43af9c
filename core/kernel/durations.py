"""How long things took, summed up here by label and handed over when somebody looks.

The library's own histogram takes several microseconds a call, which every request would pay.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import time_ns
from typing import Any, Final, Generic, TypeVar

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    ScopeMetrics,
)
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Upper bounds of the buckets in seconds: those of the conventions for HTTP servers, and two for what is quicker."""

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Sums:
    """What is known of all that has the same labels."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0
    least: float = float("inf")
    most: float = 0


class Durations(Generic[K]):
    """Durations of one kind of thing.

    Args:
        meter: Whose figure it is.
        name: The figure's name.
        description: What it says.
        labels: Gives the labels of a key; there must be few keys.
    """

    def __init__(self, meter: str, name: str, description: str, labels: Callable[[K], Mapping[str, Any]]) -> None:
        self._scope = InstrumentationScope(meter)
        self._name, self._description, self._labels = name, description, labels
        self._begun = time_ns()
        self._sums: dict[K, Sums] = {}
        _all.append(self)

    def add(self, key: K, seconds: float) -> None:
        """Add one duration."""
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = Sums()
        found.buckets[bisect_left(BOUNDS, seconds)] += 1
        found.seconds += seconds
        found.least = min(found.least, seconds)
        found.most = max(found.most, seconds)

    def told(self, now: int) -> ScopeMetrics:
        """Give the figure as the library passes figures on.

        Args:
            now: The instant in nanoseconds.
        """
        points = [self._point(key, sums, now) for key, sums in list(self._sums.items())]
        data = Histogram(points, AggregationTemporality.CUMULATIVE)
        return ScopeMetrics(self._scope, [Metric(self._name, self._description, "s", data)], "")

    def _point(self, key: K, sums: Sums, now: int) -> HistogramDataPoint:
        buckets = tuple(sums.buckets)
        return HistogramDataPoint(
            attributes=dict(self._labels(key)),
            start_time_unix_nano=self._begun,
            time_unix_nano=now,
            count=sum(buckets),
            sum=sums.seconds,
            bucket_counts=buckets,
            explicit_bounds=BOUNDS,
            min=sums.least,
            max=sums.most,
        )


_all: Final[list[Durations[Any]]] = []


def with_durations(read: MetricsData) -> MetricsData:
    """Add all durations to the figures that the library has."""
    if not read.resource_metrics:
        return read
    first, *others = read.resource_metrics
    more = list(durations_told(time_ns()))
    return MetricsData([replace(first, scope_metrics=[*first.scope_metrics, *more]), *others])


def durations_told(now: int) -> Iterator[ScopeMetrics]:
    """Give every figure of durations that has something to say."""
    for one in _all:
        told = one.told(now)
        if any(metric.data.data_points for metric in told.metrics):
            yield told
