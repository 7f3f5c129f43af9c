"""One line, one span and a few figures per request: where it came to, how it ended; never what it said or who asked."""

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from opentelemetry import metrics, propagate, trace
from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions
from opentelemetry.metrics import Observation as Figure
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kernel.durations import Durations
from core.kernel.ids import new_mark
from core.kernel.logs import allow_keys, tell_request, write_line
from core.kernel.tally import OTHER, Labels, Tally
from core.kernel.telemetry import tracing_is_on
from gateway.auth.identity import Opened
from gateway.http.headers import RawHeaders, first_of_each
from gateway.http.whole import Headers, WriteWhole, lines, whole_writer

REQUEST_ID = "X-Request-Id"
REQUEST_ID_HEADER = b"x-request-id"
ACCEPTED_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
SWITCHING = 101
BROKEN = 500
METHODS: Mapping[str, str] = {
    one: one for one in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
}
OTHER_METHOD = "_OTHER"

_tracer: Final = trace.get_tracer("touchstone.http")
_meter: Final = metrics.get_meter("touchstone.http")
RequestKey = tuple[str, str, int]
OperationKey = tuple[str, str, str, str]
RouteKey = tuple[str, str]


def route_labels(key: RouteKey) -> dict[str, str]:
    """Give the labels of a method and route."""
    return {"http.request.method": key[0], "http.route": key[1]}


_seconds: Final = Durations[RouteKey](
    "touchstone.http", "touchstone.http.duration", "Duration of requests", route_labels
)

MOST_OUTCOMES = 100
"""Outcomes that one process tells apart; the product's own are fewer, those of plugins are anybody's guess."""


def without_tenant(key: OperationKey) -> OperationKey:
    """Give the key of an operation whose tenant is not told apart."""
    transport, outcome, _, _ = key
    return transport, outcome, OTHER, OTHER


# Counted here and handed over when somebody looks: the library's own counters cost several microseconds a call.
_requests: Final = Counter[RequestKey]()
_operations: Final = Tally[OperationKey](without_tenant)
_outcomes: Final = Labels(MOST_OUTCOMES)


def counted_requests(_options: CallbackOptions) -> Iterable[Figure]:
    """Hand over how many requests there were, by method, route and status."""
    for (method, route, status), number in list(_requests.items()):
        labels = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        yield Figure(number, labels)


def counted_operations(_options: CallbackOptions) -> Iterable[Figure]:
    """Hand over how many GraphQL operations there were, by transport, outcome and tenant, as far as told apart."""
    for (transport, outcome, network, tenant), number in _operations.items():
        labels = {"touchstone.transport": transport, "touchstone.outcome": outcome}
        yield Figure(number, {**labels, **tenant_attributes(network, tenant)})


_meter.create_observable_counter(
    "touchstone.http.requests", [counted_requests], description="Requests, by route and status"
)
_meter.create_observable_counter(
    "touchstone.http.operations",
    [counted_operations],
    description="GraphQL operations, by tenant, transport and outcome",
)

NO_CONTEXT: Final = Context()
allow_keys("method", "route")


@dataclass(slots=True)
class Observed:
    """What is noted of one request while it is served.

    Attributes:
        request_id: Ties the answer to log lines and spans.
        headers: What was sent, for whoever reads one of them.
        route: The route's template; never the path as sent, so that what strangers type does not become a label.
        status: The HTTP status, or the close code of a websocket.
        tenant: The tenant acted in.
        network: Its network.
        outcome: ``ok``, the code of the refusal, or ``errors`` where a result has some.
        whole: Writes the answer at once, where that can be.
        careful: Headers of every answer.
    """

    request_id: str
    headers: RawHeaders = field(default_factory=dict[bytes, bytes])
    route: str = "(none)"
    status: int = 0
    tenant: str = ""
    network: str = ""
    outcome: str = "ok"
    whole: WriteWhole | None = None
    careful: Headers = ()

    def write_whole(self, status: int, headers: Headers, body: bytes) -> bool:
        """Write an answer at once, with the headers that every answer has; tell whether that could be.

        Args:
            status: The HTTP status.
            headers: Headers that answers of this kind always have, and none of those that every answer has.
            body: The whole body.
        """
        if self.whole is None:
            return False
        own = b"content-length: %d\r\nx-request-id: %b\r\n" % (len(body), self.request_id.encode())
        written = self.whole(status, lines(headers) + lines(self.careful) + own, body)
        if written:
            self.status = status
        return written


ShortWay = Callable[[Scope, Receive, Send, Observed], Awaitable[bool] | None]
"""Gives what answers a request at once, and tells whether it has; nothing where the request goes through the app."""


def no_shortcut(_scope: Scope, _receive: Receive, _send: Send, _observed: Observed) -> None:
    """Lead every request through the app."""


class Observation:
    """ASGI middleware around everything else; it also adds the headers that keep browsers careful.

    One wrapper of what is sent does both, because every answer pays for each.

    Args:
        app: What is observed.
        headers: Headers of every answer, names in lower case; an answer's own value of one wins.
        shortcut: Answers what need not go through the app.
    """

    def __init__(
        self, app: ASGIApp, headers: Sequence[tuple[bytes, bytes]] = (), shortcut: ShortWay = no_shortcut
    ) -> None:
        self.app = app
        self._headers = tuple(headers)
        self._shortcut = shortcut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe one request or websocket."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = first_of_each(scope)
        # What a foreign page asks for gets headers more, from the middleware that decides about foreign pages.
        whole = None if b"origin" in headers else whole_writer(scope)
        observed = Observed(request_id_of(headers), headers, whole=whole, careful=self._headers)
        scope.setdefault("state", {})["observed"] = observed
        began = time.perf_counter()
        tell_request(observed.request_id)
        answer = noting(send, observed, self._headers)
        try:
            if tracing_is_on():
                await self._traced(scope, receive, answer, observed)
                return
            short = self._shortcut(scope, receive, answer, observed)
            if short is None or not await short:
                await self.app(scope, receive, answer)
        finally:
            note(observed, scope, time.perf_counter() - began)
            tell_request(None)

    async def _traced(self, scope: Scope, receive: Receive, send: Send, observed: Observed) -> None:
        """Serve inside a span, which continues the caller's trace."""
        with _tracer.start_as_current_span(
            scope["type"],
            context=callers_context(observed.headers),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self.app(scope, receive, send)
            finally:
                describe(span, observed, method_of(scope))


def noting(send: Send, observed: Observed, headers: Sequence[tuple[bytes, bytes]]) -> Send:
    """Note the status on its way out, and add the request id and other headers to those of the answer."""

    async def noted(message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            observed.status = message["status"]
            own = message["headers"]
            named = {name for name, _ in own}
            more = [one for one in headers if one[0] not in named]
            message = {**message, "headers": [*own, *more, (b"x-request-id", observed.request_id.encode())]}
        elif kind == "websocket.accept":
            observed.status = observed.status or SWITCHING
        elif kind == "websocket.close":
            observed.status = message.get("code", 1000)
        await send(message)

    return noted


def note(observed: Observed, scope: Scope, seconds: float) -> None:
    """Write the line and count."""
    method = method_of(scope)
    _requests[method, observed.route, observed.status] += 1
    if scope["type"] == "http":
        _seconds.add((method, observed.route), seconds)
    write_line(
        "http.request",
        method=method,
        route=observed.route,
        status=int(observed.status),
        seconds=round(seconds, 4),
        outcome=observed.outcome,
        tenant_id=observed.tenant or None,
        request=observed.request_id,
    )


def method_of(scope: Scope) -> str:
    """Name what was done, from a list that strangers cannot lengthen."""
    return METHODS.get(scope["method"], OTHER_METHOD) if scope["type"] == "http" else "WEBSOCKET"


def describe(span: Span, observed: Observed, method: str) -> None:
    """Name a span, and what it was about."""
    if not span.is_recording():
        return
    span.update_name(f"{method} {observed.route}")
    about = route_labels((method, observed.route))
    tenant = tenant_attributes(observed.network, observed.tenant)
    span.set_attributes({**about, "http.response.status_code": observed.status, **tenant})
    if observed.status >= BROKEN and method != "WEBSOCKET":
        span.set_status(Status(StatusCode.ERROR, observed.outcome))


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
        observed.network, observed.tenant = opened.scope.texts[:2]
    _operations.add((transport, _outcomes.known(outcome), observed.network, observed.tenant))


def tenant_attributes(network: str, tenant: str) -> dict[str, str]:
    """Give the attributes that name tenant and network, where they are known."""
    return {"touchstone.network_id": network, "touchstone.tenant_id": tenant} if tenant else {}


def observed_in(scope: MutableMapping[str, Any]) -> Observed:
    """Give what is noted of the request that is being served."""
    return scope["state"]["observed"]


def request_id_of(headers: RawHeaders) -> str:
    """Take the caller's request id where it is a plain one, or make one."""
    given = headers.get(REQUEST_ID_HEADER)
    return given.decode() if given is not None and ACCEPTED_ID.fullmatch(given) else new_mark()


def callers_context(headers: RawHeaders) -> Context:
    """Give the trace that the caller's headers name; an empty context where they name none."""
    fields = propagate.get_global_textmap().fields
    carried = {name: value.decode("latin-1") for name in fields if (value := headers.get(name.encode())) is not None}
    return propagate.extract(carried) if carried else NO_CONTEXT
