"""What one operation (or one event of a subscription) holds while it runs."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Self

from graphql import FieldNode, GraphQLError

from core.kernel.errors import DomainError
from core.kernel.graphql.access import Permission
from core.kernel.graphql.context import RequestContext
from core.kernel.reads import Breadth
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from gateway.execution.batches import Ended
from gateway.execution.breadths import opened
from gateway.execution.lookahead import Lookahead
from gateway.execution.plans import EntityPlan
from gateway.execution.reach import Reach
from gateway.execution.reader import Reader


@dataclass(kw_only=True)
class Operation:
    """What one operation holds while it runs: at most one connection, and what was found out once.

    Attributes:
        context: The request, in a copy of this operation's own.
        name: What the operation is called in the audit: its kind and name.
        lookahead: Sees what selections ask for.
    """

    context: RequestContext
    name: str
    lookahead: Lookahead
    _breadth: Breadth = Breadth.TENANT
    _reader: Reader | None = None
    _over: bool = False
    _opening: asyncio.Task[Reader] | None = None
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)
    _verdicts: dict[tuple[Permission, ...], Exception | None] = field(
        default_factory=dict[tuple[Permission, ...], "Exception | None"]
    )

    def fresh(self) -> Self:
        """Give the state of another event of the same operation."""
        return type(self)(context=self.context, name=self.name, lookahead=self.lookahead)

    def verdict(self, needs: tuple[Permission, ...]) -> Exception | None:
        """Tell why fields that need this are refused, or nothing; found out once, however many rows there are."""
        if needs not in self._verdicts:
            self._verdicts[needs] = self._judge(needs)
        return self._verdicts[needs]

    def _judge(self, needs: tuple[Permission, ...]) -> Exception | None:
        try:
            self.context.check(*needs)
        except (DomainError, GraphQLError) as refused:
            return refused
        return None

    def labels(self, plan: EntityPlan, nodes: Sequence[FieldNode]) -> frozenset[str]:
        """Give the labels that permitted selections below some nodes read of an entity."""
        return self.lookahead.labels(plan, nodes, self.verdict)

    async def reader(self) -> Reader:
        """Give the operation's connection, opening it where this is the first question.

        Whoever waits for the opening goes on at the same moment, so that their questions are one batch.

        Raises:
            Ended: The operation is over: a field that was cancelled late must not hold a connection for ever.
        """
        if self._over:
            raise Ended
        if self._reader is not None:
            return self._reader
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Reader:
        self._reader = await self._held.enter_async_context(opened(self.context, self._breadth, self.name))
        return self._reader

    @asynccontextmanager
    async def phase(self, breadth: Breadth) -> AsyncGenerator[None, None]:
        """Read at one breadth; the connection is given back before the next breadth takes one."""
        self._breadth = breadth
        try:
            yield
        finally:
            await self.close()

    @contextmanager
    def acting_in(self, scope: Scope) -> Generator[None]:
        """Act in another scope than the request names, for one mutation."""
        kept, self.context.scope = self.context.scope, scope
        self._verdicts.clear()
        try:
            yield
        finally:
            self.context.scope = kept
            self._verdicts.clear()

    @asynccontextmanager
    async def within(self, unit: Unit) -> AsyncGenerator[Reader, None]:
        """Read on the connection of an open unit, which somebody else commits."""
        self._reader = Reader(unit, Reach.within(unit.scope), self.context.services)
        try:
            yield self._reader
        finally:
            await self._reader.end()
            self._reader = None

    async def close(self) -> None:
        """Put no further statement and give the connection back."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        if self._reader is not None:
            await self._reader.end()
        self._reader = None
        await self._held.aclose()

    async def end(self) -> None:
        """Give the connection back and open no other."""
        self._over = True
        await self.close()
