"""The limits, applied where each is known: tokens while parsing, shape before validation, cost before execution."""

from collections.abc import Iterator
from typing import Any, Protocol, cast

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension

from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.refusals import refusal
from gateway.limits.checks import MAX_ERRORS, faults, price, shown
from gateway.limits.documents import Documents
from gateway.limits.figures import LimitFigures
from gateway.limits.texts import HINT, REFUSED, has_nul


class Assembled(Protocol):
    """The assembled schema, as far as the limits know it."""

    graphql: GraphQLSchema
    documents: Documents


class Limits(SchemaExtension):
    """Refuses what asks for too much, and validates the rest.

    Args:
        figures: How much is too much.
    """

    def __init__(self, figures: LimitFigures) -> None:
        self._figures = figures
        self._cost: int | None = None
        self._valid = False

    def on_operation(self) -> Iterator[None]:
        """Limit the tokens of the document."""
        self.execution_context.parse_options["max_tokens"] = self._figures.tokens
        yield

    def on_parse(self) -> Iterator[None]:
        """Take a document that was found valid before as it was parsed then."""
        known = self._assembled().documents.find(self.execution_context.query or "")
        if known is not None:
            self.execution_context.graphql_document = known.document
            self._valid = True
        yield

    def on_validate(self) -> Iterator[None]:
        """Check shape, validity and cost, in this order; nothing is validated that is too large."""
        document = self.execution_context.graphql_document
        if document is not None:
            wrong = [] if self._valid else faults(self._assembled().graphql, document, self._figures)
            self.execution_context.pre_execution_errors = wrong or self._costly(document)
        yield

    def get_results(self) -> dict[str, Any]:
        """Report the cost."""
        return {} if self._cost is None else {"cost": told_cost(self._cost, self._limit())}

    def _costly(self, document: DocumentNode) -> list[GraphQLError]:
        operation = get_operation_ast(document, self.execution_context.operation_name)
        if operation is None:
            message = "This document has several operations, and the request does not say which one is meant."
            return [refusal("gateway.operation_not_named", message, hint="Send its name as operationName.")]
        variables = self._variables(operation)
        if isinstance(variables, list):
            return variables
        try:
            self._cost = price(self._assembled().graphql, document, operation, variables.coerced, self._figures)
        except GraphQLError as error:
            return [error]
        except RecursionError:
            return [refusal("gateway.too_deep", "Fragments lead too deep into each other.")]
        if self._cost <= self._limit():
            return []
        message = f"This costs {shown(self._cost)}, and an operation may cost {self._limit()}."
        return [refusal("gateway.too_costly", message, hint="Ask for smaller pages, or for less of each object.")]

    def _limit(self) -> int:
        """Give what this actor's operation may cost."""
        return self._figures.cost_for(cast("RequestContext", self.execution_context.context).scope)

    def _assembled(self) -> Assembled:
        return cast("Assembled", self.execution_context.schema)

    def _variables(self, operation: OperationDefinitionNode) -> list[GraphQLError] | VariableValues:
        """Coerce the variables, as a page's size may be one; errors get the code of bad variables."""
        definitions, sent = operation.variable_definitions or (), self.execution_context.variables or {}
        if has_nul(sent):
            return [refusal("gateway.bad_variables", REFUSED, hint=HINT)]
        schema = self._assembled().graphql
        hidden = not self._figures.introspection
        found = get_variable_values(schema, definitions, sent, max_errors=MAX_ERRORS, hide_suggestions=hidden)
        if not isinstance(found, list):
            return found
        return [refusal("gateway.bad_variables", one.message, nodes=one.nodes) for one in found]


def told_cost(cost: int, limit: int) -> dict[str, int]:
    """Tell what an operation costs, and what it may."""
    return {"asked": cost, "limit": limit}
