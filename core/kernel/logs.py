"""Structured logs: JSON on standard output, with trace and tenant, and values only under keys known to be harmless."""

import asyncio
import logging
import sys
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from opentelemetry import trace
from structlog.contextvars import STRUCTLOG_KEY_PREFIX
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
DEEPEST = 12

# Keys whose values are ids, figures, codes or names of our own making. Everything else is cut.
_allowed = {
    *("event", "level", "timestamp", "logger", "trace_id", "span_id", "service"),
    *("network_id", "tenant_id", "command_id", "job_id", "subject_id", "request", "grant_id"),
    *("plugin", "topic", "kind", "operation", "permission", "code", "error", "error_at", "outcome", "status", "where"),
    *(
        "attempt",
        "count",
        "rows",
        "pause",
        "seconds",
        "size",
        "still_usable",
        "issuer",
        "reason",
        "fault",
        "port",
        "revision",
    ),
}


@dataclass(slots=True)
class Lines:
    """Where lines go that are written straight away; nowhere until logs are configured, or on a terminal.

    Attributes:
        stream: Where.
        shared: What every line says.
        pending: Whether lines wait to be handed over.
        traced: Whether there may be spans whose ids a line has to tell.
    """

    stream: TextIO | None = None
    shared: dict[str, str] = field(default_factory=dict[str, str])
    pending: bool = False
    traced: bool = True

    def hand_over(self) -> None:
        """Hand over what was written."""
        self.pending = False
        if self.stream is not None and not self.stream.closed:
            self.stream.flush()

    def hand_over_soon(self) -> None:
        """Hand over what was written within a moment, with all that is written until then; at once outside a loop.

        Every hand-over is a call of the system, and wakes whoever reads the lines. Order is kept: whoever else writes
        to the same stream hands over what stands before.
        """
        if self.pending:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.hand_over()
            return
        self.pending = True
        loop.call_later(MOMENT_S, self.hand_over)


ROOT: Final = logging.getLogger()
MOMENT_S: Final = 0.1
_lines: Final = Lines()
_request: Final = ContextVar[Any](f"{STRUCTLOG_KEY_PREFIX}request", default=...)
"""As structlog binds it, at a third of the cost: every request does it twice."""
LINE: Final = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def allow_keys(*names: str) -> None:
    """Let values under these keys into the log; they must never hold personal data or content."""
    _allowed.update(names)


def configure_logs(service: str = "touchstone", *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Set up logging for the process: one JSON object a line, or colours on a terminal.

    Args:
        service: Name of the service in every line.
        stream: Where to write; standard output by default.
        level: Least level written.
    """
    out = stream or sys.stdout
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        explain_error,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[drop_arguments, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    _lines.hand_over()
    _lines.stream = None if out.isatty() else out
    _lines.shared = {"service": service, "logger": "touchstone"}
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    quiet_libraries()


def tell_traces(*, on: bool) -> None:
    """Let lines that are written straight away look for the span they belong to, where there are any.

    Args:
        on: Whether this process makes spans.
    """
    _lines.traced = on


def tell_request(request: str | None) -> None:
    """Let every line of this task name a request from now on, or none any more."""
    _request.set(... if request is None else request)


def write_line(event: str, **facts: object) -> None:
    """Write one line of information whose facts are harmless by their making: ids, figures and codes.

    It looks like any other line, and goes past what others are led through, which costs more than a short request.

    Args:
        event: What happened.
        facts: Values under allowed keys; one under any other key is cut.
    """
    if not ROOT.isEnabledFor(logging.INFO):
        return
    if _lines.stream is None:
        structlog.get_logger("touchstone").info(event, **facts)
        return
    if not _allowed.issuperset(facts):
        facts = {name: value if name in _allowed else REDACTED for name, value in facts.items()}
    line = {**facts, **_lines.shared, "event": event, "level": "info", "timestamp": datetime.now(UTC)}
    if _lines.traced:
        add_trace(None, "", line)
    _lines.stream.write(orjson.dumps(line, default=str, option=LINE).decode())
    if not _lines.pending:
        _lines.hand_over_soon()


def quiet_libraries() -> None:
    """Let libraries speak of warnings only: their chatter repeats addresses, statements and arguments.

    The queue's library is not heard at all: it calls every end of a process a failure, and what matters is told here.
    """
    logging.getLogger("arq").setLevel(logging.CRITICAL)
    for name in ("uvicorn.access", "sqlalchemy", "asyncpg", "alembic", "httpx2", "opentelemetry"):
        logging.getLogger(name).setLevel(logging.WARNING)


def add_trace(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Add the ids of the current span."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = format(context.trace_id, "032x")
        entry["span_id"] = format(context.span_id, "016x")
    return entry


def explain_error(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Replace an exception by its class and the places it passed; its text may hold anything."""
    match entry.pop("exc_info", None):
        case True:
            error = sys.exc_info()[1]
        case BaseException() as error:
            pass
        case (_, BaseException() as error, _):
            pass
        case _:
            error = None
    if error is not None:
        entry["error"] = entry.get("error") or type(error).__name__
        entry["error_at"] = places(error.__traceback__)
    return entry


def places(passed: TracebackType | None) -> list[str]:
    """List where an exception passed, the origin last: module and line, no values."""
    found: list[str] = []
    while passed is not None:
        found.append(f"{passed.tb_frame.f_globals.get('__name__', '?')}:{passed.tb_lineno}")
        passed = passed.tb_next
    return found[-DEEPEST:]


def drop_arguments(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Keep the wording of a library's message and drop what was put into it."""
    record: logging.LogRecord | None = entry.get("_record")
    if record is not None:
        entry["event"] = str(record.msg)
    return entry


def redact(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Cut every value whose key is not known to be harmless."""
    for key in entry:
        if key not in _allowed and not key.startswith("_"):
            entry[key] = REDACTED
    return entry
