"""How a subscription begins: it is permitted, then its generator runs; every event is executed on its own."""

from collections.abc import AsyncIterator
from typing import Any

from core.kernel.graphql.access import Permission
from core.kernel.graphql.declared import Stream
from gateway.execution.changes import provided
from gateway.execution.faults import presented
from gateway.execution.graphql_types import Info
from gateway.execution.guards import Convert
from gateway.execution.operation import Operation
from gateway.execution.resolvers import Resolve


def subscribing(stream: Stream, convert: Convert, needs: tuple[Permission, ...]) -> Resolve:
    """Make what begins a subscription."""

    async def subscribe(_source: object, info: Info, **given: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - arguments in, events out
        operation: Operation = info.context.operation
        refused = operation.verdict(needs)
        if refused is not None:
            raise presented(refused, operation.context.correlation_id)
        return stream.body(**provided(stream.body, context=info.context), **convert(given))

    return subscribe
