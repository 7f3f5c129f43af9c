"""Runs operations against the schema and shapes what comes out, the same for every transport."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import orjson
import structlog
from graphql import GraphQLError
from orjson import Fragment
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from core.kernel.deadlines import Deadlines
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.graphql.context import RequestContext
from core.kernel.logs import places
from gateway.answering.answering import Answering
from gateway.answering.explaining import ASKED, explained
from gateway.answering.reading import Means, Reading
from gateway.auth.identity import Opened
from gateway.execution.outcome import WrittenResult
from gateway.http.answers import refusal_error, status_of, write_json
from gateway.http.errors import InternalError, MalformedRequest, NotAcceptable, TooSlow
from gateway.http.metering import meter, meter_cost
from gateway.http.operation import Operation
from gateway.live.streaming import Streaming

SINGLE = frozenset({OperationType.QUERY, OperationType.MUTATION})
LONGEST_MESSAGE = 300
WITHHELD_CODES = frozenset({"gateway.not_signed_in", "gateway.no_tenant"})

log = structlog.get_logger(__name__)

ContextMaker = Callable[[Opened, str], RequestContext]
"""Makes the context of one operation, from what the token opens and the correlation id."""


@frozen
class Answer:
    """One answer to an operation.

    Attributes:
        body: As GraphQL prints it; empty where it is written already.
        executed: Whether execution began; False where the document was refused.
        withheld: The refusal that the operation ran into because the token opens too little.
        ready: The whole answer in JSON, where execution wrote it.
        repeats: Whether it is the answer of a query, written by execution, whose plan may be asked again.
    """

    body: dict[str, Any]
    executed: bool
    withheld: DomainError | None = None
    ready: bytes | None = None
    repeats: bool = False

    def written(self) -> bytes:
        """Give the answer in JSON."""
        return write_json(self.body) if self.ready is None else self.ready

    def payload(self) -> object:
        """Give the answer as a part of a message that is yet to be written."""
        return self.body if self.ready is None else Fragment(self.ready)

    def status(self, *, response_media_type: bool) -> int:
        """Give the HTTP status: GraphQL over HTTP, sections 6.4.1 and 6.4.2.

        Args:
            response_media_type: Whether the client understands ``application/graphql-response+json``; older clients
                take a refused document only with status 200.
        """
        if self.withheld is not None and not has_data(self.body):
            return status_of(self.withheld)
        return HTTPStatus.BAD_REQUEST if response_media_type and not self.executed else HTTPStatus.OK


class Operations:
    """Runs operations.

    Args:
        answering: Answers against the assembled schema.
        streaming: Gives the answers of what has several.
        context: Makes each operation's context; never shared between two operations.
        means: What plans are read with, without a context.
        longest_s: Seconds a query or mutation may take.
    """

    def __init__(
        self, answering: Answering, streaming: Streaming, context: ContextMaker, means: Means, longest_s: float
    ) -> None:
        self._answering = answering
        self._streaming = streaming
        self._context = context
        self._means = means
        self._deadlines = Deadlines(longest_s)

    async def execute(self, operation: Operation, opened: Opened, correlation_id: str) -> Answer:
        """Run a query or mutation.

        Raises:
            NotAcceptable: It is a subscription.
            MalformedRequest: The document does not hold the operation named.
            TooSlow: It did not end in time.
        """
        try:
            context = self._context(opened, correlation_id)
            with self._deadlines():
                result = await self._answering.execute(
                    operation.query,
                    operation.variables,
                    context,
                    name=operation.name,
                    extensions=operation.extensions,
                    allowed=SINGLE,
                )
                if operation.extensions.get(ASKED) is True:
                    await self._explain(operation, context, result)
        except InvalidOperationTypeError as error:
            raise NotAcceptable from error
        except CannotGetOperationTypeError as error:
            raise MalformedRequest(problem="its document does not hold the operation it names") from error
        except TimeoutError as error:
            raise TooSlow from error
        meter(opened, result)
        return shaped(result, opened, correlation_id)

    def reading(self, operation: Operation) -> Reading | None:
        """Give a query with its plan, where its plan alone answers it."""
        context = self._context(Opened(), "")
        try:
            found = self._answering.reading(operation.query, operation.variables, context, operation.name)
        except GraphQLError:
            return None
        return found if found is not None and found.plan.sql and not found.plan.needs_unit else None

    async def read_again(self, reading: Reading, opened: Opened) -> bytes | None:
        """Answer a query again whose plan is known; nothing where it has to be answered anew.

        Raises:
            TooSlow: It did not end in time.
        """
        if opened.scope is None:
            return None
        try:
            with self._deadlines():
                body = await self._answering.read_again(reading, opened.scope, self._means)
        except TimeoutError as error:
            raise TooSlow from error
        if body is not None:
            meter_cost(opened, reading.cost)
        return body

    async def _explain(self, operation: Operation, context: RequestContext, result: ExecutionResult) -> None:
        """Add to an answer how it came about."""
        told = await explained(self._answering, operation.query, operation.variables, context, name=operation.name)
        result.extensions = {**(result.extensions or {}), ASKED: told}
        if isinstance(result, WrittenResult) and result.body is not None:
            result.body = write_json({**orjson.loads(result.body), "extensions": result.extensions})

    async def stream(self, operation: Operation, opened: Opened, correlation_id: str) -> AsyncGenerator[Answer]:
        """Run any operation and give its answers as they come."""
        results = self._streaming.answers(
            operation.query,
            operation.variables,
            self._context(opened, correlation_id),
            name=operation.name,
            extensions=operation.extensions,
            spend=partial(meter, opened),
        )
        async with aclosing(results):
            async for result in results:
                yield shaped(result, opened, correlation_id)


def shaped(result: ExecutionResult, opened: Opened, correlation_id: str) -> Answer:
    """Shape a result: errors with codes, the unforeseen masked, what the token does not open said plainly."""
    if isinstance(result, WrittenResult) and result.body is not None:
        return Answer({}, executed=True, ready=result.body, repeats=result.reads)
    executed = not isinstance(result, PreExecutionError)
    body: dict[str, Any] = {"data": result.data} if executed else {}
    errors = result.errors or []
    if errors:
        body["errors"] = [shown(error, opened, correlation_id) for error in errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return Answer(body, executed, opened.withheld if ran_into_withheld(errors) else None)


def shown(error: GraphQLError, opened: Opened, correlation_id: str) -> dict[str, Any]:
    """Show one error."""
    formatted = {**cast("dict[str, Any]", error.formatted), "message": plain(error.message)}
    code = (error.extensions or {}).get("code")
    if code in WITHHELD_CODES and opened.withheld is not None:
        return {**formatted, **refusal_error(opened.withheld)}
    if code:
        return formatted
    original = error.original_error
    if isinstance(original, DomainError):
        return {**formatted, **refusal_error(original)}
    if original is None or isinstance(original, GraphQLError):
        hint = "Check the document against the schema."
        return {**formatted, "extensions": {"code": "gateway.invalid", "hint": hint}}
    log.error("http.operation_broke", error=type(original).__name__, error_at=places(original.__traceback__))
    return {**formatted, **refusal_error(InternalError(), correlationId=correlation_id)}


def plain(message: str) -> str:
    """Make a message that may quote a client fit for logs and terminals: short, and without control characters."""
    cut = message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"
    return cut if cut.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in cut)


def ran_into_withheld(errors: Sequence[GraphQLError]) -> bool:
    """Tell whether a field needed more than the token opens."""
    return any((error.extensions or {}).get("code") in WITHHELD_CODES for error in errors)


def has_data(body: dict[str, Any]) -> bool:
    """Tell whether any root field was answered."""
    data = cast("dict[str, Any] | None", body.get("data"))
    return any(value is not None for value in (data or {}).values())
