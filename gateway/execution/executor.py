"""How operations are executed: fields are permitted first, a mutation's field is a transaction, faults are masked."""

# graphql-core leaves the types its executor is generic over open in its own signatures:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false

from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from typing import Any, cast

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, GraphQLOutputType, OperationType
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.refusals import refusal
from core.kernel.reads import Breadth
from gateway.execution.changes import Completing, Written, carry_out
from gateway.execution.faults import presented
from gateway.execution.guards import GUARDS, Guard, Guards
from gateway.execution.lookahead import Lookahead
from gateway.execution.operation import Operation
from gateway.execution.outcome import Outcome


class TouchstoneExecutor(Executor[Any]):
    """Executes one operation.

    It keeps a copy of the request's context with state of its own, because a WebSocket serves many operations with
    one context.
    """

    operation_extensions: Any
    state: Operation

    def __init__(self, *args: Any, operation_extensions: Any = None, **more: Any) -> None:  # noqa: ANN401 - as graphql-core passes them
        super().__init__(*args, **{**more, "hide_suggestions": True})
        self.operation_extensions = operation_extensions
        lookahead = Lookahead(self.schema, self.fragment_definitions, self.variable_values)
        self._begin(Operation(context=self.context_value, name=self._called(), lookahead=lookahead))

    def _called(self) -> str:
        name = self.operation.name
        return f"graphql {self.operation.operation.value} {name.value if name else 'anonymous'}"

    def _begin(self, state: Operation) -> None:
        context: RequestContext = copy(state.context)
        context.operation, state.context = state, context
        self.context_value, self.state = context, state

    @property
    def guards(self) -> Guards:
        """What is known of the schema's fields."""
        return self.schema.extensions[GUARDS]

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - whatever the generator yields
        """Give each event of a subscription state, and so a transaction, of its own."""
        executor = cast("TouchstoneExecutor", super().build_per_event_executor(payload))
        executor._begin(self.state.fresh())  # noqa: SLF001 - of the same class
        return executor

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: ANN401, FBT001 - as graphql-core has it
        """Execute the operation and give its connection back at the end, whatever happened."""
        result = super().execute_operation(serially)
        return self._ended(result) if self.is_awaitable(result) else result

    async def _ended(self, result: Awaitable[Any]) -> Any:  # noqa: ANN401 - the operation's result
        try:
            return await result
        finally:
            await self.state.end()

    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,  # noqa: ANN401 - as graphql-core has it
        grouped_field_set: GroupedFieldSet,
        serially: bool,  # noqa: FBT001 - as graphql-core has it
        position_context: Any,  # noqa: ANN401 - as graphql-core has it
    ) -> Any:  # noqa: ANN401 - as graphql-core has it
        """Execute the root fields of a query breadth by breadth, so that one connection is held at a time."""
        parts = self._by_breadth(root_type, grouped_field_set)
        run = super().execute_root_grouped_field_set

        async def in_turn() -> dict[str, Any]:
            found: dict[str, Any] = {}
            for breadth, part in parts.items():
                async with self.state.phase(breadth):
                    answer: Any = run(root_type, root_value, part, serially, position_context)
                    found |= await answer if self.is_awaitable(answer) else answer
            return {name: found[name] for name in grouped_field_set if name in found}

        if self.operation.operation is not OperationType.QUERY or set(parts) <= {Breadth.TENANT}:
            return run(root_type, root_value, grouped_field_set, serially, position_context)
        return in_turn()

    def _by_breadth(self, root_type: GraphQLObjectType, grouped: GroupedFieldSet) -> Mapping[Breadth, GroupedFieldSet]:
        parts: dict[Breadth, GroupedFieldSet] = {}
        for name, details in grouped.items():
            guard = self.guards.find(root_type.name, details[0].node.name.value)
            parts.setdefault(guard.breadth if guard else Breadth.TENANT, {})[name] = details
        return parts

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,  # noqa: ANN401 - as graphql-core has it
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,  # noqa: ANN401 - as graphql-core has it
    ) -> Any:  # noqa: ANN401 - as graphql-core has it
        """Execute a field if it is permitted; one of Mutation in a transaction of its own."""
        name = field_details_list[0].node.name.value
        guard = self.guards.fields.get((parent_type.name, name))
        if guard is None:
            if name.startswith("__") or parent_type.name.startswith("__"):
                return super().execute_field(parent_type, source, field_details_list, path, position_context)
            return self._refuse(undeclared(), parent_type, field_details_list, path)
        if guard.change is not None:
            return self._change(guard, parent_type, field_details_list, path)
        refused = self.state.verdict(guard.needs)
        if refused is not None:
            return self._refuse(refused, parent_type, field_details_list, path)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _refuse(self, error: Exception, parent_type: GraphQLObjectType, details: FieldDetailsList, path: Path) -> None:
        definition = self.schema.get_field(parent_type, details[0].node.name.value)
        if definition is not None:
            self.handle_field_error(error, definition.type, details, path)

    async def _change(self, guard: Guard, parent_type: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Any:  # noqa: ANN401 - the completed answer
        definition = self.schema.get_field(parent_type, details[0].node.name.value)
        if definition is None:
            return None
        try:
            arguments = get_argument_values(definition, details[0].node, self.variable_values)
            complete = self._completing(definition, parent_type, details, path)
            written = self._written(details, path)
            return await carry_out(self.state, guard, arguments, Completing(complete, written))
        except Exception as error:  # noqa: BLE001 - located and presented like any field's
            self.handle_field_error(error, definition.type, details, path)
            return None

    def _completing(
        self, definition: GraphQLField, parent_type: GraphQLObjectType, details: FieldDetailsList, path: Path
    ) -> Callable[[object], Awaitable[Any]]:
        info = self.build_resolve_info(definition, [one.node for one in details], parent_type, path)

        async def complete(result: object) -> Any:  # noqa: ANN401 - the completed answer
            answer = self.complete_value(definition.type, details, info, path, Outcome(result), None)
            return await answer if self.is_awaitable(answer) else answer

        return complete

    def _written(self, details: FieldDetailsList, path: Path) -> Written | None:
        """Give what prints the payload of a mutation, where one statement can."""
        payloads = self.state.context.payloads
        if payloads is None:
            return None
        return payloads.plan(str(path.key), [one.node for one in details], self.variable_values)

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, path: Path
    ) -> None:
        """Give the error its code, or mask it, before it is located."""
        error = presented(raw_error, self.state.context.correlation_id)
        super().handle_field_error(error, return_type, field_details_list, path)


def undeclared() -> GraphQLError:
    """Refuse a field that nobody declared; the assembly lets none through."""
    return refusal("kernel.not_permitted", "This field says nothing about who may read it.")
