"""What a document is held to before anything of it runs: shape, validity, cost."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as merging
from graphql.validation.validate import ValidationAbortedError

from core.kernel.graphql.refusals import refusal
from gateway.execution.guards import GUARDS
from gateway.limits.cost import Prices
from gateway.limits.figures import LimitFigures
from gateway.limits.introspection import NoIntrospection
from gateway.limits.shape import Shape, Shapes
from gateway.limits.texts import NoNul

MAX_ERRORS = 20
MOST_COMPARED = 50_000
"""What comparing fields of one name with each other may come to, as graphql-core counts it: each is compared with each,
and its own limit, ten times as much, lets a document of 7 kB hold a server for seconds."""
UNCOMPARED = "Fields or fragments stand beside others of the same name too often; they cannot all be compared."
merging.MAX_COMPLEXITY_BUDGET = MOST_COMPARED


def faults(schema: GraphQLSchema, document: DocumentNode, figures: LimitFigures) -> list[GraphQLError]:
    """Say what is wrong with a document, whatever its variables are; nothing is validated that is too large."""
    try:
        return misshapen(document, figures) or invalid(schema, document, figures)
    except RecursionError:
        return [refusal("gateway.too_deep", "Fragments lead too deep into each other.")]


def misshapen(document: DocumentNode, figures: LimitFigures) -> list[GraphQLError]:
    """Say what a document has too much of."""
    shapes = Shapes.of(document)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return [error for one in operations for error in exceeded(shapes.operation(one), figures, one)][:1]


def invalid(schema: GraphQLSchema, document: DocumentNode, figures: LimitFigures) -> list[GraphQLError]:
    """Validate a document against the schema."""
    rules = [*specified_rules, NoNul]
    if not figures.introspection:
        rules.append(NoIntrospection)
    found = validate(schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not figures.introspection)
    uncompared = len(found) <= MAX_ERRORS and any(isinstance(one, ValidationAbortedError) for one in found)
    return [refusal("gateway.too_many_repetitions", UNCOMPARED)] if uncompared else found


def price(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    figures: LimitFigures,
) -> int:
    """Give what an operation costs with these variables.

    Raises:
        GraphQLError: A page is too large, or asked for from both ends.
    """
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    prices = Prices(
        schema=schema,
        guards=schema.extensions[GUARDS],
        fragments=fragments,
        variables=variables,
        page_limit=figures.page,
    )
    return prices.operation(operation)


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
