"""Which fields a selection asks for, before it is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
)

from core.kernel.graphql.access import Permission
from gateway.execution.guards import GUARDS, Guards
from gateway.execution.plans import EntityPlan

Judge = Callable[[tuple[Permission, ...]], object]
Asked = Mapping[str, Sequence[FieldNode]]


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

    def list_labels(self, plan: EntityPlan, connection: Asked, judge: Judge) -> frozenset[str]:
        """Give the labels that the selections below a connection read of the listed entity."""
        inner: list[FieldNode] = list(connection.get("nodes", ()))
        for edge in connection.get("edges", ()):
            inner += self.fields([edge], f"{plan.entity.name}Edge").get("node", ())
        return self.labels(plan, inner, judge) if inner else frozenset()

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Asked:
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
