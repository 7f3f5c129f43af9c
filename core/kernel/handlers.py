"""Handlers: which coroutine does the work of which topic."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.discovery import ROOTS, import_modules
from core.kernel.frozen import frozen
from core.kernel.jobs import fail_job_of
from core.kernel.work import Work

Run = Callable[[Work], Awaitable[None]]
AnyRun = TypeVar("AnyRun", bound=Run)
GivenUp = Callable[[AsyncSession, UUID, Mapping[str, Any], str], Awaitable[None]]
"""Is told of work that is given up, in the transaction that does so: the tenant, the payload and the error's code."""

USUAL_LIMIT = timedelta(seconds=60)
USUAL_ATTEMPTS = 8


@frozen(kw_only=True)
class Handler:
    """What does the work of a topic.

    Attributes:
        topic: The topic.
        run: The coroutine; it may run twice and may be killed once, and the effect is the same.
        limit: How long one run may take; longer work is cut into pieces that send one another.
        attempts: How often it is tried before it becomes a dead letter.
        after_activity: How long after anything was done in a tenant it is due there, once for all that is done
            meanwhile; it is sent by itself then, with the tenant as ``subject_id``.
        given_up: Ends what the work leaves under way where it is given up, also because every worker was lost over it.
    """

    topic: str
    run: Run
    limit: timedelta = USUAL_LIMIT
    attempts: int = USUAL_ATTEMPTS
    after_activity: timedelta | None = None
    given_up: GivenUp | None = None


HANDLERS: dict[str, Handler] = {}


def handles(
    topic: str,
    *,
    limit: timedelta = USUAL_LIMIT,
    attempts: int = USUAL_ATTEMPTS,
    after_activity: timedelta | None = None,
    given_up: GivenUp | None = None,
) -> Callable[[AnyRun], AnyRun]:
    """Declare the handler of a topic; it stands in the feature's ``jobs.py``.

    Raises:
        ValueError: Another coroutine handles the topic already.
    """

    def declare(run: AnyRun) -> AnyRun:
        declared = HANDLERS.get(topic)
        if declared is not None and described(declared.run) != described(run):
            msg = f"The topic {topic} has a handler already: {described(declared.run)}."
            raise ValueError(msg)
        HANDLERS[topic] = Handler(
            topic=topic,
            run=run,
            limit=limit,
            attempts=attempts,
            after_activity=after_activity,
            given_up=given_up,
        )
        return run

    return declare


async def tell_given_up(
    session: AsyncSession, tenant_id: UUID, topic: str, payload: Mapping[str, Any], error: str
) -> None:
    """End what work leaves under way that is given up: the job it names, and what its handler knows of.

    Args:
        session: The transaction that gives it up.
        tenant_id: The tenant it was for.
        topic: Its topic.
        payload: What it was told.
        error: Why, by its code.
    """
    await fail_job_of(session, tenant_id, payload, error)
    handler = HANDLERS.get(topic)
    if handler is not None and handler.given_up is not None:
        await handler.given_up(session, tenant_id, payload, error)


@frozen
class Following:
    """What follows on whatever is done in a tenant; put among the services of processes that do background work.

    Attributes:
        after: How long after activity each topic is due.
    """

    after: Mapping[str, timedelta]

    def on(self, topics: Iterable[str]) -> Mapping[str, timedelta]:
        """Tell what is due after some work was done; nothing where it was only such work itself."""
        return self.after if any(topic not in self.after for topic in topics) else {}


def declared_following() -> Following:
    """Give what the handlers that are loaded say of themselves."""
    return Following({one.topic: one.after_activity for one in HANDLERS.values() if one.after_activity is not None})


def described(run: Run) -> str:
    """Name a coroutine by its module and name."""
    return f"{run.__module__}.{getattr(run, '__qualname__', repr(run))}"


def load_handlers(roots: tuple[str, ...] = ROOTS) -> dict[str, Handler]:
    """Import every feature's ``jobs.py`` and give what they declare."""
    import_modules("jobs", roots)
    return HANDLERS
