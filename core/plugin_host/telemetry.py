"""What is observed of a call: a span and two metrics, without anything the plugin was given or answered."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.trace import Status, StatusCode

from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.scope import Scope

_tracer: Final = trace.get_tracer("touchstone.plugin_host")
_meter: Final = metrics.get_meter("touchstone.plugin_host")
_calls: Final = _meter.create_counter("touchstone.plugin.calls", description="Calls of plugins, by outcome")
_seconds: Final = _meter.create_histogram("touchstone.plugin.duration", unit="s", description="Duration of the calls")


@frozen
class CallFacts:
    """What a call is about.

    Attributes:
        scope: For which tenant of which network.
        plugin: Key of the plugin.
        version: Version of the plugin.
        kind: Kind of the plugin.
        descriptor: Key of the descriptor that is called.
        items: Size of the batch.
    """

    scope: Scope
    plugin: str
    version: str
    kind: str
    descriptor: str
    items: int


@contextmanager
def observed_call(facts: CallFacts, monotonic: Callable[[], float]) -> Generator[None]:
    """Wrap a call in a span; its outcome is ``ok``, the code of the refusal, or ``error``.

    The tenant is an attribute of the span and of the counter, not of the histogram, whose series would multiply.
    """
    plugin = {"touchstone.plugin": facts.plugin, "touchstone.plugin.descriptor": facts.descriptor}
    tenant = {"touchstone.network_id": str(facts.scope.network_id), "touchstone.tenant_id": str(facts.scope.tenant_id)}
    more = {
        "touchstone.plugin.version": facts.version,
        "touchstone.plugin.kind": facts.kind,
        "touchstone.plugin.items": facts.items,
    }
    began = monotonic()
    outcome = "error"
    with _tracer.start_as_current_span(
        "plugin.call",
        attributes={**plugin, **tenant, **more},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield
            outcome = "ok"
        except DomainError as refusal:
            outcome = refusal.code
            raise
        finally:
            span.set_attribute("touchstone.plugin.outcome", outcome)
            if outcome != "ok":
                span.set_status(Status(StatusCode.ERROR, outcome))
            _calls.add(1, {**plugin, **tenant, "touchstone.plugin.outcome": outcome})
            _seconds.record(monotonic() - began, {**plugin, "touchstone.plugin.outcome": outcome})
