"""How an operation is answered: compiled as far as it can be, interpreted for the rest, and for whatever goes wrong."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import orjson
import structlog
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, SelectionSetNode, print_ast
from graphql.execution.values import VariableValues
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from core.kernel.errors import DomainError
from core.kernel.graphql.context import RequestContext
from core.kernel.reads import Splicing
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.settings import KEPT_ANSWERS_BYTES
from core.kernel.walls import Engine
from gateway.answering.at_once import DoneAtOnce, done_at_once
from gateway.answering.kept import KeptAnswers, Looked
from gateway.answering.payloads import Payloads
from gateway.answering.prepared import Prepared, structure_of
from gateway.answering.reading import Means, Reading, ending
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import Plan
from gateway.execution.compiled.roots import Compiler
from gateway.execution.compiled.statement import ContextStrategy
from gateway.execution.outcome import WrittenResult
from gateway.limits.checks import price
from gateway.limits.extension import told_cost
from gateway.schema.assembly import TouchstoneSchema

log = structlog.get_logger("touchstone.gateway")


class Answering:
    """Answers operations against an assembled schema.

    Args:
        schema: The assembled schema.
        compiled: Whether reads run compiled; otherwise everything is interpreted.
        kept_bytes: How many bytes answers may take that are kept; see ``kept``.
    """

    def __init__(
        self, schema: TouchstoneSchema, *, compiled: bool = True, kept_bytes: int = KEPT_ANSWERS_BYTES
    ) -> None:
        self._schema = schema
        self._compiled = compiled
        self._kept = KeptAnswers(kept_bytes)
        self._compiler = Compiler.of(schema.graphql, schema.seal, schema.figures.page, keeps=kept_bytes > 0)

    @property
    def schema(self) -> TouchstoneSchema:
        """The assembled schema."""
        return self._schema

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        context: RequestContext,
        *,
        name: str | None = None,
        extensions: dict[str, Any] | None = None,
        allowed: Iterable[OperationType] | None = None,
    ) -> ExecutionResult:
        """Answer a query or mutation."""
        if self._compiled and context.scope is not None:
            answer = self._read if self._reads(query, name) else self._change
            found = await answer(query, variables or {}, context, context.scope, name)
            if found is not None:
                return found
        if self._compiled:
            context.payloads = self._payloads(query, name)
        return await self._schema.execute(
            query,
            variable_values=dict(variables or {}),
            context_value=context,
            operation_name=name,
            operation_extensions=extensions,
            allowed_operation_types=allowed,
        )

    def _payloads(self, query: str, name: str | None) -> Payloads | None:
        prepared = self.prepared(query, name)
        return None if prepared is None or prepared.is_query else Payloads(self._compiler, prepared)

    def prepared(self, query: str, name: str | None) -> Prepared | None:
        """Give an operation of a valid document, if it is one."""
        known = self._schema.documents.find(query)
        if known is None:
            return None
        found: Prepared | None = known.operations.get(name)
        if found is None:
            found = Prepared.of(known.document, name)
            if found is not None:
                known.operations[name] = found
        return found

    async def _read(
        self, query: str, sent: Mapping[str, Any], context: RequestContext, scope: Scope, name: str | None
    ) -> ExecutionResult | None:
        """Answer a query with a plan; nothing where there is none, or the interpreter has to say what is wrong."""
        limit = self._schema.figures.cost_for(scope)
        try:
            reading = self.reading(query, sent, context, name)
            if reading is None or reading.cost > limit or not reading.plan.sql:
                return None
            context.check(*reading.plan.needs)
            run = Run(scope, reading.variables, context.clock.now())
            looked = self._kept.look(reading.plan, await self._found(reading.plan, run, context), run)
        except Exception as error:  # noqa: BLE001 - whatever it is, the interpreter says it in its place
            note(error)
            return None
        extensions = {"cost": told_cost(reading.cost, limit)}
        if len(looked.texts) == len(reading.plan.roots):
            body = reading.written(looked.in_order(reading.plan), limit)
            return WrittenResult(data=None, errors=None, extensions=extensions, body=body)
        result = await self._schema.execute(
            self._rest(query, reading.prepared, reading.plan, looked),
            variable_values=dict(sent),
            context_value=context,
            operation_name=operation_name(reading.prepared),
        )
        return self._with_rest(reading.plan, looked, result, extensions)

    def reading(self, query: str, sent: Mapping[str, Any], context: RequestContext, name: str | None) -> Reading | None:
        """Give a query with its plan; nothing where it is no valid query.

        Raises:
            GraphQLError: Something in it is wrong; the interpreter says it in its place.
        """
        prepared = self.prepared(query, name)
        variables = prepared.coerced(self._schema.graphql, sent) if prepared and prepared.is_query else None
        if prepared is None or variables is None:
            return None
        return Reading(prepared, variables, self.plan(prepared, variables, context), self.cost(prepared, variables))

    async def read_again(self, reading: Reading, scope: Scope, means: Means) -> bytes | None:
        """Answer a query that was answered before by its plan alone; nothing where it has to be answered anew.

        Args:
            reading: The query.
            scope: Who asks, and where.
            means: What it is read with.
        """
        plan, limit = reading.plan, self._schema.figures.cost_for(scope)
        if reading.cost > limit or plan.searches or not reading.held <= scope.permissions:
            return None
        run = Run(scope, reading.variables, means.clock.now())
        try:
            found = plan.texts(await means.database.plain(Role.APP).row(plan.sql, plan.values(run)))
            if plan.splices:
                found = await plan.fill(found, run, Splicing(services=means.services))
            if reading.whole:
                return reading.written(found, limit)
            looked = self._kept.look(plan, found, run)
        except Exception as error:  # noqa: BLE001 - whatever it is, the interpreter says it in its place
            note(error)
            return None
        return reading.written(looked.in_order(plan), limit) if len(looked.texts) == len(plan.roots) else None

    def _reads(self, query: str, name: str | None) -> bool:
        prepared = self.prepared(query, name)
        return prepared is None or prepared.is_query

    async def _change(
        self, query: str, sent: Mapping[str, Any], context: RequestContext, scope: Scope, name: str | None
    ) -> ExecutionResult | None:
        """Do a mutation by one statement; nothing where that cannot be, or the interpreter has to say what is wrong."""
        prepared = self.prepared(query, name)
        variables = prepared.coerced(self._schema.graphql, sent) if prepared else None
        if prepared is None or variables is None or context.database.engine is not Engine.POSTGRESQL:
            return None
        limit = self._schema.figures.cost_for(scope)
        try:
            cost = self.cost(prepared, variables)
            doing = self._at_once(prepared, variables)
            answer = None if doing is None or cost > limit else await doing.answer(context, scope, variables)
        except Exception as error:  # noqa: BLE001 - whatever it is, the interpreter says it in its place
            note(error)
            return None
        if doing is None or answer is None:
            return None
        extensions = {"cost": told_cost(cost, limit)}
        body = b"".join([b'{"data":{"', doing.name, b'":', answer, ending(cost, limit)])
        return WrittenResult(data=None, errors=None, extensions=extensions, body=body, reads=False)

    def _at_once(self, prepared: Prepared, variables: VariableValues) -> DoneAtOnce | None:
        return prepared.at_once.get(
            structure_of(variables.coerced), lambda: done_at_once(self._compiler, prepared, variables)
        )

    def _with_rest(
        self, plan: Plan, looked: Looked, result: ExecutionResult, extensions: dict[str, Any]
    ) -> ExecutionResult | None:
        """Put what a statement, the kept answers and the interpreter gave in the order of the answer."""
        if result.data is None:
            return None
        self._kept.take(looked, result)
        read, texts = result.data, looked.texts
        data = {
            one.name: orjson.Fragment(texts[one.name]) if one.name in texts else read.get(one.name)
            for one in plan.roots
        }
        return ExecutionResult(data=data, errors=result.errors, extensions=extensions)

    def plan(self, prepared: Prepared, variables: VariableValues, context: RequestContext) -> Plan:
        """Give the plan for a structure of variables."""
        strategy = ContextStrategy(context.database.engine)
        key = (strategy.engine, structure_of(variables.coerced))
        return prepared.plans.get(
            key, lambda: self._compiler.plan(prepared.node, prepared.fragments, variables, strategy)
        )

    def cost(self, prepared: Prepared, variables: VariableValues) -> int:
        """Give what an operation costs; it depends on the numbers and booleans sent alone."""
        numbers = tuple((name, one) for name, one in variables.coerced.items() if isinstance(one, int))
        graphql, figures = self._schema.graphql, self._schema.figures
        return prepared.costs.get(
            numbers, lambda: price(graphql, prepared.document, prepared.node, variables.coerced, figures)
        )

    async def _found(self, plan: Plan, run: Run, context: RequestContext) -> list[bytes]:
        if plan.searches:
            async with context.unit() as unit:
                run = await plan.seek(run, Splicing(services=context.services, opened=unit))
        found = plan.texts(await context.database.plain(Role.APP).row(plan.sql, plan.values(run)))
        if not plan.splices:
            return found
        if not plan.needs_unit:
            return await plan.fill(found, run, Splicing(services=context.services))
        async with context.unit() as unit:
            return await plan.fill(found, run, Splicing(services=context.services, opened=unit))

    def _rest(self, query: str, prepared: Prepared, plan: Plan, looked: Looked) -> str:
        """Write down the same operation with the root fields that are not answered; it is as valid as the whole.

        What is left of two operations may be spelled alike, and each has its own places for errors: so the text, by
        which documents are remembered, names the operation it is the rest of.
        """
        if not looked.texts:
            return query
        missing = (node for one in plan.roots if one.name not in looked.texts for node in one.nodes)
        kept = SelectionSetNode(selections=tuple(missing))
        node = prepared.node
        less = OperationDefinitionNode(
            operation=node.operation,
            name=node.name,
            variable_definitions=node.variable_definitions,
            directives=node.directives,
            selection_set=kept,
        )
        others = [one for one in prepared.document.definitions if not isinstance(one, OperationDefinitionNode)]
        document = DocumentNode(definitions=(less, *others))
        text = f"{print_ast(document)}\n# of {sha256(query.encode()).hexdigest()}"
        self._schema.documents.remember(text, document)
        return text


def operation_name(prepared: Prepared) -> str | None:
    """Give the operation's name, where it has one."""
    return prepared.node.name.value if prepared.node.name else None


def note(error: Exception) -> None:
    """Write down that a plan was left for the interpreter, where nobody foresaw why."""
    if not isinstance(error, Bail | GraphQLError | DomainError | ValueError):
        log.warning("gateway.plan_left", error=type(error).__name__, sqlstate=getattr(error, "sqlstate", None))
