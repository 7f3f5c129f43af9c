"""How a mutation runs: one transaction, which its use case, its idempotency key and the reading of its answer share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from inspect import signature
from typing import Any, Protocol

from core.kernel.database import WRITE_LIMIT_MS
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.declared import Change
from core.kernel.graphql.mutations import Refs, remembered_of
from core.kernel.graphql.refusals import refusal
from core.kernel.hints import is_hinted
from core.kernel.idempotency import remember, replayed
from core.kernel.outbox import send
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from gateway.execution.fingerprints import fingerprint, request_print
from gateway.execution.guards import Guard
from gateway.execution.operation import Operation

CHANGED = "kernel.changed"
"""The event of a mutation that sends no other; nobody handles it."""

Complete = Callable[[object], Awaitable[Any]]


class Written(Protocol):
    """Prints the payload of a mutation at once."""

    async def print(self, context: RequestContext, unit: Unit, refs: Refs) -> Any:  # noqa: ANN401 - JSON that is written already
        """Print it; nothing where the interpreter has to."""
        ...


@frozen
class Completing:
    """How the answer of a mutation is completed.

    Attributes:
        interpreted: Reads the selection of a result field by field: ``Refs``, or a refusal.
        written: Prints a success at once, where that can be.
    """

    interpreted: Complete
    written: Written | None


class Spoiled(Exception):  # noqa: N818 - it says what happened
    """A statement of the answer failed, after which PostgreSQL would roll back and call it a commit."""


async def carry_out(operation: Operation, guard: Guard, arguments: dict[str, Any], complete: Completing) -> Any:  # noqa: ANN401 - the completed answer
    """Do what a mutation says, read its answer on the same connection, and commit; or change nothing at all.

    Args:
        operation: The operation it is part of.
        guard: The field.
        arguments: The field's arguments as GraphQL coerced them.
        complete: Reads the selection of a result.

    Raises:
        DomainError: A refusal that is no member of the result.
        GraphQLError: It took longer than a write may (``gateway.too_slow``).
    """
    change, context = needed(guard), operation.context
    try:
        context.check(*guard.needs)
        async with asyncio.timeout(WRITE_LIMIT_MS / 1000):
            with operation.acting_in(await entered(context, guard, arguments)):
                return await in_one_transaction(operation, guard, arguments, complete)
    except TimeoutError:
        raise refusal("gateway.too_slow", "This took too long and was undone.", hint="Try again with less.") from None
    except DomainError as refused:
        if problem_of(change, refused) is None:
            raise
        return await complete.interpreted(refused)


async def entered(context: RequestContext, guard: Guard, arguments: dict[str, Any]) -> Scope:
    """Find the scope a mutation is done in: the request's, or the one it enters."""
    enter = needed(guard).enters
    if enter is None:
        return context.acting
    converted = guard.convert(arguments) if guard.convert else {}
    return await enter(**provided(enter, context=context, **converted))


async def in_one_transaction(
    operation: Operation, guard: Guard, arguments: dict[str, Any], complete: Completing
) -> Any:  # noqa: ANN401 - the completed answer
    """Run the coroutine, or find what it did before, and read the answer before the commit."""
    async with operation.context.unit(read_only=False) as unit:
        refs = await once(operation.context, unit, guard, arguments)
        await unit.session.flush()  # What the use case left pending is not seen by the loaders' statements otherwise.
        if complete.written is not None:
            printed = await complete.written.print(operation.context, unit, refs)
            if printed is not None:
                return printed
        async with operation.within(unit) as reader:
            answer = await complete.interpreted(refs)
        if reader.broken:
            raise Spoiled
    return answer


async def once(context: RequestContext, unit: Unit, guard: Guard, arguments: dict[str, Any]) -> Refs:
    """Run the coroutine, unless the same request was done before: then give the ids of what it made."""
    change = needed(guard)
    given = dict(arguments)
    key: str = given.pop("idempotencyKey")
    print_ = request_print(context.settings.cursor_key, unit.tenant_id, key, change.operation, given)
    found = await replayed(unit, change.operation, key, print_, unkeyed=lambda: fingerprint(change.operation, given))
    remembered = remembered_of(change.success)
    if found is not None:
        return remembered.again(found)
    refs = await run(context, unit, guard, given)
    await remember(unit, change.operation, key, print_, remembered.of(refs), refs.rows)
    if not is_hinted(unit.session):
        await send(unit, CHANGED, {})  # Whoever watches the tenant learns of changes by what was sent.
    return refs


async def run(context: RequestContext, unit: Unit, guard: Guard, given: dict[str, Any]) -> Refs:
    """Call the coroutine with what it asks for."""
    change = needed(guard)
    converted = guard.convert(given) if guard.convert else {}
    return await change.body(**provided(change.body, context=context, unit=unit), **converted)


def provided(body: Callable[..., Any], **offered: object) -> Mapping[str, object]:
    """Give a body those of the offered things that it asks for."""
    asked = parameters(body)
    return {name: one for name, one in offered.items() if name in asked}


@cache
def parameters(body: Callable[..., Any]) -> frozenset[str]:
    """Name the parameters of a body."""
    return frozenset(signature(body).parameters)


def problem_of(change: Change, refused: DomainError) -> type | None:
    """Give the type that shows a refusal in the result, if it is a member of it."""
    return next((change.problems[kind] for kind in type(refused).__mro__ if kind in change.problems), None)


def needed(guard: Guard) -> Change:
    """Give what a field of Mutation does."""
    if guard.change is None:
        msg = "A field of Mutation is made by `mutation`."
        raise TypeError(msg)
    return guard.change
