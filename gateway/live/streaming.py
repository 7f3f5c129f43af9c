"""Answers of an operation as they come: one of a query or mutation, each event of a subscription, live queries."""

from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Any, cast

from strawberry.types.execution import ExecutionResult

from core.kernel.graphql.context import RequestContext
from core.kernel.scope import Scope
from gateway.answering.answering import Answering
from gateway.answering.prepared import Prepared
from gateway.live.directive import is_live
from gateway.live.queries import LiveQueries

Spend = Callable[[ExecutionResult], None]


def nothing_spent(_result: ExecutionResult) -> None:
    """Meter nothing."""


class Streaming:
    """Gives the answers of any operation.

    Args:
        answering: Answers queries and mutations.
        live: Answers live queries again.
    """

    def __init__(self, answering: Answering, live: LiveQueries) -> None:
        self._answering = answering
        self._live = live

    async def answers(
        self,
        query: str,
        variables: dict[str, Any],
        context: RequestContext,
        *,
        name: str | None = None,
        extensions: dict[str, Any] | None = None,
        spend: Spend = nothing_spent,
    ) -> AsyncGenerator[ExecutionResult]:
        """Give the answers as they come.

        Args:
            query: The document.
            variables: Values of its variables.
            context: Who asks, and where.
            name: Which of the document's operations is meant.
            extensions: What the client sent beside.
            spend: Called with each answer that was worked out: of a live query once, however many follow it, and also
                where it is the same as before. All who share one act in the same tenant, which pays.
        """
        prepared = self._answering.prepared(query, name)
        if prepared is None or prepared.is_subscription:
            results = await self._answering.schema.stream(
                query,
                variable_values=variables,
                context_value=context,
                operation_name=name,
                operation_extensions=extensions,
            )
            async with aclosing(results):
                async for one in results:
                    event = cast("ExecutionResult", one)
                    spend(event)
                    yield event
            return
        if context.scope is None or not is_live(prepared.node):
            only = await self._answering.execute(query, variables, context, name=name, extensions=extensions)
            spend(only)
            yield only
            return
        key = self._key(query, variables, context, context.scope, prepared, name)

        async def evaluate() -> ExecutionResult:
            answered = await self._answering.execute(query, variables, context.now(), name=name)
            spend(answered)
            return answered

        async with aclosing(self._live.follow(key, context.scope, evaluate)) as found:
            async for answer in found:
                yield answer

    def _key(
        self,
        query: str,
        variables: dict[str, Any],
        context: RequestContext,
        scope: Scope,
        prepared: Prepared,
        name: str | None,
    ) -> Hashable:
        """Give what is the same for whoever gets the same answers; a field with code may know who asks."""
        coerced = prepared.coerced(self._answering.schema.graphql, variables)
        whole = coerced is not None and self._answering.plan(prepared, coerced, context).whole
        who = None if whole else scope.actor
        limit = self._answering.schema.figures.cost_for(scope)
        held = (scope.lineage, scope.permissions, limit)
        return (scope.network_id, scope.tenant_id, held, who, query, name, repr(coerced))
