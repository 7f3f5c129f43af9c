"""Do the work of one hand-over: begin an attempt, run the handler, and write down how it ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from time import monotonic

import structlog

from core.kernel import outbox_rows
from core.kernel.clock import recorded_now
from core.kernel.ending import is_ending
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.handlers import HANDLERS, Handler, tell_given_up
from core.kernel.jobs import JobIsCancelled
from core.kernel.outbox_rows import DEAD, DONE, Tenancy
from core.kernel.queue import Handover
from core.kernel.receipts import AlreadyReceived
from core.kernel.roles import Role
from core.kernel.started import Started
from core.kernel.telemetry import span
from core.kernel.work import Background, open_work
from core.kernel.work_figures import ATTEMPTS, SECONDS

log = structlog.get_logger("touchstone.work")

TOOK_TOO_LONG = "kernel.took_too_long"


class Outcome(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    STALE = "stale"
    LET_GO = "let_go"


@frozen
class Performed:
    """How an attempt ended, and the error where there was one."""

    outcome: Outcome
    error: BaseException | None = None


async def perform(background: Background, handover: Handover) -> Performed:
    """Do the work of a hand-over; a failure of the handler is an outcome, never an exception.

    An outage of the database may be raised; the row's lease then ends and it is handed over again.

    Raises:
        CancelledError: The process ends; the row waits again for whoever comes next.
    """
    started = await begin(background, handover)
    if started is None:
        return Performed(Outcome.STALE)
    began = monotonic()
    with span(
        f"work {started.topic}",
        tenant_id=started.target_tenant_id,
        parent=started.trace,
        topic=started.topic,
        attempt=started.attempt,
    ) as current:
        performed = await attempt(background, started)
        current.set_attribute("touchstone.outcome", performed.outcome.value)
    tell(started, performed, monotonic() - began)
    return performed


async def begin(background: Background, handover: Handover) -> Started | None:
    """Take the row for this run; ``None`` where it is another's or done."""
    context = Tenancy(handover.tenant_id, handover.network_id).context
    lease_until = background.clock.now() + background.pace.lease
    async with background.database.transaction(Role.APP, context) as session:
        return await outbox_rows.start(session, handover, lease_until)


async def attempt(background: Background, started: Started) -> Performed:
    """Run the handler in its scope, within its limit, while the lease is renewed."""
    handler = HANDLERS[started.topic]
    try:
        async with renewed(background, started), asyncio.timeout(handler.limit.total_seconds()):
            await handler.run(await open_work(background, started))
    except (AlreadyReceived, JobIsCancelled):
        pass
    except asyncio.CancelledError as error:
        if not is_ending():
            return await fail(background, started, handler, error)
        await asyncio.shield(let_go(background, started))
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a handler raises, the worker lives on
        return await fail(background, started, handler, error)
    await change(background, started, status=DONE, finished_at=recorded_now(), last_error=None)
    return Performed(Outcome.DONE)


async def fail(background: Background, started: Started, handler: Handler, error: BaseException) -> Performed:
    """Let the row wait for its next attempt, or give it up after the last."""
    if started.attempt >= handler.attempts:
        await give_up(background, started, error_code(error))
        return Performed(Outcome.DEAD, error)
    due_at = background.clock.now() + background.pace.pause_after(started.attempt)
    await change(background, started, status="waiting", due_at=due_at, last_error=error_code(error))
    return Performed(Outcome.FAILED, error)


async def give_up(background: Background, started: Started, error: str) -> None:
    """Make the row a dead letter, and its job a failed one."""
    if not await change(background, started, status=DEAD, finished_at=recorded_now(), last_error=error):
        return
    context = Tenancy(started.target_tenant_id, started.network_id).context
    async with background.database.transaction(Role.APP, context) as session:
        await tell_given_up(session, started.target_tenant_id, started.topic, started.payload, error)


async def let_go(background: Background, started: Started) -> None:
    """Give the row back undone and uncounted, because this process ends."""
    now = background.clock.now()
    with suppress(Exception):  # The lease ends by itself where the database cannot be told.
        await change(background, started, status="waiting", due_at=now, attempts=started.attempt - 1)


async def change(background: Background, started: Started, **values: object) -> bool:
    """Change the row as the run that has it; tell whether this run still has it."""
    context = Tenancy(started.tenant_id, started.network_id).context
    async with background.database.transaction(Role.APP, context) as session:
        return await outbox_rows.change_running(session, started, **values)


@asynccontextmanager
async def renewed(background: Background, started: Started) -> AsyncGenerator[None, None]:
    """Renew the row's lease as long as the block runs."""
    renewing = asyncio.create_task(renew(background, started))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def renew(background: Background, started: Started) -> None:
    """Renew the lease until it is lost to another run."""
    held = True
    while held:
        await asyncio.sleep(background.pace.renewal.total_seconds())
        with suppress(Exception):  # An outage shorter than the lease costs nothing; a longer one costs the lease.
            held = await change(background, started, due_at=background.clock.now() + background.pace.lease)


def error_code(error: BaseException) -> str:
    """Name an error by its stable code, or by its class; its text may hold what must not be kept."""
    if isinstance(error, DomainError):
        return error.code
    if isinstance(error, TimeoutError):
        return TOOK_TOO_LONG
    return f"{type(error).__module__}.{type(error).__qualname__}"


def tell(started: Started, performed: Performed, seconds: float) -> None:
    """Log and count how an attempt ended."""
    facts = {"topic": started.topic, "outcome": performed.outcome.value}
    SECONDS.record(seconds, facts)
    ATTEMPTS.add(1, {**facts, "touchstone.tenant_id": str(started.target_tenant_id)})
    level = "error" if performed.outcome is Outcome.DEAD else "warning" if performed.error else "info"
    getattr(log, level)(
        "work.attempted",
        **facts,
        tenant_id=str(started.target_tenant_id),
        command_id=str(started.command_id),
        attempt=started.attempt,
        seconds=round(seconds, 3),
        error=error_code(performed.error) if performed.error else None,
        exc_info=performed.error,
    )
