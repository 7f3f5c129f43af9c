"""Mutations that one statement does and answers, where that can be; see ``core.kernel.at_once``.

Whatever is out of the ordinary is left to the interpreter, and so to the mutation's own transaction: a refusal, a
request that was done before, a selection that reads more than what was written. An answer that is lost on the way is
no harm: the interpreter finds the request done by its idempotency key.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from inspect import isawaitable
from typing import Any, Final

import asyncpg
from graphql import FieldNode, GraphQLField, OperationType
from graphql.execution.values import VariableValues, get_argument_values

from core.kernel.at_once import AtOnce, Telling, written_down
from core.kernel.database import WRITE_LIMIT_MS, Database
from core.kernel.frozen import frozen
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.declared import AtOnceBody, Change
from core.kernel.graphql.mutations import Refs, remembered_of
from core.kernel.idempotency import request_row
from core.kernel.looking import Looking
from core.kernel.outbox import sent_row
from core.kernel.patterns import Filled, Request
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.telemetry import statement_span, tracing_is_on
from core.kernel.unit import Act
from gateway.answering.prepared import Prepared
from gateway.execution.changes import CHANGED, provided
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.payloads import PayloadPlan
from gateway.execution.compiled.roots import Compiler
from gateway.execution.fingerprints import request_print
from gateway.execution.guards import Guard
from gateway.execution.selections import Selections, answer_name

NO_SPAN: Final = nullcontext()


@frozen
class DoneAtOnce:
    """A mutation that is the only field of its operation.

    Attributes:
        node: Where it is asked for.
        definition: The field.
        guard: What the executor knows of it.
        change: What it does.
        make: Makes the statement.
        payload: Prints its success.
    """

    node: FieldNode
    definition: GraphQLField
    guard: Guard
    change: Change
    make: AtOnceBody
    payload: PayloadPlan

    @property
    def name(self) -> bytes:
        """Its name in the answer."""
        return answer_name(self.node).encode()

    async def answer(self, context: RequestContext, scope: Scope, variables: VariableValues) -> bytes | None:
        """Do it and give the field's answer; nothing where nothing was done.

        Raises:
            DomainError: It is refused.
            GraphQLError: An argument is wrong.
        """
        context.check(*self.guard.needs, *self.payload.plan.needs)
        given = get_argument_values(self.definition, self.node, variables)
        key: str = given.pop("idempotencyKey")
        act = Act(scope, context.clock.now(), context.directory)
        converted = self.guard.convert(given) if self.guard.convert else {}
        looking = Looking(context.database, scope, self.payload.tables)
        made = self.make(**provided(self.make, act=act, looking=looking), **converted)
        doing = await made if isawaitable(made) else made
        if doing is None or self.payload.tables & doing.tables or self.payload.fresh - doing.tables:
            return None
        refs, operation = Refs(**doing.refs), self.change.operation
        print_ = request_print(context.settings.cursor_key, act.tenant_id, key, operation, given)
        request = Request(operation, key, print_, remembered_of(self.change.success).of(refs))
        plan = self.payload.plan
        telling = Telling(plan.sql or "SELECT", plan.values(Run(scope, variables, act.now)), self.payload.fresh)
        alike = self.payload.alike(doing)
        row = await told(context.database, act, request, doing, alike.telling(telling) if alike else telling)
        if row is None:
            return None
        context.database.wake()
        texts = plan.texts(row)
        return self.payload.written(alike.filled(texts) if alike else texts, refs.values)


async def told(database: Database, act: Act, request: Request, doing: AtOnce | Filled, telling: Telling) -> Any:  # noqa: ANN401 - asyncpg's rows are not typed
    """Execute the statement; there is no row where it has done nothing, or where somebody was quicker.

    Raises:
        TimeoutError: It took longer than a write may, and was cancelled.
    """
    pool = database.plain(Role.APP)
    try:
        if isinstance(doing, Filled):
            filled = doing.written_down(act, request, telling)
            with spanned(filled.drawn.sql):
                return await database.groups.row(pool, filled)
        sql, values = written(act, request, doing, telling)
        with spanned(sql):
            return await pool.row(sql, values, WRITE_LIMIT_MS / 1000)
    except (asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError):
        return None


def written(act: Act, request: Request, doing: AtOnce, telling: Telling) -> tuple[str, Sequence[Any]]:
    """Write the statement down."""
    row = request_row(act, request.operation, request.key, request.fingerprint, request.ids)
    if not act.wakes:
        doing = replace(doing, rows=(*doing.rows, sent_row(act, CHANGED, {})))
    return written_down(act.scope, row, doing, telling)


def spanned(sql: str) -> AbstractContextManager[object]:
    """Give the span of a statement, where traces are kept."""
    return statement_span(sql) if tracing_is_on() else NO_SPAN


def done_at_once(compiler: Compiler, prepared: Prepared, variables: VariableValues) -> DoneAtOnce | None:
    """Give what does the one mutation of an operation by one statement, where that can be.

    Raises:
        GraphQLError: An argument is wrong.
    """
    mutation = compiler.schema.mutation_type
    if mutation is None or prepared.node.operation is not OperationType.MUTATION:
        return None
    selections = Selections(compiler.schema, prepared.fragments, variables)
    fields = list(selections.of(prepared.node.selection_set, mutation).values())
    if len(fields) != 1:
        return None
    nodes = fields[0]
    name = nodes[0].name.value
    guard = compiler.guards.find(mutation.name, name)
    if guard is None or guard.change is None or guard.change.at_once is None:
        return None
    payload = compiler.payload(name, nodes, prepared.fragments, variables, fresh=True)
    if payload is None or payload.plan.splices:
        return None
    return DoneAtOnce(nodes[0], mutation.fields[name], guard, guard.change, guard.change.at_once, payload)
