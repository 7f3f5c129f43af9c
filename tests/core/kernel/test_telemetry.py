from collections.abc import Generator
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import core.kernel.telemetry as subject
from core.kernel.database import Database
from core.kernel.errors import InvalidInput
from core.kernel.handlers import Handler
from core.kernel.idle import run_until_idle
from core.kernel.outbox import send
from core.kernel.telemetry import span
from core.kernel.work import Work
from core.kernel.work_figures import WorkFigures
from tests.core.kernel.building import Stage, Topics
from tests.support.cluster import ROLE_SECRET

SECRET = "a-person@example"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Generator[InMemorySpanExporter, None, None]:
    """What would be sent to a collector."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(subject, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def told(spans: InMemorySpanExporter) -> str:
    return "".join(one.to_json() for one in spans.get_finished_spans())


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(one for one in spans.get_finished_spans() if one.name == name)


def test_a_span_names_tenant_and_plugin(spans: InMemorySpanExporter) -> None:
    tenant = uuid4()
    with span("thing", tenant_id=tenant, plugin="conformance", topic="t"):
        pass
    attributes = dict(named(spans, "thing").attributes or {})
    assert attributes == {
        "touchstone.tenant_id": str(tenant),
        "touchstone.plugin": "conformance",
        "touchstone.topic": "t",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [(InvalidInput(field="email", problem=SECRET), "kernel.invalid_input"), (ValueError(SECRET), "ValueError")],
)
def test_a_span_keeps_the_code_of_an_error_and_not_its_text(
    spans: InMemorySpanExporter, error: Exception, code: str
) -> None:
    def fails() -> None:
        with span("thing"):
            raise error

    with pytest.raises(type(error)):
        fails()
    finished = named(spans, "thing")
    assert (finished.status.status_code, finished.status.description) == (StatusCode.ERROR, code)
    assert finished.events == ()
    assert SECRET not in told(spans)


async def test_statements_are_traced_without_their_parameters(spans: InMemorySpanExporter, stage: Stage) -> None:
    database = Database(stage.database.url, ROLE_SECRET, pool_size=1)

    async def fails() -> None:
        async with database.unit(stage.north) as unit:
            await unit.session.execute(text("SELECT CAST(:value AS integer)"), {"value": 1})
            await unit.session.execute(text("SELECT 1 / CAST(:zero AS integer)"), {"zero": 0})

    try:
        with span("outer"), pytest.raises(DBAPIError):
            await fails()
    finally:
        await database.close()
    statements = [one for one in spans.get_finished_spans() if one.name.startswith("sql ")]
    texts = [str((one.attributes or {})["db.query.text"]) for one in statements]
    assert texts[0] == "BEGIN"
    assert statements[-1].status.status_code is StatusCode.ERROR
    assert str(stage.tree.north) not in told(spans)
    assert not trace.get_current_span().is_recording()


async def test_work_belongs_to_the_trace_it_was_sent_in(
    spans: InMemorySpanExporter, stage: Stage, topics: Topics
) -> None:
    async def note(work: Work) -> None:
        del work

    topic = topics.add(Handler(topic="test.traced", run=note))
    with span("request"):
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await send(unit, topic, {})
    await run_until_idle(stage.background, network_id=stage.tree.network_id)
    request, work = named(spans, "request"), named(spans, "work test.traced")
    assert request.context is not None
    assert work.parent is not None
    assert (work.parent.trace_id, work.parent.span_id) == (request.context.trace_id, request.context.span_id)
    attributes: dict[str, Any] = dict(work.attributes or {})
    assert attributes["touchstone.tenant_id"] == str(stage.tree.north)
    assert attributes["touchstone.outcome"] == "done"


def test_the_backlog_is_given_by_status(stage: Stage) -> None:
    from opentelemetry.metrics import CallbackOptions

    figures, options = WorkFigures(), CallbackOptions()
    figures.keep({"waiting": (3, stage.clock.now()), "dead": (1, stage.clock.now())})
    rows = {str((one.attributes or {})["status"]): one.value for one in figures.rows(options)}
    assert rows == {"waiting": 3, "handed": 0, "running": 0, "dead": 1}
    (age,) = figures.age(options)
    assert age.value >= 0
