"""What an operation costs, before it runs: one for each object it may return, and what its fields say beside.

A list costs as many times what one of its objects costs as its page has places; a leaf costs nothing. Each fragment
is priced once per type it is used on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    is_leaf_type,
    value_from_ast_untyped,
)

from core.kernel.graphql.paging import Page
from gateway.execution.graphql_types import is_list, named_type
from gateway.execution.guards import Guard, Guards

PLAIN_LIST = 10
"""How many objects a list without pages is taken to have, where nothing is known of it."""


@dataclass(slots=True)
class Prices:
    """Prices the operations of one document.

    Attributes:
        schema: What the fields are of.
        guards: What each field costs.
        fragments: The document's fragments, by name.
        variables: The operation's variables, coerced.
        page_limit: Most objects on one page.
        visits: How many selections were looked at; linear in the document.
    """

    schema: GraphQLSchema
    guards: Guards
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    page_limit: int
    visits: int = 0
    _known: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def operation(self, node: OperationDefinitionNode) -> int:
        """Price one operation.

        Raises:
            GraphQLError: A page is too large, or asked for from both ends.
        """
        root = self.schema.get_root_type(node.operation)
        return self.selection(node.selection_set, root) if root else 0

    def selection(self, selections: SelectionSetNode | None, type_: GraphQLNamedType) -> int:
        """Price one selection on objects of a type."""
        total = 0
        for one in selections.selections if selections else ():
            self.visits += 1
            match one:
                case FieldNode():
                    total += self.field(one, type_)
                case InlineFragmentNode():
                    condition = one.type_condition
                    on = self.schema.get_type(condition.name.value) if condition else type_
                    total += self.selection(one.selection_set, on or type_)
                case FragmentSpreadNode():
                    total += self.fragment(one.name.value, type_)
                case _:
                    pass
        return total

    def fragment(self, name: str, type_: GraphQLNamedType) -> int:
        """Price one fragment, once."""
        fragment = self.fragments.get(name)
        if fragment is None:
            return 0
        on = self.schema.get_type(fragment.type_condition.name.value) or type_
        key = (name, on.name)
        if key not in self._known:
            self._known[key] = 0
            self._known[key] = self.selection(fragment.selection_set, on)
        return self._known[key]

    def field(self, node: FieldNode, type_: GraphQLNamedType) -> int:
        """Price one field: what it says, one for its object, and what is below; times the page, where it is a list."""
        name = node.name.value
        definition = type_.fields.get(name) if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None
        if definition is None or name.startswith("__"):
            return 0
        guard = self.guards.find(type_.name, name)
        own = guard.cost if guard else 0
        named = named_type(definition)
        if is_leaf_type(named):
            return own
        below = self.selection(node.selection_set, named)
        if guard is not None and guard.part:
            return below
        return own + self.objects(node, definition, guard) * (1 + below)

    def objects(self, node: FieldNode, definition: GraphQLField, guard: Guard | None) -> int:
        """Give how many objects a field may return."""
        if guard is not None and guard.listed:
            given = {one.name.value: self.value(one.value) for one in node.arguments or ()}
            sent = {name: one for name, one in given.items() if one is not Undefined}
            return Page.asked(sent, self.page_limit).size
        most = guard.most if guard is not None else None
        return (most or PLAIN_LIST) if is_list(definition) else 1

    def value(self, node: ValueNode) -> Any:  # noqa: ANN401 - whatever was sent
        """Give what an argument is, with variables put in."""
        return value_from_ast_untyped(node, dict(self.variables))
