"""Which fields an answer has, in which order and under which names: GraphQL's CollectFields, done before reading."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
    is_abstract_type,
)

Fields = Mapping[str, Sequence[FieldNode]]


def answer_name(node: FieldNode) -> str:
    """Give the name a field has in the answer."""
    return node.alias.value if node.alias else node.name.value


def field_name(node: FieldNode) -> str:
    """Give the name a field has in the schema."""
    return node.name.value


class Selections:
    """Collects fields by name; each fragment is visited once per selection.

    Args:
        schema: Knows which types are of which.
        fragments: The document's fragments.
        variables: Values that ``@skip`` and ``@include`` may ask for, in graphql-core's own container.
        named: Which name they are collected by; that in the answer by default.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Any,  # noqa: ANN401 - what graphql-core makes of them
        named: Callable[[FieldNode], str] = answer_name,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._named = named

    def of(self, selections: SelectionSetNode, type_: GraphQLObjectType) -> Fields:
        """Collect one selection on an object of a type."""
        found: dict[str, list[FieldNode]] = {}
        self._collect(selections, type_, found, set())
        return found

    def below(self, nodes: Iterable[FieldNode], type_: GraphQLObjectType) -> Fields:
        """Collect what is selected below fields that have one name."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for node in nodes:
            if node.selection_set:
                self._collect(node.selection_set, type_, found, visited)
        return found

    def _collect(
        self,
        selections: SelectionSetNode,
        type_: GraphQLObjectType,
        found: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for one in selections.selections:
            if not self._included(one):
                continue
            match one:
                case FieldNode():
                    found.setdefault(self._named(one), []).append(one)
                case InlineFragmentNode():
                    if self._applies(one.type_condition, type_):
                        self._collect(one.selection_set, type_, found, visited)
                case FragmentSpreadNode() if one.name.value not in visited:
                    visited.add(one.name.value)
                    fragment = self._fragments[one.name.value]
                    if self._applies(fragment.type_condition, type_):
                        self._collect(fragment.selection_set, type_, found, visited)
                case _:
                    pass

    def _included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _applies(self, condition: NamedTypeNode | None, type_: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        named: GraphQLNamedType | None = self._schema.get_type(condition.name.value)
        return named is not None and is_abstract_type(named) and self._schema.is_sub_type(named, type_)
