"""Which fields a selection asks for, before it is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
    is_abstract_type,
)

from core.kernel.graphql.access import Permission
from core.kernel.graphql.asked import Asked
from gateway.execution.graphql_types import named_type
from gateway.execution.guards import GUARDS, Guards
from gateway.execution.plans import EntityPlan

Judge = Callable[[tuple[Permission, ...]], object]
Fields = Mapping[str, Sequence[FieldNode]]


class Lookahead:
    """Looks into the selections of one operation; each fragment is visited once per selection."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Any) -> None:  # noqa: ANN401 - graphql-core's own container
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._guards: Guards = schema.extensions[GUARDS]
        self._known: dict[tuple[object, ...], frozenset[str]] = {}

    def labels(self, plan: EntityPlan, nodes: Sequence[FieldNode], judge: Judge) -> frozenset[str]:
        """Give the labels that the selections below some nodes read of an entity; nothing is read for what is refused.

        Args:
            plan: The entity.
            nodes: What is selected.
            judge: Tells why whoever asks is refused, or nothing.
        """
        key = (plan.entity.name, *map(id, nodes))
        if key not in self._known:
            self._known[key] = frozenset(self.fields(nodes, plan.entity.name))
        found = [(name, self._guards.find(plan.entity.name, name)) for name in self._known[key]]
        permitted = [name for name, guard in found if guard is not None and judge(guard.needs) is None]
        return frozenset[str]().union(*[plan.needs.get(name, ()) for name in permitted])

    def list_labels(self, plan: EntityPlan, connection: Fields, judge: Judge) -> frozenset[str]:
        """Give the labels that the selections below a connection read of the listed entity."""
        inner: list[FieldNode] = list(connection.get("nodes", ()))
        for edge in connection.get("edges", ()):
            inner += self.fields([edge], f"{plan.entity.name}Edge").get("node", ())
        return self.labels(plan, inner, judge) if inner else frozenset()

    def below(self, nodes: Iterable[FieldNode], type_: GraphQLNamedType) -> Asked:
        """Give the fields selected below some nodes at any depth, whatever kind of object they turn out to be."""
        return Asked(frozenset(self._paths(nodes, type_, "")))

    def _paths(self, nodes: Iterable[FieldNode], type_: GraphQLNamedType, before: str) -> Iterator[str]:
        for kind in self._kinds(type_):
            for name, same in self.fields(nodes, kind.name).items():
                if name in kind.fields:
                    yield before + name
                    yield from self._paths(same, named_type(kind.fields[name]), f"{before}{name}.")

    def _kinds(self, type_: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        if is_abstract_type(type_):
            return self._schema.get_possible_types(type_)
        return [type_] if isinstance(type_, GraphQLObjectType) else []

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Fields:
        """Give the fields selected below some nodes on objects of a type, by name."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for node in nodes:
            if node.selection_set:
                self._collect(node.selection_set, type_name, found, visited)
        return found

    def _collect(
        self, selections: SelectionSetNode, type_name: str, found: dict[str, list[FieldNode]], visited: set[str]
    ) -> None:
        for one in selections.selections:
            if not self._included(one):
                continue
            match one:
                case FieldNode():
                    found.setdefault(one.name.value, []).append(one)
                case InlineFragmentNode():
                    if self._applies(one.type_condition, type_name):
                        self._collect(one.selection_set, type_name, found, visited)
                case FragmentSpreadNode() if one.name.value not in visited:
                    visited.add(one.name.value)
                    fragment = self._fragments[one.name.value]
                    if self._applies(fragment.type_condition, type_name):
                        self._collect(fragment.selection_set, type_name, found, visited)
                case _:
                    pass

    def _included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _applies(self, condition: Any, type_name: str) -> bool:  # noqa: ANN401 - a node, or nothing
        if condition is None or condition.name.value == type_name:
            return True
        return not isinstance(self._schema.get_type(condition.name.value), GraphQLObjectType)
