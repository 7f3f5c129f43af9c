"""Payloads of the mutations of one operation, printed by the plans that were made for it."""

from collections.abc import Sequence
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError
from graphql.execution.values import VariableValues

from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.mutations import Refs
from core.kernel.reads import Splicing
from core.kernel.unit import Unit
from gateway.answering.prepared import Prepared, structure_of
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.payloads import PayloadPlan
from gateway.execution.compiled.roots import Compiler


@frozen
class WrittenPayload:
    """Prints one payload."""

    plan: PayloadPlan
    variables: VariableValues

    async def print(self, context: RequestContext, unit: Unit, refs: Refs) -> Any:  # noqa: ANN401 - a fragment of JSON
        """Print it on the mutation's own connection, before the commit; nothing where the interpreter has to."""
        run = Run(unit.scope, self.variables, unit.now, refs.values)
        try:
            context.check(*self.plan.plan.needs)
            connection = await unit.session.connection()
            raw = await connection.get_raw_connection()
            text = await self.plan.read(raw.driver_connection, run, Splicing(services=context.services, opened=unit))
        except (Bail, DomainError, GraphQLError, ValueError):
            return None
        return orjson.Fragment(text)


@frozen
class Payloads:
    """The payloads of one operation."""

    compiler: Compiler
    prepared: Prepared

    def plan(self, name: str, nodes: Sequence[FieldNode], variables: VariableValues) -> WrittenPayload | None:
        """Give what prints the payload of a root field; nothing where the interpreter has to.

        Args:
            name: The field's name in the answer.
            nodes: Where it is asked for.
            variables: The operation's variables.
        """
        plan = self.prepared.payloads.get(
            (name, structure_of(variables.coerced)),
            lambda: self.compiler.payload(nodes[0].name.value, nodes, self.prepared.fragments, variables),
        )
        return None if plan is None else WrittenPayload(plan, variables)
