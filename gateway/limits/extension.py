"""The limits, applied where each is known: tokens while parsing, shape before validation, cost before execution."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension

from core.kernel.graphql.refusals import refusal
from gateway.execution.guards import GUARDS
from gateway.limits.cost import Prices
from gateway.limits.figures import LimitFigures
from gateway.limits.introspection import NoIntrospection
from gateway.limits.shape import Shape, Shapes

MAX_ERRORS = 20


class Assembled(Protocol):
    """The assembled schema, as far as the limits know it."""

    graphql: GraphQLSchema


class Limits(SchemaExtension):
    """Refuses what asks for too much, and validates the rest.

    Args:
        figures: How much is too much.
    """

    def __init__(self, figures: LimitFigures) -> None:
        self._figures = figures
        self._cost: int | None = None

    def on_operation(self) -> Iterator[None]:
        """Limit the tokens of the document."""
        self.execution_context.parse_options["max_tokens"] = self._figures.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        """Check shape, validity and cost, in this order; nothing is validated that is too large."""
        document = self.execution_context.graphql_document
        if document is not None:
            self.execution_context.pre_execution_errors = self._faults(document)
        yield

    def _faults(self, document: DocumentNode) -> list[GraphQLError]:
        try:
            return self._misshapen(document) or self._invalid(document) or self._costly(document)
        except RecursionError:
            return [refusal("gateway.too_deep", "Fragments lead too deep into each other.")]

    def get_results(self) -> dict[str, Any]:
        """Report the cost."""
        return {} if self._cost is None else {"cost": {"asked": self._cost, "limit": self._figures.cost}}

    def _misshapen(self, document: DocumentNode) -> list[GraphQLError]:
        shapes = Shapes.of(document)
        operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        return [error for one in operations for error in exceeded(shapes.operation(one), self._figures, one)][:1]

    def _invalid(self, document: DocumentNode) -> list[GraphQLError]:
        rules = list(specified_rules)
        if not self._figures.introspection:
            rules.append(NoIntrospection)
        return validate(
            self._schema(), document, rules, max_errors=MAX_ERRORS, hide_suggestions=not self._figures.introspection
        )

    def _costly(self, document: DocumentNode) -> list[GraphQLError]:
        operation = get_operation_ast(document, self.execution_context.operation_name)
        if operation is None:
            return []
        variables = self._variables(operation)
        if isinstance(variables, list):
            return variables
        try:
            self._cost = self._prices(document, variables.coerced).operation(operation)
        except GraphQLError as error:
            return [error]
        if self._cost <= self._figures.cost:
            return []
        message = f"This costs {shown(self._cost)}, and an operation may cost {self._figures.cost}."
        return [refusal("gateway.too_costly", message, hint="Ask for smaller pages, or for less of each object.")]

    def _schema(self) -> GraphQLSchema:
        return cast("Assembled", self.execution_context.schema).graphql

    def _variables(self, operation: OperationDefinitionNode) -> list[GraphQLError] | VariableValues:
        """Coerce the variables, as a page's size may be one; errors get the code of bad variables."""
        definitions, sent = operation.variable_definitions or (), self.execution_context.variables or {}
        found = get_variable_values(self._schema(), definitions, sent, max_errors=MAX_ERRORS, hide_suggestions=True)
        if not isinstance(found, list):
            return found
        return [refusal("gateway.bad_variables", one.message, nodes=one.nodes) for one in found]

    def _prices(self, document: DocumentNode, variables: Mapping[str, Any]) -> Prices:
        schema = self._schema()
        return Prices(
            schema=schema,
            guards=schema.extensions[GUARDS],
            fragments={one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)},
            variables=variables,
            page_limit=self._figures.page,
        )


def exceeded(shape: Shape, figures: LimitFigures, node: OperationDefinitionNode) -> Iterator[GraphQLError]:
    """Name what an operation has too much of."""
    checks = (
        ("gateway.too_deep", "levels of selections", shape.depth, figures.depth),
        ("gateway.too_deep", "levels of introspection", shape.introspection_depth, figures.introspection_depth),
        ("gateway.too_many_aliases", "aliases", shape.aliases, figures.aliases),
        (
            "gateway.too_many_aliases",
            "aliases in introspection",
            shape.introspection_aliases,
            figures.introspection_aliases,
        ),
        ("gateway.too_many_directives", "directives", shape.directives, figures.directives),
        ("gateway.too_many_root_fields", "fields at the root", shape.fields, figures.root_fields),
        ("gateway.too_many_repetitions", "repeated fields", shape.again, figures.repeated),
    )
    for code, what, asked, limit in checks:
        if asked > limit:
            yield refusal(code, f"This has {shown(asked)} {what}; at most {limit} are served.", nodes=node)


def shown(number: int) -> str:
    """Write a number that may be astronomical."""
    return str(number) if number < 10**12 else "more than a million million"
