"""One line, one span and a few figures per request: where it came to, how it ended; never what it said or who asked."""

import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kernel.ids import new_id
from core.kernel.logs import allow_keys
from gateway.auth.identity import Opened

REQUEST_ID = "X-Request-Id"
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SWITCHING = 101
BROKEN = 500

_tracer: Final = trace.get_tracer("touchstone.http")
_meter: Final = metrics.get_meter("touchstone.http")
_requests: Final = _meter.create_counter("touchstone.http.requests", description="Requests, by route and status")
_seconds: Final = _meter.create_histogram("touchstone.http.duration", unit="s", description="Duration of requests")
_operations: Final = _meter.create_counter(
    "touchstone.http.operations", description="GraphQL operations, by tenant, transport and outcome"
)

log = structlog.get_logger(__name__)
allow_keys("method", "route")


@dataclass(slots=True)
class Observed:
    """What is noted of one request while it is served.

    Attributes:
        request_id: Ties the answer to log lines and spans.
        route: The route's template; never the path as sent, so that what strangers type does not become a label.
        status: The HTTP status, or the close code of a websocket.
        tenant: The tenant acted in.
        network: Its network.
        outcome: ``ok``, the code of the refusal, or ``errors`` where a result has some.
    """

    request_id: str
    route: str = "(none)"
    status: int = 0
    tenant: str = ""
    network: str = ""
    outcome: str = "ok"


class Observation:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe one request or websocket."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        observed = Observed(request_id_of(scope))
        scope.setdefault("state", {})["observed"] = observed
        began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request=observed.request_id)
        with _tracer.start_as_current_span(
            f"{scope.get('method', 'WEBSOCKET')}",
            context=propagate.extract(headers_of(scope)),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self.app(scope, receive, noting(send, observed))
            finally:
                note(observed, scope, span, time.perf_counter() - began)
                structlog.contextvars.unbind_contextvars("request")


def noting(send: Send, observed: Observed) -> Send:
    """Note the status on its way out, and add the request id to the answer's headers."""

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            observed.status = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-request-id", observed.request_id.encode())]}
        elif message["type"] == "websocket.accept":
            observed.status = observed.status or SWITCHING
        elif message["type"] == "websocket.close":
            observed.status = message.get("code", 1000)
        await send(message)

    return noted


def note(observed: Observed, scope: Scope, span: Span, seconds: float) -> None:
    """Write the line, end the span and count."""
    method = scope.get("method", "WEBSOCKET")
    about = {"http.request.method": method, "http.route": observed.route}
    span.update_name(f"{method} {observed.route}".strip())
    span.set_attributes({**about, "http.response.status_code": observed.status, **tenant_attributes(observed)})
    if observed.status >= BROKEN and scope["type"] == "http":
        span.set_status(Status(StatusCode.ERROR, observed.outcome))
    _requests.add(1, {**about, "http.response.status_code": observed.status})
    if scope["type"] == "http":
        _seconds.record(seconds, about)
    log.info(
        "http.request",
        method=method,
        route=observed.route,
        status=observed.status,
        seconds=round(seconds, 4),
        outcome=observed.outcome,
        tenant_id=observed.tenant or None,
    )


def note_operation(observed: Observed, transport: str, opened: Opened, outcome: str) -> None:
    """Count one operation of a tenant.

    Args:
        observed: The request or websocket it came by.
        transport: ``http``, ``sse`` or ``websocket``.
        opened: What its token opened.
        outcome: ``ok``, ``errors`` or the code of the refusal.
    """
    observed.outcome = outcome
    if opened.scope is not None:
        observed.tenant, observed.network = str(opened.scope.tenant_id), str(opened.scope.network_id)
    _operations.add(
        1, {"touchstone.transport": transport, "touchstone.outcome": outcome, **tenant_attributes(observed)}
    )


def tenant_attributes(observed: Observed) -> dict[str, str]:
    """Give the attributes that name tenant and network, where they are known."""
    if not observed.tenant:
        return {}
    return {"touchstone.network": observed.network, "touchstone.tenant": observed.tenant}


def observed_in(scope: MutableMapping[str, Any]) -> Observed:
    """Give what is noted of the request that is being served."""
    return scope["state"]["observed"]


def request_id_of(scope: Scope) -> str:
    """Take the caller's request id where it is a plain one, or make one."""
    given = headers_of(scope).get(REQUEST_ID.lower(), "")
    return given if ACCEPTED_ID.fullmatch(given) else new_id().hex


def headers_of(scope: Scope) -> dict[str, str]:
    """Give the headers by lower-case name."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
