"""Metrics of background work: the backlog, how long handlers take, and what became of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from core.kernel.clock import recorded_now

STATUSES = ("waiting", "handed", "running", "dead")


class WorkFigures:
    """The last count of the backlog, given whenever the metrics are read."""

    def __init__(self) -> None:
        self._counted: dict[str, tuple[int, datetime]] = {}

    def keep(self, counted: Mapping[str, tuple[int, datetime]]) -> None:
        """Keep a count: rows and the earliest due instant, by status."""
        self._counted = dict(counted)

    def rows(self, _options: CallbackOptions) -> Iterable[Observation]:
        """Give the number of rows by status; dead letters are those of status ``dead``."""
        for status in STATUSES:
            count, _ = self._counted.get(status, (0, None))
            yield Observation(count, {"status": status})

    def age(self, _options: CallbackOptions) -> Iterable[Observation]:
        """Give how long the row that waits longest has been due, in seconds."""
        waiting = self._counted.get("waiting")
        late = (recorded_now() - waiting[1]).total_seconds() if waiting else 0.0
        yield Observation(max(late, 0.0), {})


FIGURES = WorkFigures()

_meter = metrics.get_meter("touchstone.work")
_meter.create_observable_gauge("touchstone.outbox.rows", [FIGURES.rows], description="Outbox rows not done, by status")
_meter.create_observable_gauge(
    "touchstone.outbox.age", [FIGURES.age], unit="s", description="How long the oldest waiting row has been due"
)
SECONDS = _meter.create_histogram("touchstone.work.duration", unit="s", description="Duration of handlers, by topic")
ATTEMPTS = _meter.create_counter("touchstone.work.attempts", description="Attempts at work, by topic and outcome")
