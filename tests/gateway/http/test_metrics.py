"""Figures for scrapers: what they hold, what they never hold, and who gets them."""

import asyncio
import logging
import re
import socket

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from core.kernel.tally import MOST_SERIES, OTHER, Labels, Tally
from core.kernel.telemetry import configure_telemetry, metrics_page
from gateway.http import observation
from gateway.server.serving import metrics_server
from tests.gateway.http.edge import SECRET_TEXT, Edge, edge_for, edge_of, settings_for
from tests.gateway.http.serving import until

PRODUCTION = {"environment": "production", "builtin_issuer": False, "introspection": False}


@pytest.fixture(scope="session")
def telemetry() -> None:
    """Providers are set once per process, as OpenTelemetry has it."""
    configure_telemetry(settings_for())


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(observation, "_tracer", provider.get_tracer("test"))
    monkeypatch.setattr(observation, "tracing_is_on", lambda: True)
    return exporter


async def scrape(edge: Edge, **headers: str) -> httpx2.Response:
    async with edge.client() as client:
        return await client.get("/metrics", headers=headers)


def operations(**labels: str) -> float:
    """How many operations a scraper reads under these labels."""
    counted = re.findall(r"touchstone_http_operations_total\{(.*?)\} (\S+)", metrics_page()[0].decode())
    wanted = [f'touchstone_{name}="{value}"' for name, value in labels.items()]
    return sum(float(number) for found, number in counted if all(one in found for one in wanted))


async def test_operations_of_tenants_beyond_those_told_apart_are_counted_by_outcome_alone(
    telemetry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = edge_of()
    (known,), (late,) = edge.member("ada"), edge.member("bob")
    await edge.post("{ tenant }", edge.headers("ada"))
    monkeypatch.setattr(observation._operations, "most", len(observation._operations))
    before = {outcome: operations(tenant_id=OTHER, outcome=outcome) for outcome in ("ok", "errors")}
    for query in ("{ tenant }", "{ boom }"):
        await edge.post(query, edge.headers("bob"))
    await edge.post("{ tenant }", edge.headers("ada"))
    assert (operations(tenant_id=str(known), outcome="ok"), operations(tenant_id=str(late))) == (2, 0)
    for outcome, number in before.items():
        assert operations(tenant_id=OTHER, outcome=outcome) == number + 1


async def test_outcomes_beyond_those_told_apart_are_one(telemetry: None, monkeypatch: pytest.MonkeyPatch) -> None:
    edge = edge_of()
    (home,) = edge.member("ada")
    await edge.post("{ tenant }", edge.headers("ada"))
    monkeypatch.setattr(observation, "_outcomes", Labels(0))
    await edge.post("{ tenant boom }", edge.headers("ada"))
    assert operations(tenant_id=str(home), outcome="ok") == 1
    assert operations(tenant_id=str(home), outcome=OTHER) == operations(tenant_id=str(home)) - 1 == 1


async def test_ten_thousand_tenants_are_scraped_each_with_its_own_figure(
    telemetry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Tally[observation.OperationKey](observation.without_tenant)
    for number in range(MOST_SERIES + 500):
        for _ in range(2):
            crowd.add(("http", "crowded", "net", f"tenant-{number}"))
    monkeypatch.setattr(observation, "_operations", crowd)
    assert len(crowd) == MOST_SERIES + 1
    assert [operations(outcome="crowded", tenant_id=f"tenant-{one}") for one in (0, MOST_SERIES - 1)] == [2, 2]
    assert operations(outcome="crowded", tenant_id=OTHER) == 1_000
    assert operations(outcome="crowded") == 2 * (MOST_SERIES + 500)


async def test_requests_and_operations_are_counted_by_tenant_and_outcome(telemetry: None) -> None:
    edge = edge_of()
    (home,) = edge.member("ada")
    for query in ("{ tenant }", "{ tenant }", "{ tenant boom }"):
        await edge.post(query, edge.headers("ada"))
    await edge.post("{ tenant }")
    page = (await scrape(edge)).text
    counted = dict(re.findall(r"touchstone_http_operations_total\{(.*?)\} (\S+)", page))
    ours = {labels: float(value) for labels, value in counted.items() if str(home) in labels}
    assert {re.findall(r'outcome="(\w+)"', labels)[0]: value for labels, value in ours.items()} == {
        "ok": 2.0,
        "errors": 1.0,
    }
    assert any('outcome="auth.missing_token"' in labels for labels in counted)
    assert "touchstone_http_duration_seconds_bucket{" in page
    assert 'http_route="/graphql"' in page


async def test_paths_and_ids_of_strangers_do_not_become_labels(telemetry: None) -> None:
    edge = edge_of()
    async with edge.client() as client:
        await client.get("/wp-admin/setup.php")
    await edge.post("{ tenant }", {"Touchstone-Tenant": "0f0f0f0f-0000-4000-8000-000000000000"})
    page = (await scrape(edge)).text
    assert "wp-admin" not in page
    assert "0f0f0f0f" not in page


async def test_neither_figures_nor_spans_nor_logs_hold_what_was_asked_or_answered(
    telemetry: None, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    edge = edge_of()
    edge.member("ada")
    private = "grace.hopper@example.org"
    with capture_logs() as lines:
        for query in ("query secretName($t: String!) { echo(text: $t) }", "{ boom }", "{ nothing"):
            await edge.post(query, edge.headers("ada"), variables={"t": private})
    told = f"{lines} {metrics_page()[0].decode()} {[span.to_json() for span in spans.get_finished_spans()]}"
    assert "http.request" in told
    for word in (private, "echo", "secretName", SECRET_TEXT, "Ada", "Bearer", edge.token("ada")[:20], "127.0.0.1"):
        assert word not in told, word


async def test_a_span_names_route_status_and_tenant_and_joins_the_callers_trace(spans: InMemorySpanExporter) -> None:
    edge = edge_of()
    (home,) = edge.member("ada")
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await edge.post("{ tenant }", edge.headers("ada") | {"traceparent": parent})
    (span,) = spans.get_finished_spans()
    assert (span.name, span.kind) == ("POST /graphql", trace.SpanKind.SERVER)
    context = span.get_span_context()
    assert context is not None
    assert format(context.trace_id, "032x") == "0af7651916cd43dd8448eb211c80319c"
    attributes = dict(span.attributes or {})
    assert attributes["touchstone.tenant_id"] == str(home)
    assert attributes["http.response.status_code"] == 200
    assert set(attributes) == {
        *("http.request.method", "http.route", "http.response.status_code"),
        *("touchstone.tenant_id", "touchstone.network_id"),
    }


async def test_each_request_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    edge = edge_of()
    (home,) = edge.member("ada")
    with capture_logs() as lines:
        await edge.post("{ tenant }", edge.headers("ada"))
    (line,) = [line for line in lines if line["event"] == "http.request"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/graphql", 200)
    assert (line["outcome"], line["tenant_id"]) == ("ok", str(home))
    assert set(line) == {
        "event",
        "log_level",
        "method",
        "route",
        "status",
        "seconds",
        "outcome",
        "tenant_id",
        "request",
    }


async def test_production_gives_figures_to_the_scraper_alone() -> None:
    assert (await scrape(edge_of(settings=settings_for(**PRODUCTION)))).status_code == 404
    guarded = edge_of(settings=settings_for(**PRODUCTION), edge=edge_for(metrics_token="scraper"))
    assert (await scrape(guarded)).status_code == 401
    assert (await scrape(guarded, Authorization="Bearer other")).status_code == 401
    assert (await scrape(guarded, Authorization="Bearer scraper")).status_code == 200


async def test_figures_may_be_bound_to_a_place_of_their_own() -> None:
    apart = edge_of(edge=edge_for(metrics_bind="127.0.0.1:0"))
    assert (await scrape(apart)).status_code == 404
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = metrics_server(f"127.0.0.1:{port}")
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        async with httpx2.AsyncClient(verify=False) as client:
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            other = await client.get(f"http://127.0.0.1:{port}/graphql")
    finally:
        server.should_exit = True
        await task
    assert (answer.status_code, other.status_code) == (200, 404)
    assert answer.headers["content-type"].startswith("text/plain")
