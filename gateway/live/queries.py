"""Live queries: each distinct query of a scope is answered once per change, whoever and however many follow it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
from strawberry.types.execution import ExecutionResult

from core.kernel.scope import Scope
from gateway.execution.outcome import WrittenResult
from gateway.live.change_feed import ChangeFeed

REFRESH_S = 30.0
"""Answered anew at least this often: what depends on the time, and what nobody told."""

Evaluate = Callable[[], Awaitable[ExecutionResult]]


@dataclass(slots=True)
class Followed:
    """One distinct query of a scope.

    Attributes:
        number: Goes up with every new answer.
        result: The latest answer.
        printed: The same as text, without extensions: what decides whether it is new.
        followers: How many follow it.
        answered: Set when the next answer is there; each answer has an event of its own.
        task: Answers it.
    """

    number: int = 0
    result: ExecutionResult | None = None
    printed: bytes = b""
    followers: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    def end(self) -> None:
        """Answer no more."""
        if self.task is not None:
            self.task.cancel()


class LiveQueries:
    """Answers live queries.

    Args:
        feed: Tells when a tenant has changed.
        refresh_s: Seconds after which a query is answered anew although nobody told of a change.
    """

    def __init__(self, feed: ChangeFeed, *, refresh_s: float = REFRESH_S) -> None:
        self._feed = feed
        self._refresh_s = refresh_s
        self._followed: dict[Hashable, Followed] = {}

    @property
    def distinct(self) -> int:
        """How many distinct queries are followed."""
        return len(self._followed)

    async def follow(self, key: Hashable, scope: Scope, evaluate: Evaluate) -> AsyncGenerator[ExecutionResult]:
        """Give the answer, and each new one.

        Args:
            key: The same for whoever must get the same answers: query, variables, tenant, permissions.
            scope: Where it is asked.
            evaluate: Answers it once.
        """
        one = self._followed.setdefault(key, Followed())
        one.followers += 1
        if one.task is None:
            one.task = asyncio.create_task(self._run(one, scope, evaluate))
        try:
            seen = 0
            while True:
                if one.number == seen:
                    await next_answer(one, one.task)
                seen = one.number
                if one.result is not None:
                    yield one.result
        finally:
            one.followers -= 1
            if not one.followers:
                self._followed.pop(key, None)
                one.end()

    async def _run(self, one: Followed, scope: Scope, evaluate: Evaluate) -> None:
        with self._feed.following(scope.tenant_id):
            while True:
                revision = self._feed.revision(scope.tenant_id)
                self._answer(one, await evaluate())
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._refresh_s):
                        await self._feed.changed_since(scope.tenant_id, revision)

    def _answer(self, one: Followed, result: ExecutionResult) -> None:
        printed = text_of(result)
        if printed == one.printed:
            return
        one.result, one.printed = result, printed
        one.number += 1
        told, one.answered = one.answered, asyncio.Event()
        told.set()


async def next_answer(one: Followed, task: "asyncio.Task[None]") -> None:
    """Wait for the next answer; what made it impossible is raised for all who wait."""
    waiting = asyncio.ensure_future(one.answered.wait())
    try:
        await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if task.done():
        task.result()


def text_of(result: ExecutionResult) -> bytes:
    """Print what a client sees of an answer."""
    if isinstance(result, WrittenResult) and result.body is not None:
        return result.body
    errors = [(one.message, one.path) for one in result.errors or ()]
    return orjson.dumps([result.data, errors], default=str)
