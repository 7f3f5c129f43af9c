import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest
import structlog

from core.kernel import logs
from core.kernel.logs import REDACTED, allow_keys, configure_logs
from core.kernel.telemetry import span

PERSON = "Åse O'Hara"


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Generator[io.StringIO, None, None]:
    """Logs as they would go to standard output; logging is as it was afterwards."""
    root = logging.getLogger()
    before, shown = (root.handlers, root.level), structlog.get_config()
    stream = io.StringIO()
    monkeypatch.setattr(logs, "_lines", logs.Lines())  # Or later lines of this process would go into this stream.
    configure_logs("test", stream=stream)
    yield stream
    root.handlers, root.level = before
    structlog.configure(**shown)
    structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_entry_is_one_line_of_json(out: io.StringIO) -> None:
    structlog.get_logger("a.logger").info("thing.happened", tenant_id="t", count=3)
    (entry,) = lines(out)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "thing.happened",
        "level": "info",
        "logger": "a.logger",
        "service": "test",
        "tenant_id": "t",
        "count": 3,
    }


def test_what_is_not_known_to_be_harmless_is_cut(out: io.StringIO) -> None:
    structlog.get_logger().warning("thing.happened", email="a@b.example", name=PERSON, topic="t")
    (entry,) = lines(out)
    assert (entry["email"], entry["name"], entry["topic"]) == (REDACTED, REDACTED, "t")
    allow_keys("test_shelf")
    structlog.get_logger().warning("thing.happened", test_shelf=1)
    assert lines(out)[1]["test_shelf"] == 1


def test_an_error_shows_where_it_passed_and_never_what_it_says(out: io.StringIO) -> None:
    def fails() -> None:
        raise ValueError(PERSON)

    try:
        fails()
    except ValueError as error:
        structlog.get_logger().error("thing.failed", exc_info=error)
        structlog.get_logger().exception("thing.failed")
    told = lines(out)
    assert PERSON not in out.getvalue()
    assert [entry["error"] for entry in told] == ["ValueError", "ValueError"]
    assert all("test_logs" in entry["error_at"][-1] for entry in told)


def test_libraries_are_heard_without_what_they_put_into_their_messages(out: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot greet %s", PERSON)
    logging.getLogger("arq").info("job %s", PERSON)
    (entry,) = lines(out)
    assert entry["event"] == "cannot greet %s"
    assert PERSON not in out.getvalue()


def test_an_entry_names_its_trace(out: io.StringIO) -> None:
    from opentelemetry.sdk.trace import TracerProvider

    with TracerProvider().get_tracer("test").start_as_current_span("outer"), span("inner"):
        structlog.get_logger().info("thing.happened")
    (entry,) = lines(out)
    assert len(entry["trace_id"]) == 32
    assert len(entry["span_id"]) == 16
